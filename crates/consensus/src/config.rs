//! What a replica is told at its start, and the bounds that are no chain parameters. One replica lives for
//! exactly one epoch.

use std::sync::Arc;

use types::{ChainId, Epoch, Height, Parameters, ValidatorSet};

use crate::record::Voting;

/// Votes of views up to this far above ours are kept until we arrive there.
pub const VIEWS_AHEAD: u64 = 4;
/// Votes of views this far below ours are kept, for peers that ask which of their votes we hold.
pub const VIEWS_BACK: u64 = 4;
/// References of one proposal at most, so that it fits into a frame.
pub const REFERENCES_MAX: usize = 1024;
/// How many of an author's oldest unordered batches are relayed and fetched at a time.
pub const RELAYED_MAX: usize = 8;
/// A lone view change is followed only so far: one liar must not use up the views.
pub const LONE_JUMP_MAX: u64 = 1024;

/// What is said of so many heights above low is kept at least.
const KEPT_MIN: u64 = 16;

/// What is said of so many heights above low is kept: twice the window, so that a replica whose low is a little
/// behind misses nothing. With a small window that would be less than what is under way while a laggard
/// takes its last blocks from sync: it would have to fetch those heights, too, and so for ever.
#[must_use]
pub const fn kept(window: u64) -> u64 {
    if 2 * window > KEPT_MIN { 2 * window } else { KEPT_MIN }
}

/// What a replica is told at its start.
#[derive(Debug, Clone)]
pub struct ReplicaConfig {
    /// The network.
    pub chain: ChainId,
    /// The set of the epoch.
    pub validators: Arc<ValidatorSet>,
    /// The parameters of the epoch.
    pub parameters: Parameters,
    /// The epoch.
    pub epoch: Epoch,
    /// The last height of the epoch before (0 for epoch 0): this one begins above it.
    pub base: Height,
    /// Whether it may sign.
    pub voting: Voting,
    /// Whether it asks its peers first which of its votes they hold. False where this process has already
    /// asked them ([`crate::Replica::has_recalled`]) and goes on with the same vote log.
    pub recall: bool,
}
