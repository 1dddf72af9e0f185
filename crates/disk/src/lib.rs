//! What the vote log and the batch store need of a disk: one folder, a few files. The operating system's, or
//! one that loses, tears and fails ([`testing`]).

mod disk;
mod real;
pub mod testing;

pub use disk::{Disk, DiskFile};
pub use real::{RealDisk, RealFile};
