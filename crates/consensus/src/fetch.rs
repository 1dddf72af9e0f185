//! Fetching what a vote needs and we lack: batches from those who must hold them, proposals by digest from
//! whoever voted for them. A wish is repeated with every status until it is fulfilled or out of date.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use types::{BatchRef, Height, Proposal, ProposalDigest, ValidatorIndex};

use crate::{config::kept, effect::Effect, message::Message, replica::Replica, slots::popular};

/// Proposals by digest, above low; and the digests that we ask for.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    known: BTreeMap<ProposalDigest, (Height, Arc<Proposal>)>,
    /// With the highest height that needs it.
    wanted: BTreeMap<ProposalDigest, Height>,
}

impl Proposals {
    pub(crate) fn len(&self) -> usize {
        self.known.len() + self.wanted.len()
    }

    pub(crate) fn get(&self, digest: ProposalDigest) -> Option<Proposal> {
        self.known.get(&digest).map(|(_, proposal)| (**proposal).clone())
    }

    pub(crate) fn keep(&mut self, digest: ProposalDigest, height: Height, proposal: &Arc<Proposal>) {
        self.wanted.remove(&digest);
        let entry = self.known.entry(digest).or_insert_with(|| (height, Arc::clone(proposal)));
        entry.0 = entry.0.max(height);
    }

    pub(crate) fn prune(&mut self, low: Height) {
        self.known.retain(|_, (height, _)| *height > low);
        self.wanted.retain(|_, height| *height > low);
    }

    /// A view begins: only what it orders may be wanted again.
    pub(crate) fn forget_wishes(&mut self) {
        self.wanted.clear();
    }
}

impl Replica {
    pub(crate) fn fetch_batch(&mut self, reference: BatchRef, from: Vec<ValidatorIndex>) {
        let mut from: Vec<_> = from.into_iter().filter(|index| !self.is_me(*index)).collect();
        from.sort_unstable();
        from.dedup();
        self.effects.push(Effect::FetchBatch { reference, from });
    }

    /// A prepare quorum for a digest without pre-prepare here: somebody has its content.
    pub(crate) fn want_popular_proposal(&mut self, height: Height) {
        let enough = self.config.validators.one_honest();
        let Some(slot) = self.slots.get(height, self.view) else { return };
        let offered = slot.offer.as_ref().map(|offer| offer.digest);
        let digest = popular(&slot.prepares, enough).filter(|digest| offered != Some(*digest));
        if let Some(digest) = digest {
            self.highest_proposed = self.highest_proposed.max(height);
            self.want_proposal(digest, height);
        }
    }

    /// Asks for the content of a digest, for as long as the height is above low.
    pub(crate) fn want_proposal(&mut self, digest: ProposalDigest, height: Height) {
        let bound = usize::try_from(kept(self.chain.window)).unwrap_or(usize::MAX);
        if self.proposals.known.contains_key(&digest) || self.proposals.wanted.len() >= bound {
            return;
        }
        let known = self.proposals.wanted.insert(digest, height);
        if let Some(other) = known {
            self.proposals.wanted.insert(digest, other.max(height));
        } else {
            self.effects.push(Effect::Broadcast(Message::FetchProposal(digest)));
        }
    }

    pub(crate) fn on_fetch_proposal(&mut self, from: ValidatorIndex, digest: ProposalDigest) {
        let Some(proposal) = self.proposals.get(digest) else { return };
        let Some(peer) = self.peers.get_mut(&from).filter(|peer| peer.fetches > 0) else { return };
        peer.fetches -= 1;
        self.effects.push(Effect::Send { to: from, message: Message::Proposal(proposal) });
    }

    pub(crate) fn on_proposal(&mut self, proposal: Proposal) {
        let digest = proposal.digest();
        let Some(wanted_at) = self.proposals.wanted.get(&digest).copied() else { return };
        let proposal = Arc::new(proposal);
        let ordered =
            self.order.digests.iter().find(|(_, ordered)| **ordered == digest).map(|(height, _)| *height);
        let height = ordered.unwrap_or(wanted_at);
        self.proposals.keep(digest, height, &proposal);
        for reference in proposal.references.clone() {
            if !self.batches.is_held(&reference) && !self.batches.contradicts(&reference) {
                self.fetch_batch(reference, vec![reference.author, self.primary()]);
            }
        }
        self.repropose();
    }

    /// Repeats every open wish; called with the statuses.
    pub(crate) fn repeat_wishes(&mut self) {
        let primary = self.primary();
        let waiting: Vec<_> =
            self.batches.waiting.values().map(|(r, heights)| (*r, heights.first().copied())).collect();
        for (reference, height) in waiting {
            let mut from = vec![reference.author, primary];
            from.extend(self.batches.ackers(&reference));
            let slot = height.and_then(|height| self.slots.get(height, self.view));
            from.extend(slot.into_iter().flat_map(|slot| slot.prepares.keys().copied()));
            self.fetch_batch(reference, from);
        }
        let wanted: Vec<_> = self.proposals.wanted.keys().copied().collect();
        self.effects.extend(wanted.into_iter().map(|d| Effect::Broadcast(Message::FetchProposal(d))));
    }

    pub(crate) fn on_batch_held(&mut self, reference: BatchRef) {
        for height in self.batches.hold(reference) {
            self.consider(height);
        }
        self.execute_ready();
        if self.batches.is_left_over(&reference.digest) {
            self.release_left_over();
        }
    }

    /// Releases what was ordered up to low and nothing above it names: it got here after its block, or a proposal
    /// had named it that another view did not keep. On an idle chain it would never expire.
    pub(crate) fn release_left_over(&mut self) {
        let low = self.chain.low;
        let above = low.next();
        let mut open = self.order.digests.iter().filter(|(height, _)| **height > low);
        if open.any(|(_, digest)| self.proposals.get(*digest).is_none()) {
            // What this view orders anew may name anything.
            return;
        }
        let decided = self.chain.committed.range(above..).flat_map(|(_, c)| &c.proposal.references);
        let executed = self.chain.blocks.range(above..).flat_map(|(_, block)| &block.references);
        let needed: BTreeSet<_> = decided.chain(executed).map(|reference| reference.digest).collect();
        let references = self.batches.take_left_over(|digest| needed.contains(digest));
        if !references.is_empty() {
            self.effects.push(Effect::ReleaseBatches { low, references });
        }
    }

    /// Batches that expired for good at low are given up.
    pub(crate) fn expire_batches(&mut self) {
        let lag = self.config.parameters.clock_lag_ms;
        let bound = types::TimeMs::new(self.chain.low_time.get().saturating_sub(lag));
        if !self.batches.has_expired(bound) {
            return;
        }
        let named: BTreeSet<_> = {
            let accepted = self.slots.iter().filter_map(|(_, _, slot)| slot.offer.as_ref());
            let proposals =
                accepted.map(|offer| &offer.proposal).chain(self.proposals.known.values().map(|(_, p)| p));
            proposals
                .flat_map(|proposal| proposal.references.iter().map(|reference| reference.digest))
                .collect()
        };
        let references = self.batches.take_expired(bound, |digest| named.contains(digest));
        if !references.is_empty() {
            self.effects.push(Effect::ExpireBatches { references });
        }
    }
}
