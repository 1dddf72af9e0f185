//! What processes cost, read from outside.

mod disk;
mod metrics;
mod process;
mod stage;

pub use disk::directory_bytes;
pub use metrics::{Traffic, traffic};
pub use process::{ProcessSample, process};
pub use stage::Stage;
