//! A disk that does what disks do to those who trust them too early; for tests and simulators.

mod choices;
mod faulty;
mod inode;

pub use choices::{Choices, dice};
pub use faulty::{FaultyDisk, FaultyFile, Mishap};
