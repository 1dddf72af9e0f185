//! Execution: a pure function of the state below, the parent header and what was ordered. No clock, no
//! randomness, no I/O but reads of the state.

pub(crate) mod block;
mod consent;
pub(crate) mod context;
pub(crate) mod epoch;
mod forget;
pub(crate) mod transaction;

use types::{TimeMs, TransactionId, state::Seen};

use crate::{LedgerError, tree::PageSource};

/// The newest execution rules this release knows.
pub const RULES: u32 = 1;

/// Expiry and id of a remembered transaction.
pub(crate) type SeenId = (TimeMs, TransactionId);

/// The stored state on which a block is executed.
pub(crate) trait Source: PageSource {
    /// A state value by its encoded key.
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError>;
    /// Remembered transactions whose `valid_until` is below `before`, ascending by (`valid_until`, id),
    /// after `after`, at most `limit`.
    fn expired(
        &self,
        after: Option<SeenId>,
        before: TimeMs,
        limit: usize,
    ) -> Result<Vec<(SeenId, Seen)>, LedgerError>;
}
