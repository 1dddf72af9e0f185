//! Block certificates: stable checkpoints (PBFT §4.3) that prove themselves, from whomever they come. The
//! low watermark moves only when a certificate is durable here and its block executed here.

use types::{BatchRef, Certificate, Height, ValidatorIndex};

use crate::{
    config::kept,
    effect::{Effect, Halt},
    message::Message,
    replica::Replica,
};

/// Waiting before blocks are asked for, or asked for again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SyncWait {
    /// The executed or stored height that waits.
    place: Height,
    /// When to ask, in ms of the monotonic clock.
    due: u64,
    /// It was asked for already.
    is_asked: bool,
}

impl Replica {
    /// Takes a verified certificate; `from` has the blocks up to it.
    pub(crate) fn adopt_certificate(&mut self, certificate: Certificate, from: &[ValidatorIndex]) {
        let height = certificate.height;
        if certificate.epoch != self.config.epoch || height > self.chain.within_epoch(height) {
            return;
        }
        let ours = self.chain.blocks.get(&height).map(|block| block.header_hash);
        if let Some(known) = self.chain.certificates.get(&height) {
            if known.header_hash != certificate.header_hash {
                self.halt(Halt::ConflictingCertificates {
                    height,
                    what: "two block certificates for one height",
                });
            }
            return;
        }
        if height <= self.chain.low {
            return;
        }
        if let Some(ours) = ours.filter(|ours| *ours != certificate.header_hash) {
            return self.halt(Halt::Diverged { height, ours, certified: certificate.header_hash });
        }
        if height <= self.chain.low.plus(kept(self.chain.window)) {
            self.chain.certificates.insert(height, certificate.clone());
        }
        self.propose_due = true;
        for validator in from {
            if let Some(peer) = self.peers.get_mut(validator) {
                peer.has_blocks_to = peer.has_blocks_to.max(height);
            }
        }
        if height > self.chain.certified() {
            self.chain.highest = Some(certificate);
            if self.active {
                self.failed_views = 0;
            }
        }
        self.store_certificates();
        self.consider_sync();
    }

    /// Certificates of executed blocks are stored in height order, without gaps.
    pub(crate) fn store_certificates(&mut self) {
        while self.chain.stored < self.chain.executed {
            let height = self.chain.stored.next();
            let Some(certificate) = self.chain.certificates.get(&height) else { return };
            self.effects.push(Effect::StoreCertificate(certificate.clone()));
            self.chain.stored = height;
        }
    }

    pub(crate) fn on_certificate_durable(&mut self, height: Height) {
        let height = self.chain.within_epoch(height);
        self.chain.certificate_durable = self.chain.certificate_durable.max(height);
        self.chain.stored = self.chain.stored.max(height);
        self.move_low();
        self.store_certificates();
    }

    /// Moves the low watermark; everything at or below it is forgotten here.
    pub(crate) fn move_low(&mut self) {
        let old = self.chain.low;
        let low = self.chain.certificate_durable.min(self.chain.executed);
        if low <= old {
            return;
        }
        self.chain.low = low;
        if let Some(highest) = self.chain.highest.as_ref().filter(|highest| highest.height == low) {
            self.chain.certificates.entry(low).or_insert_with(|| highest.clone());
        }
        if let Some(block) = self.chain.blocks.get(&low) {
            self.chain.low_time = block.time;
        }
        let mut references: Vec<BatchRef> = Vec::new();
        let above = low.next();
        for block in self.chain.blocks.range(..above).map(|(_, block)| block) {
            references.extend(&block.references);
        }
        self.chain.committed = self.chain.committed.split_off(&above);
        self.chain.blocks = self.chain.blocks.split_off(&above);
        self.checkpoints = self.checkpoints.split_off(&above);
        self.prepared = self.prepared.split_off(&above);
        self.noticed_difference = self.noticed_difference.split_off(&above);
        self.chain.certificates = self.chain.certificates.split_off(&low.minus(2 * self.chain.window));
        if self.split_at.is_some_and(|height| height <= low) {
            self.split_at = None;
        }
        self.slots.prune_below(low);
        self.own.prune(low, self.floor, self.order.view);
        self.proposals.prune(low);
        let references = self.batches.release(low, references);
        if !references.is_empty() {
            self.effects.push(Effect::ReleaseBatches { low, references });
        }
        self.release_left_over();
        self.expire_batches();
        self.end_epoch();
        let opened = old.plus(self.chain.window).next().get()..=low.plus(self.chain.window).get();
        opened.for_each(|height| self.consider(Height::new(height)));
        self.repropose();
    }

