//! Who is told of each transfer's fate.

use std::fmt;

use tokio::time::Instant;

/// What became of a transfer that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// In a block, with effect.
    Committed,
    /// In a block, without effect.
    Failed,
    /// Not admitted.
    Refused,
    /// Can no longer commit.
    Expired,
    /// The node does not know, or did not wait long enough.
    Unknown,
}

/// Counts what happens. Every transfer that is due is told of once as sent or as not sent; one that was sent
/// is told of at most once as answered.
pub trait Tally: fmt::Debug + Send + Sync {
    /// Handed to a stream.
    fn sent(&self, due: Instant);
    /// Due, but not sent: no connection, or too many unanswered.
    fn not_sent(&self, due: Instant);
    /// Has its answer.
    fn answered(&self, due: Instant, answer: Answer);
    /// A stream broke or could not be opened.
    fn broke(&self);
}
