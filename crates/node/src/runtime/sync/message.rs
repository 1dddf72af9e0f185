//! Frames of the sync stream.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use types::Height;

/// Encoded blocks of one answer, in bytes; at least one block is sent.
pub const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Blocks of one answer.
pub const ANSWER_BLOCKS_MAX: u32 = 256;

/// A request or its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SyncMessage {
    /// Asks for `count` blocks from `first` on.
    Request {
        /// Repeated in the answer.
        id: u64,
        /// The lowest height wanted.
        first: Height,
        /// How many at most.
        count: u32,
    },
    /// Consecutive encoded blocks from the height asked for; fewer than asked for, or none.
    Blocks {
        /// From the request.
        id: u64,
        /// Canonical [`types::Block`]s.
        blocks: Vec<Bytes>,
    },
}
