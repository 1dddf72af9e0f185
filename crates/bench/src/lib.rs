//! The measuring instrument: an open-loop load, real node processes, samples of what they cost, and reports.
//!
//! It knows the nodes as an operator does: by their command line, their files, `/proc` and their API.

pub mod cluster;
pub mod conduct;
mod error;
pub mod load;
pub mod machine;
pub mod processes;
pub mod progress;
pub mod report;
pub mod run;
pub mod sample;
pub mod search;
pub mod worker;

pub use error::BenchError;