    /// A vote at or below our low: its sender is behind, the certificate helps. Rate-limited.
    pub(crate) fn answer_below_low(&mut self, to: ValidatorIndex, height: Height) {
        let Some(certificate) = self.chain.certificates.get(&height) else { return };
        let Some(peer) = self.peers.get_mut(&to) else { return };
        if peer.courtesies == 0 || peer.status.is_none_or(|status| status.certified >= height) {
            return;
        }
        peer.courtesies -= 1;
        self.effects.push(Effect::Send { to, message: Message::Certificate(certificate.clone()) });
    }

    /// Certified blocks that we can neither execute nor decide by votes soon are fetched (a separate rule:
    /// q commits without own prepared never decide here). So are certificates that are missing beneath the
    /// newest: the others' replicas forget them after 2·L heights, their ledgers do not. Waits a little where
    /// votes may still do.
    pub(crate) fn consider_sync(&mut self) {
        let Some(target) = &self.chain.highest else { return };
        let now = self.clock.monotonic.0;
        let lacks_blocks = self.first_lacking() <= target.height && self.chain.executed < target.height;
        let lacks_certificates = self.chain.lacks_certificates();
        if !lacks_blocks && !lacks_certificates {
            self.sync_wait = None;
            return;
        }
        let is_far = target.height > self.chain.executed.plus(self.chain.window);
        let timeout = self.config.parameters.view_timeout_ms;
        // Blocks that votes may still decide, and certificates that checkpoints may still make, take a while.
        let place = if lacks_certificates { self.chain.stored } else { self.chain.executed };
        let patience = match (is_far, lacks_certificates) {
            (true, _) => 0,
            (false, true) => timeout,
            (false, false) => timeout / 4,
        };
        let wait = match self.sync_wait {
            Some(wait) if wait.place == place && wait.is_asked => wait,
            // Meanwhile it may have become far.
            Some(wait) if wait.place == place => SyncWait { due: wait.due.min(now + patience), ..wait },
            Some(_) | None => SyncWait { place, due: now + patience, is_asked: false },
        };
        self.sync_wait = Some(wait);
        if now < wait.due {
            return;
        }
        self.sync_wait = Some(SyncWait { place, due: now + timeout / 2, is_asked: true });
        let has_it = |(index, peer): (&ValidatorIndex, &crate::peers::Peer)| {
            let claimed = peer.status.map_or(Height::ZERO, |status| status.certified);
            (claimed.max(peer.has_blocks_to) >= target.height).then_some(*index)
        };
        let mut from: Vec<_> = self.peers.iter().filter_map(has_it).collect();
        if from.is_empty() {
            from = target.signer_indices().into_iter().filter(|index| !self.is_me(*index)).collect();
        }
        let target = target.clone();
        self.effects.push(Effect::Sync { target, from });
    }

    /// The lowest height that cannot be executed with what is here: not decided, or a batch of it is not held. Those
    /// who have it as a certified block need its batches no more, and serve the block only.
    fn first_lacking(&self) -> Height {
        let first = self.chain.executed.max(self.chain.requested).next();
        let decided = self.chain.committed.range(first..);
        let ready = decided.zip(first.get()..).take_while(|((height, committed), expected)| {
            height.get() == *expected && self.batches.holds_all(&committed.proposal)
        });
        first.plus(ready.count() as u64)
    }
}
