//! Pre-prepares (PBFT §4.2): what a backup demands of a proposal before it agrees.

use std::{collections::BTreeSet, sync::Arc};

use types::{Height, Proposal, ValidatorIndex};

use crate::{
    effect::{Evidence, Halt, Notice},
    message::{SignedStatement, Statement, Vote},
    own::OwnKey,
    replica::Replica,
    slots::{Offer, count},
};

impl Replica {
    pub(crate) fn on_pre_prepare(
        &mut self,
        from: ValidatorIndex,
        signed: SignedStatement,
        proposal: Proposal,
    ) {
        let Statement::PrePrepare(vote) = signed.statement else { return };
        if self.is_me(signed.signer) {
            return self.check_own(&signed);
        }
        if vote.height <= self.chain.low {
            return self.answer_below_low(from, vote.height);
        }
        if !self.keeps(&vote) {
            return;
        }
        let slot = self.slots.entry(vote.height, vote.view);
        match &slot.offer {
            None => {
                let (digest, signature) = (vote.digest, signed.signature);
                slot.offer = Some(Offer { digest, signature, proposal: Arc::new(proposal), accepted: false });
            }
            Some(offer) if offer.digest == vote.digest => {}
            Some(offer) => {
                let first = Statement::PrePrepare(Vote { digest: offer.digest, ..vote });
                let first = SignedStatement { statement: first, signature: offer.signature, ..signed };
                self.accuse(Evidence::Equivocation { first: Box::new(first), second: Box::new(signed) });
            }
        }
        self.note_offered(vote.height);
        self.consider(vote.height);
    }

    /// Whether votes like this one have a place in our log.
    pub(crate) fn keeps(&self, vote: &Vote) -> bool {
        self.chain.is_kept(vote.height) && self.is_near(vote.view)
    }

    /// Accepts the offer of the current view at a height, if it is good. Nothing here depends on another
    /// height, so heights are voted on in any order.
    pub(crate) fn try_accept(&mut self, height: Height) {
        let view = self.view;
        let Some(offer) = self.slots.get(height, view).and_then(|slot| slot.offer.as_ref()) else { return };
        if offer.accepted || !self.is_open(height) || !self.is_acceptable(height, &offer.clone()) {
            return;
        }
        let Some(offer) = self.slots.entry(height, view).offer.as_mut() else { return };
        offer.accepted = true;
        let proposal = Arc::clone(&offer.proposal);
        let digest = offer.digest;
        self.note_accepted(height, digest, &proposal);
    }

    /// Inside the window and above what the view began with.
    pub(crate) fn is_open(&self, height: Height) -> bool {
        self.active && self.chain.in_window(height) && height > self.order.lo
    }

    fn is_acceptable(&mut self, height: Height, offer: &Offer) -> bool {
        let voted = [OwnKey::Prepare(self.view, height), OwnKey::Commit(self.view, height)];
        let voted_otherwise = voted.into_iter().any(|key| {
            let vote = self.own.0.get(&key).and_then(|own| own.statement.vote());
            vote.is_some_and(|vote| vote.digest != offer.digest)
        });
        if voted_otherwise
            || !self.agrees_with_executed(height, offer)
            || !self.agrees_with_participation(offer)
        {
            return false;
        }
        match self.order.digests.get(&height) {
            Some(ordered) => *ordered == offer.digest,
            None => height > self.order.hi && self.is_sound(&offer.proposal) && self.is_fresh(height, offer),
        }
    }

    /// "A digest differing from the one executed here at that height is never prepared or committed."
    fn agrees_with_executed(&mut self, height: Height, offer: &Offer) -> bool {
        let executed = self.chain.executed_digest(height);
        let decided = self.chain.committed.get(&height).map(|committed| committed.digest);
        let differs = executed.or(decided).is_some_and(|digest| digest != offer.digest);
        if differs && self.noticed_difference.insert(height) {
            self.notice(Notice::ExecutedDiffers { height });
        }
        !differs
    }

    /// The certificate inside was verified with the message; ours for that height must be of the same header.
    fn agrees_with_participation(&mut self, offer: &Offer) -> bool {
        let Some(theirs) = &offer.proposal.participation else { return true };
        let height = theirs.height;
        match self.chain.certificates.get(&height) {
            Some(ours) if ours.header_hash != theirs.header_hash => {
                self.halt(Halt::ConflictingCertificates {
                    height,
                    what: "two block certificates for one height",
                });
                false
            }
            Some(_) | None => true,
        }
    }

    /// References are well-formed and distinct, and t <= expires of each.
    fn is_sound(&self, proposal: &Proposal) -> bool {
        let parameters = &self.config.parameters;
        let mut seen = BTreeSet::new();
        proposal.declared_bytes() <= parameters.max_block_bytes
            && proposal.references.iter().all(|reference| {
                usize::from(reference.author.get()) < self.config.validators.len()
                    && reference.epoch == self.config.epoch
                    && reference.count > 0
                    && reference.bytes > 0
                    && reference.bytes <= parameters.max_batch_bytes
                    && proposal.time <= reference.expires
                    && seen.insert(reference.digest)
            })
    }

    /// The rules of a fresh proposal: participation, purpose, time. f+1 prepares for its digest stand in for
    /// the time and the purpose: an honest validator has judged them.
    fn is_fresh(&self, height: Height, offer: &Offer) -> bool {
        let proposal = &offer.proposal;
        let needs_participation = height > self.chain.base.plus(self.chain.window);
        if proposal.participation.is_some() != needs_participation {
            return false;
        }
        let prepares =
            self.slots.get(height, self.view).map_or(0, |slot| count(&slot.prepares, offer.digest));
        if prepares >= self.config.validators.one_honest() {
            return true;
        }
        let (local, time) = (self.clock.wall.get(), proposal.time.get());
        let lag = self.config.parameters.clock_lag_ms;
        let drift = self.config.parameters.clock_drift_ms;
        let timely = time > 0 && time.saturating_add(lag) >= local && time <= local.saturating_add(drift);
        timely && (!proposal.references.is_empty() || self.is_empty_wanted_at(height))
    }
}
