//! Commits (PBFT §4.2): the promise that a height is prepared and durable here, and the decision that q of
//! them make.

use std::sync::Arc;

use types::{Height, Proposal, ProposalDigest};

use crate::{
    chain::Committed,
    effect::{Effect, Halt},
    message::{Statement, Vote},
    replica::Replica,
    slots::count,
};

impl Replica {
    /// The height is prepared: commit where we may, decide where q did.
    pub(crate) fn try_commit(&mut self, vote: Vote, proposal: &Arc<Proposal>, holds_all: bool) {
        if holds_all && self.can_vote() {
            let prepared = self.prepared.get(&vote.height).cloned();
            self.persist(Statement::Commit(vote), Some(Proposal::clone(proposal)), prepared);
        }
        let quorum = self.config.validators.quorum();
        let commits =
            self.slots.get(vote.height, vote.view).map_or(0, |slot| count(&slot.commits, vote.digest));
        if commits >= quorum {
            self.decide(vote.height, vote.digest, proposal);
        }
    }

    /// Committed-local: once per height, in any order of heights.
    fn decide(&mut self, height: Height, digest: ProposalDigest, proposal: &Arc<Proposal>) {
        if let Some(other) = self.chain.committed.get(&height) {
            if other.digest != digest {
                self.halt(Halt::ConflictingCertificates {
                    height,
                    what: "two digests committed at one height",
                });
            }
            return;
        }
        if height <= self.chain.executed {
            return;
        }
        if !proposal.is_null() {
            self.chain.last_timed = self.chain.last_timed.max(height);
        }
        self.chain.committed.insert(height, Committed { digest, proposal: Arc::clone(proposal) });
        self.propose_due = true;
        self.batches.note_ordered(&proposal.references, self.clock.monotonic);
        self.effects.push(Effect::Ordered { height, references: proposal.references.clone() });
        self.execute_ready();
    }

    /// Hands over the next heights that are decided and whose every batch is held.
    pub(crate) fn execute_ready(&mut self) {
        loop {
            let height = self.chain.requested.next();
            let Some(committed) = self.chain.committed.get(&height) else { return };
            if !self.batches.holds_all(&committed.proposal) {
                return;
            }
            let proposal = Proposal::clone(&committed.proposal);
            self.effects.push(Effect::Execute { height, proposal });
            self.chain.requested = height;
        }
    }
}
