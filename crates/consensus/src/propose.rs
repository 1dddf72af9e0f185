//! The primary orders batches (PBFT §4.2): as soon as the window allows and there is something to order,
//! no fixed interval. Deviation: while proposals are on their way the next one must be worth it, the more the
//! more there are ([`Replica::bytes_wanted`]): each block costs votes, signatures and syncs whatever its size, so a
//! busy network orders few large blocks, and an idle one orders at once.

use types::{BatchRef, Height, Proposal, ProposalDigest};

use crate::{
    checkpoint::null_digest,
    config::REFERENCES_MAX,
    input::Monotonic,
    message::{Statement, Vote},
    own::OwnKey,
    replica::Replica,
};

/// Undecided proposals beyond which the primary waits for half a block, however long that takes.
pub const PIPELINE_DEPTH: u64 = 8;
/// With one on its way a batch waits no longer for others than this, in ms since we learnt of its proof; twice as
/// long with each more.
const PATIENCE_MS: u64 = 50;
/// But no longer than this part of the view timeout: before 1/8 of it nobody takes patience for slowness.
const PATIENCE_PART: u64 = 10;

impl Replica {
    /// Proposes while it may and has something to propose.
    pub(crate) fn propose(&mut self) {
        self.timers.propose = None;
        while self.is_primary()
            && self.active
            && self.can_vote()
            && self.split_at.is_none()
            && !self.is_halted()
        {
            let height = self.next_height();
            if !self.chain.in_window(height) {
                return;
            }
            let Some(proposal) = self.fresh_proposal(height) else { return };
            let digest = proposal.digest();
            self.last_proposed = height;
            let now = self.clock.monotonic;
            self.batches.note_proposed(height, &proposal, now, None);
            self.timed_proposed = self.timed_proposed.max(height);
            if proposal.references.is_empty() {
                self.note_empty_proposed();
            }
            let vote = Vote { view: self.view, height, digest };
            self.persist(Statement::PrePrepare(vote), Some(proposal), None);
        }
    }

    /// The lowest height that nothing of this view, nor of what it began with, occupies.
    fn next_height(&self) -> Height {
        let begun = self.order.hi.max(self.order.lo);
        let known = self.chain.executed.max(self.chain.certified()).max(self.chain.low);
        begun.max(known).max(self.last_proposed).next()
    }

    fn fresh_proposal(&mut self, height: Height) -> Option<Proposal> {
        let time = self.clock.wall;
        let in_flight = height.since(self.chain.first_undecided());
        let quorum = self.config.validators.quorum();
        let references = self.batches.select(height, time, self.config.parameters.max_block_bytes, quorum);
        let is_worth = if references.is_empty() {
            self.fills_epoch(height) && in_flight < PIPELINE_DEPTH || self.may_propose_empty(height)
        } else {
            let ends = self.patience_ends(&references, in_flight);
            let is_worth = self.is_worth(&references, height, in_flight)
                || ends.is_some_and(|ends| self.clock.monotonic >= ends);
            self.timers.propose = ends.filter(|_| !is_worth);
            is_worth
        };
        if !is_worth {
            return None;
        }
        // None for the first L heights of an epoch: the certificate is one of this epoch's set.
        let participation = if height > self.chain.base.plus(self.chain.window) {
            Some(self.chain.certificates.get(&height.minus(self.chain.window))?.clone())
        } else {
            None
        };
        Some(Proposal { references, time, participation })
    }

    /// When these have waited long enough; never while so many are undecided.
    fn patience_ends(&self, references: &[BatchRef], in_flight: u64) -> Option<Monotonic> {
        let longest = self.config.parameters.view_timeout_ms / PATIENCE_PART;
        let patience = longest.min(PATIENCE_MS << in_flight.saturating_sub(1).min(PIPELINE_DEPTH));
        let oldest = self.batches.oldest(references).filter(|_| in_flight < PIPELINE_DEPTH)?;
        Some(Monotonic(oldest.0.saturating_add(patience)))
    }

    /// Whether these fill a proposal, or as much of one as is wanted now.
    fn is_worth(&self, references: &[BatchRef], height: Height, in_flight: u64) -> bool {
        let bytes: u64 = references.iter().map(|reference| u64::from(reference.bytes)).sum();
        let is_full = references.len() >= REFERENCES_MAX
            || bytes + u64::from(self.config.parameters.max_batch_bytes)
                > self.config.parameters.max_block_bytes;
        is_full || bytes >= self.bytes_wanted(height, in_flight)
    }

    /// How many bytes of batches a proposal must order now. Blocks that are decided but not executed here count
    /// for at most two: who executes slowly makes larger blocks, but goes on.
    fn bytes_wanted(&self, height: Height, undecided: u64) -> u64 {
        let unexecuted = height.since(self.chain.executed.next());
        let block = self.config.parameters.max_block_bytes;
        match undecided.max(unexecuted.min(2)) {
            0 => 1,
            1 => block / 32,
            2 => block / 8,
            _ => block / 2,
        }
    }

    /// The new primary orders again what its view began with, byte for byte (PBFT §4.4).
    pub(crate) fn repropose(&mut self) {
        if !(self.is_primary() && self.active && self.can_vote()) || self.is_halted() {
            return;
        }
        let first = self.order.lo.max(self.chain.low).next();
        let open: Vec<_> =
            self.order.digests.range(first..).map(|(height, digest)| (*height, *digest)).collect();
        for (height, digest) in open {
            if self.chain.in_window(height) && !self.own.contains(OwnKey::PrePrepare(self.view, height)) {
                self.repropose_one(height, digest);
            }
        }
    }

    fn repropose_one(&mut self, height: Height, digest: ProposalDigest) {
        let decided = self.chain.committed.get(&height).map(|committed| committed.digest);
        if self.chain.executed_digest(height).or(decided).is_some_and(|ours| ours != digest) {
            if self.noticed_difference.insert(height) {
                self.notice(crate::Notice::ExecutedDiffers { height });
            }
            return;
        }
        let proposal =
            if digest == null_digest() { Some(Proposal::null()) } else { self.proposals.get(digest) };
        let Some(proposal) = proposal else { return self.want_proposal(digest, height) };
        let vote = Vote { view: self.view, height, digest };
        self.persist(Statement::PrePrepare(vote), Some(proposal), None);
    }
}
