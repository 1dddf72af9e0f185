//! What this machine could do at most: its processor, its signatures, its disk.

mod ceiling;
mod disk;
mod processor;

pub use ceiling::{SignatureCosts, ceiling_tps};
pub use disk::DiskFigures;
pub use processor::Machine;
