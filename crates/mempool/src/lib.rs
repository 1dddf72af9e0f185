//! Admission, batch making, batch store and exchange: everything that happens to a transaction before
//! consensus orders it.
//!
//! A client's transaction is judged, its signatures are verified in batches on worker threads, and it waits
//! in a queue that is fair among accounts. The batch maker packs what waits, sends the batch to everybody
//! and writes it at the same time. Whoever receives a batch verifies every signature, writes it, and only
//! then acknowledges it; f+1 acknowledgements are the availability proof (`docs`: consensus.md, "Batches").
//!
//! ```text
//! submit -> admission workers -> pending (fair queue) -> maker -> writer (group commit) -> own ack
//! receive -> verification workers ----------------------------> writer -> ack to the author
//!         -> notes: acknowledgements and proofs, verified in batches
//!         -> server: answers to fetches
//! tick: resends, fetch retries, budgets
//! ```
//!
//! The mempool knows neither network nor consensus: what leaves it is a [`MempoolEvent`]. Threads are plain
//! threads; the one that dies is reported with [`MempoolEvent::Fatal`]. Two locks guard the state, `pending`
//! (transactions) and `exchange` (batches); they are never held together, nor while an event is delivered.

mod acknowledge;
mod admission;
mod authors;
mod config;
mod counters;
mod era;
mod error;
mod event;
mod exchange;
mod fair_queue;
mod fetching;
mod gate;
mod handle;
mod intake;
mod lifecycle;
mod maker;
mod message;
mod notes;
mod own;
mod pace;
mod pending;
mod proofs;
mod recent;
mod server;
mod shared;
mod start;
mod store;
mod threads;
mod ticker;
mod verified;

pub use config::MempoolConfig;
pub use counters::Counters;
pub use era::Era;
pub use error::MempoolError;
pub use event::{MempoolEvent, Recipients};
pub use handle::MempoolHandle;
pub use message::{FETCH_DIGESTS_MAX, MessageError, PoolMessage};
pub use shared::Clock;
pub use start::Mempool;
