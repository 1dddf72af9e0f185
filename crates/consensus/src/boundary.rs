//! The end of an epoch. A change of the set or the parameters that height h orders takes effect above
//! B = h + D, D >= L. Nothing above B is proposed, prepared, committed or certified by this replica. The
//! primary fills the heights up to B with empty blocks where there is nothing to order. When B is executed
//! and certified durably the epoch is over, and the shell starts the replica of the next one.

use types::{Epoch, Height, ValidatorIndex};

use crate::{effect::Effect, replica::Replica};

impl Replica {
    /// The state after a block has a pending change. A boundary that is known never changes: one change is in
    /// flight at a time.
    pub(crate) fn learn_boundary(&mut self, boundary: Option<Height>) {
        if self.chain.boundary.is_some() || boundary.is_none() {
            return;
        }
        self.chain.boundary = boundary;
        self.propose_due = true;
        self.end_epoch();
        // Empty offers that had no purpose until now.
        for height in self.chain.first_undecided().get()..=self.highest_offered.get() {
            self.consider(Height::new(height));
        }
    }

    /// Whether an empty block at this height brings the boundary nearer.
    pub(crate) fn fills_epoch(&self, height: Height) -> bool {
        self.chain.boundary.is_some_and(|last| height <= last)
    }

    /// Says once that the last height is executed and certified durably.
    pub(crate) fn end_epoch(&mut self) {
        let Some(last) = self.chain.boundary.filter(|last| self.chain.low >= *last) else { return };
        if !self.ended {
            self.ended = true;
            self.timers.ordering = None;
            self.timers.new_view = None;
            self.effects.push(Effect::EpochEnded { last });
        }
    }

    /// Whoever is in an older epoch passes its end by the certificate of its last block, which the ledger
    /// has. That somebody is in a newer one is a hint, which will come with such a certificate.
    pub(crate) fn on_status_of_other_epoch(&mut self, from: ValidatorIndex, theirs: Epoch) {
        if theirs > self.config.epoch {
            return;
        }
        let Some(peer) = self.peers.get_mut(&from).filter(|peer| peer.courtesies > 0) else { return };
        peer.courtesies -= 1;
        self.effects.push(Effect::SendEpochEnd { to: from, epoch: theirs });
    }
}
