//! A disk that does what disks do to those who trust them too early; for tests and simulators.

mod choices;
mod faulty;
mod inode;
mod preloaded;

pub use choices::{Choices, dice};
pub use faulty::{FaultyDisk, FaultyFile, Mishap};
pub use preloaded::{Counted, EIO, ENOSPC, FROM_THEN_ON, KILL, PreloadedFaults};
