//! Prepares and the phase that they complete (PBFT §4.2).

use std::sync::Arc;

use types::{Height, Proposal, ProposalDigest, ValidatorIndex};

use crate::{
    effect::Evidence,
    input::Monotonic,
    message::{SignedStatement, Statement, Vote},
    replica::Replica,
    slots::{Kept, Phase},
};

impl Replica {
    pub(crate) fn on_vote(
        &mut self,
        from: ValidatorIndex,
        phase: Phase,
        vote: Vote,
        signed: SignedStatement,
    ) {
        if self.is_me(signed.signer) {
            return self.check_own(&signed);
        }
        if vote.height <= self.chain.low {
            return self.answer_below_low(from, vote.height);
        }
        if !self.keeps(&vote) {
            return;
        }
        match self.slots.add(phase, &vote, signed.signer, signed.signature) {
            Kept::Known => {}
            Kept::New if vote.view == self.view => {
                self.note_offered(vote.height);
                self.consider(vote.height);
            }
            Kept::New => {}
            Kept::Conflict(digest, signature) => {
                let vote = Vote { digest, ..vote };
                let statement = match phase {
                    Phase::Prepare => Statement::Prepare(vote),
                    Phase::Commit => Statement::Commit(vote),
                };
                let first = SignedStatement { statement, signature, ..signed };
                self.accuse(Evidence::Equivocation { first: Box::new(first), second: Box::new(signed) });
            }
        }
    }

    /// Takes one height of the current view as far as it goes: accepted, prepare, prepared, commit,
    /// committed. Called whenever anything about the height changed; repeating it is harmless.
    ///
    /// | from | when | to |
    /// | --- | --- | --- |
    /// | offered | rules of a backup hold | accepted |
    /// | accepted | every batch held | our prepare (backups) |
    /// | accepted | q−1 prepares of others than the primary | prepared |
    /// | prepared | every batch held | our commit |
    /// | prepared | q commits | committed |
    pub(crate) fn consider(&mut self, height: Height) {
        if self.is_halted() || !self.is_open(height) {
            return;
        }
        self.try_accept(height);
        let view = self.view;
        let Some(slot) = self.slots.get(height, view) else { return };
        let Some(offer) = slot.offer.as_ref().filter(|offer| offer.accepted) else {
            return self.want_popular_proposal(height);
        };
        let (digest, proposal) = (offer.digest, Arc::clone(&offer.proposal));
        let vote = Vote { view, height, digest };
        let holds_all = self.batches.holds_all(&proposal);
        if holds_all && self.can_vote() && !self.is_primary() {
            self.persist(Statement::Prepare(vote), None, None);
        }
        self.note_prepared(height);
        let is_prepared = self.prepared.get(&height).is_some_and(|prepared| prepared.vote == vote);
        if is_prepared {
            self.try_commit(vote, &proposal, holds_all);
        }
    }

    fn note_prepared(&mut self, height: Height) {
        let view = self.view;
        if self.prepared.get(&height).is_some_and(|prepared| prepared.vote.view >= view) {
            return;
        }
        let quorum = self.config.validators.quorum();
        let slot = self.slots.get(height, view);
        if let Some(prepared) = slot.and_then(|slot| slot.prepared(self.config.epoch, view, height, quorum)) {
            self.prepared.insert(height, prepared);
        }
    }

    /// What an accepted proposal changes beside its own height.
    pub(crate) fn note_accepted(&mut self, height: Height, digest: ProposalDigest, proposal: &Arc<Proposal>) {
        self.highest_proposed = self.highest_proposed.max(height);
        if !proposal.is_null() {
            self.timed_proposed = self.timed_proposed.max(height);
        }
        self.proposals.keep(digest, height, proposal);
        let now = self.clock.monotonic;
        // A view that begins works off what the one before left; for so long the ordering timer watches it.
        let begun = self.timers.view_began.0.saturating_add(self.config.parameters.view_timeout_ms);
        let from = self.timers.full_until.max(Monotonic(begun));
        let sample = (self.primary_has_no_excuse() && now >= from).then_some(from);
        self.batches.note_proposed(height, proposal, now, sample);
        let primary = self.primary();
        for reference in self.batches.wait_for(height, proposal) {
            let mut from = vec![reference.author, primary];
            from.extend(self.batches.ackers(&reference));
            self.fetch_batch(reference, from);
        }
    }
}
