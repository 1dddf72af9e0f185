//! Named places at which a node kills itself, for the crash tests. They exist in the binary
//! `hanse-failpoints` only (cargo feature `failpoints`); in `hanse` every call here is nothing.
//!
//! `HANSE_FAILPOINT=after_vote_fsync:3` ends the process by SIGKILL when it comes there for the third time;
//! `HANSE_FAILPOINT=@FILE` reads that from FILE as soon as it is there. `HANSE_FAILPOINT=list` prints all names.
//! `HANSE_FAILPOINT_SEEN=FILE` writes each name to FILE when it is passed for the first time.

#[cfg(feature = "failpoints")]
mod armed;
mod disk;
mod edge;

use consensus::{LogRecord, Message};
use mempool::PoolMessage;

#[cfg(feature = "failpoints")]
pub use armed::main;
pub use disk::{BATCHES, PassingDisk, VOTES};
pub use edge::Edge;

/// Which side of an [`Edge`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Nothing of it happened yet.
    Before,
    /// It is done, and nobody was told.
    After,
}

/// A place is passed.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub const fn pass(_: Edge, _: Side) {}

#[cfg(feature = "failpoints")]
pub use armed::pass;

/// A size of files: with failpoints a small one, so that files are rolled, written anew and dropped all the time.
#[must_use]
pub const fn size(normal: u64, with_failpoints: u64) -> u64 {
    if cfg!(feature = "failpoints") { with_failpoints } else { normal }
}

/// Does it, between its two places.
#[inline]
pub fn around<T>(edge: Edge, act: impl FnOnce() -> T) -> T {
    pass(edge, Side::Before);
    let result = act();
    pass(edge, Side::After);
    result
}

/// Makes records of the vote log durable, between the places of their kinds.
#[inline]
pub fn persisting<T>(records: &[LogRecord], act: impl FnOnce() -> T) -> T {
    let pass_all = |side| records.iter().filter_map(Edge::of_record).for_each(|edge| pass(edge, side));
    pass_all(Side::Before);
    let result = act();
    pass_all(Side::After);
    result
}

/// Sends a message of consensus, between the places of its kind.
#[inline]
pub fn sending(message: &Message, act: impl FnOnce()) {
    match Edge::of_message(message) {
        Some(edge) => around(edge, act),
        None => act(),
    }
}

/// Sends a message of the mempool, between the places of its kind.
#[inline]
pub fn sending_pool(message: &PoolMessage, act: impl FnOnce()) {
    match Edge::of_pool(message) {
        Some(edge) => around(edge, act),
        None => act(),
    }
}

/// A frame of the mempool arrived: a batch begins with the tag 0 of its kind.
#[inline]
pub fn receiving_pool(frame: &[u8]) {
    if frame.starts_with(&[0; 4]) {
        pass(Edge::BatchStore, Side::Before);
    }
}
