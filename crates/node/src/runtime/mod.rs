//! A running node: the threads and queues behind `hanse start`.
//!
//! ```text
//!            p2p (tokio) ── consensus frames ──> verify thread ──┐
//!                 │                                              v
//!                 ├── batch frames ──> mempool threads ──> consensus thread (owns the replica)
//!                 │                        ^                 │        │          │
//!                 └── sync frames ──> sync │                 v        v          v
//!   api (tokio) ── submissions ────────────┘           vote thread  executor   p2p
//!                                                     (sign, fsync) (RocksDB)
//! ```
//! Nothing on the left waits for anything on the right except through bounded queues. Every thread is
//! supervised: when one ends, the process says why and ends with its exit code.

mod assembly;
mod board;
mod clock;
mod executor;
mod fatal;
mod identity;
mod lanes;
pub mod lost_log;
mod mesh;
mod metrics;
mod network;
mod pool;
mod recovery;
mod rejoin;
mod relayed;
mod replica;
mod seat;
mod serve;
mod signer;
mod space;
mod start;
mod status;
mod succession;
mod supervisor;
mod sync;
mod telemetry;
mod verify;
pub mod vote_log;
mod votes;

pub use start::{StartOptions, run};
