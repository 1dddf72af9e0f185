//! Own statements that became durable: only now are they counted and sent.

use std::sync::Arc;

use types::Proposal;

use crate::{
    effect::Effect,
    message::{Message, SignedStatement, Statement},
    own::{OwnKey, OwnRecord},
    record::LogRecord,
    replica::Replica,
    slots::{Offer, Phase},
};

impl Replica {
    pub(crate) fn on_durable(&mut self, record: LogRecord) {
        let LogRecord::Own { signed, proposal, .. } = &record else { return };
        let (signed, proposal) = (signed.clone(), proposal.clone());
        if !self.is_me(signed.signer) || signed.epoch != self.config.epoch {
            return;
        }
        if let Some(key) = OwnKey::of(&signed.statement) {
            let statement = signed.statement.clone();
            let below = key.height().is_some_and(|height| height <= self.chain.low);
            if !below {
                self.own.0.insert(key, OwnRecord { statement, durable: Some(record) });
            }
        }
        if self.can_vote() || matches!(signed.statement, Statement::VoteQuery(_)) {
            self.announce(&signed, proposal.clone());
        }
        self.count_own(signed, proposal);
    }

    fn announce(&mut self, signed: &SignedStatement, proposal: Option<Proposal>) {
        let message = Message::of_own(signed, proposal.as_ref());
        self.effects.extend(message.map(Effect::Broadcast));
    }

    /// Our own statement in our own log, as anybody else's.
    fn count_own(&mut self, signed: SignedStatement, proposal: Option<Proposal>) {
        let now = self.clock.monotonic;
        match &signed.statement {
            Statement::PrePrepare(vote) => {
                self.count_own_pre_prepare(*vote, &signed, proposal);
            }
            Statement::Prepare(vote) => self.count_own_vote(Phase::Prepare, *vote, &signed),
            Statement::Commit(vote) => self.count_own_vote(Phase::Commit, *vote, &signed),
            Statement::ViewChange(_) => self.keep_view_change(signed, now),
            Statement::NewView(_) => self.install(signed, true),
            Statement::EmptyRequest(_) => self.keep_empty_request(signed),
            Statement::VoteQuery(_) => self.recall.query = Some(signed),
            Statement::Checkpoint(_) => {}
        }
    }

    pub(crate) fn count_own_vote(&mut self, phase: Phase, vote: crate::Vote, signed: &SignedStatement) {
        if vote.height > self.chain.low {
            self.slots.add(phase, &vote, signed.signer, signed.signature);
            if vote.view == self.view {
                self.consider(vote.height);
            }
        }
    }

    pub(crate) fn count_own_pre_prepare(
        &mut self,
        vote: crate::Vote,
        signed: &SignedStatement,
        proposal: Option<Proposal>,
    ) {
        let Some(proposal) = proposal.map(Arc::new) else { return };
        if vote.height <= self.chain.low {
            return;
        }
        let (digest, signature) = (vote.digest, signed.signature);
        let offer = Offer { digest, signature, proposal: Arc::clone(&proposal), accepted: true };
        self.slots.entry(vote.height, vote.view).offer = Some(offer);
        if vote.view == self.view && self.active {
            self.note_accepted(vote.height, digest, &proposal);
            self.consider(vote.height);
        }
    }
}
