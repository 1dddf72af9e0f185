//! Retransmission: whoever sees in a status that a peer lacks a vote, a new view or a certificate of ours
//! sends it again, also when idle. Links lose messages; nothing here trusts that something sent arrived.
//!
//! A peer that makes progress gets nothing (in the normal case statuses are old by the time they arrive);
//! one that stands still gets help at its first three equal statuses and then at every fourth. Its view and
//! its low are judged apart: who waits for a new view, or lacks one certificate of a block that it executed,
//! may still go on by sync, and must not stay mute.

use types::{Certificate, Height, ValidatorIndex};

use crate::{
    checkpoint::null_digest,
    effect::Effect,
    message::{Message, Status},
    own::OwnKey,
    replica::Replica,
};

/// Heights helped per status.
const HEIGHTS_PER_RESEND: u64 = 16;
/// Certificates sent per status.
const CERTIFICATES_PER_RESEND: usize = 16;

impl Replica {
    pub(crate) fn resend_to(&mut self, to: ValidatorIndex, status: Status) {
        let is_due =
            |stagnant: u32| (1..=3).contains(&stagnant) || (stagnant > 0 && stagnant.is_multiple_of(4));
        let Some(peer) = self.peers.get(&to).filter(|_| !self.is_halted()) else { return };
        let (stands_still, keeps_view, keeps_low) =
            (is_due(peer.stagnant), is_due(peer.stagnant_view), is_due(peer.stagnant_low));
        if keeps_view {
            self.resend_view(to, &status);
        }
        if keeps_low {
            self.resend_certificates(to, &status);
        }
        if !stands_still {
            return;
        }
        if status.view <= self.view && self.active {
            self.resend_votes(to, &status);
        }
        self.resend_checkpoints(to, &status);
    }

    fn resend_view(&mut self, to: ValidatorIndex, status: &Status) {
        let is_behind = status.view < self.view || (status.view == self.view && !status.view_active);
        if !is_behind {
            return;
        }
        let signed = if self.active {
            self.new_view.clone()
        } else if self.can_vote() {
            self.own.signed(OwnKey::ViewChange(self.view)).cloned()
        } else {
            None
        };
        if let Some(signed) = signed {
            self.effects.push(Effect::Send { to, message: Message::Signed(signed) });
        }
    }

    /// The certificates that move the peer's low, and the newest, which tells it how far to fetch.
    fn resend_certificates(&mut self, to: ValidatorIndex, status: &Status) {
        if status.low >= self.chain.certified() {
            return;
        }
        let next = self.chain.certificates.range(status.low.next()..).take(CERTIFICATES_PER_RESEND);
        let mut found: Vec<_> = next.map(|(_, certificate)| certificate.clone()).collect();
        let lacks = |highest: &&Certificate| {
            status.certified < highest.height && found.iter().all(|c| c.height != highest.height)
        };
        if let Some(highest) = self.chain.highest.as_ref().filter(lacks) {
            found.push(highest.clone());
        }
        let messages = found.into_iter().map(|c| Effect::Send { to, message: Message::Certificate(c) });
        self.effects.extend(messages);
    }

    /// Pre-prepares of the current view (whoever signed them) and our own votes.
    fn resend_votes(&mut self, to: ValidatorIndex, status: &Status) {
        let first = status.executed.max(self.chain.low).next();
        let last = first.plus(HEIGHTS_PER_RESEND - 1).min(self.chain.top());
        for height in first.get()..=last.get() {
            self.resend_height(to, Height::new(height));
        }
    }

    fn resend_height(&mut self, to: ValidatorIndex, height: Height) {
        let view = self.view;
        let primary = self.primary();
        let Some(slot) = self.slots.get(height, view) else { return };
        if let Some(offer) = slot.offer.as_ref().filter(|offer| offer.accepted && to != primary) {
            let vote = crate::Vote { view, height, digest: offer.digest };
            let statement = crate::Statement::PrePrepare(vote);
            let (epoch, signature) = (self.config.epoch, offer.signature);
            let signed = crate::SignedStatement { signer: primary, epoch, statement, signature };
            let proposal =
                if offer.digest == null_digest() { Default::default() } else { (*offer.proposal).clone() };
            self.effects.push(Effect::Send { to, message: Message::PrePrepare { signed, proposal } });
        }
        if !self.can_vote() {
            return;
        }
        for key in [OwnKey::Prepare(view, height), OwnKey::Commit(view, height)] {
            if let Some(signed) = self.own.signed(key) {
                self.effects.push(Effect::Send { to, message: Message::Signed(signed.clone()) });
            }
        }
    }

    /// Our checkpoints of uncertified heights.
    fn resend_checkpoints(&mut self, to: ValidatorIndex, status: &Status) {
        let Some(me) = self.me().filter(|_| self.can_vote()) else { return };
        let first = status.low.max(self.chain.low).next();
        let mut found = Vec::new();
        for (height, of_height) in self.checkpoints.range(first..first.plus(HEIGHTS_PER_RESEND)) {
            if self.chain.certificates.contains_key(height) {
                continue;
            }
            if let Some((hash, signature)) = of_height.get(&me) {
                found.push(self.checkpoint_statement(*height, me, *hash, *signature));
            }
        }
        self.effects.extend(found.into_iter().map(|c| Effect::Send { to, message: Message::Signed(c) }));
    }

    /// After a restart the same bytes are sent again.
    pub(crate) fn resend_all(&mut self) {
        let mut found = Vec::new();
        for (key, own) in &self.own.0 {
            if key.view() < self.view {
                continue;
            }
            if let Some(crate::LogRecord::Own { signed, proposal, .. }) = &own.durable {
                found.extend(Message::of_own(signed, proposal.as_ref()));
            }
        }
        if let Some(me) = self.me() {
            for (height, of_height) in &self.checkpoints {
                if let Some((hash, signature)) = of_height.get(&me) {
                    found.push(Message::Signed(self.checkpoint_statement(*height, me, *hash, *signature)));
                }
            }
        }
        self.effects.extend(found.into_iter().map(Effect::Broadcast));
    }
}
