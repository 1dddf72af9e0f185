//! From what is durable to a replica, and back: the records that must survive a compaction of the log.

use std::sync::Arc;

use types::{Height, ProposalDigest, View};

use crate::{
    effect::Halt,
    lone::KeptViewChange,
    message::{SignedStatement, Statement, Vote},
    new_view::Order,
    own::{OwnKey, OwnRecord},
    record::{LogRecord, Recovery},
    replica::Replica,
    slots::{Offer, Phase},
};

impl Replica {
    /// Reads the log and the chain. Nothing is decided anew: what was said is known again, the floor with it.
    pub(crate) fn recover(&mut self, recovery: Recovery) {
        let chain = &mut self.chain;
        chain.low = recovery.low;
        chain.low_time = recovery.low_time;
        chain.executed = recovery.low;
        chain.certificate_durable = recovery.low;
        chain.stored = recovery.low;
        chain.last_timed = recovery.low;
        chain.boundary = recovery.boundary;
        for certificate in recovery.certificates.into_iter().chain(recovery.low_certificate) {
            if certificate.height <= recovery.low && certificate.height > chain.base {
                chain.highest = Some(certificate.clone());
                chain.certificates.insert(certificate.height, certificate);
            }
        }
        let mut installed: Option<SignedStatement> = None;
        for record in recovery.records {
            let signed = match &record {
                LogRecord::Own { signed, .. } | LogRecord::Installed(signed) => signed.clone(),
            };
            if signed.epoch != self.config.epoch {
                continue;
            }
            if let Statement::NewView(new_view) = &signed.statement {
                let newest = installed.as_ref().map_or(View::ZERO, |signed| view_of(&signed.statement));
                if new_view.view > newest {
                    installed = Some(signed.clone());
                }
            }
            self.recover_own(record, &signed);
        }
        self.recover_view(installed);
        for block in recovery.executed {
            self.chain.executed = block.height;
            if block.proposal != crate::checkpoint::null_digest() {
                self.chain.last_timed = block.height;
            }
            self.batches.note_ordered(&block.references, self.clock.monotonic);
            self.learn_boundary(block.boundary);
            self.take_executed(block);
        }
        self.chain.requested = self.chain.executed;
        self.own.prune(self.chain.low, self.floor, self.order.view);
        self.restore_own_votes();
        self.end_epoch();
    }

    fn recover_own(&mut self, record: LogRecord, signed: &SignedStatement) {
        let LogRecord::Own { proposal, prepared, .. } = &record else { return };
        if !self.is_me(signed.signer) {
            return;
        }
        let Some(key) = OwnKey::of(&signed.statement) else { return };
        self.floor = self.floor.max(key.view());
        if let Statement::ViewChange(change) = &signed.statement {
            let kept = KeptViewChange::new(signed.clone(), change.view, self.clock.monotonic);
            self.recover_view_change(kept);
        }
        let above_low = key.height().filter(|height| *height > self.chain.low);
        let best = |height| self.prepared.get(height).map(|known| known.vote.view);
        if let (Some(prepared), Some(height)) = (prepared, above_low)
            && best(&height).is_none_or(|view| view < prepared.vote.view)
        {
            self.prepared.insert(height, prepared.clone());
        }
        if let (Some(proposal), Some(height)) = (proposal, key.height()) {
            self.proposals.keep(proposal.digest(), height, &Arc::new(proposal.clone()));
        }
        let statement = signed.statement.clone();
        self.own.0.insert(key, OwnRecord { statement, durable: Some(record) });
    }

    /// The last view installed, unless a higher one was asked for since.
    fn recover_view(&mut self, installed: Option<SignedStatement>) {
        if let Some(signed) = installed {
            if let Statement::NewView(new_view) = &signed.statement {
                match Order::of(new_view, self.chain.base) {
                    Ok(order) => {
                        self.view = order.view;
                        self.order = order;
                        self.highest_proposed = self.order.hi;
                    }
                    Err(halt @ (Halt::ConflictingCertificates { .. } | Halt::Diverged { .. })) => {
                        self.halt(halt)
                    }
                }
                for signed in new_view.view_changes.clone() {
                    if let Statement::ViewChange(change) = &signed.statement {
                        let view = change.view;
                        self.recover_view_change(KeptViewChange::new(signed, view, self.clock.monotonic));
                    }
                }
            }
            self.new_view = Some(signed);
        }
        let asked = self.me().and_then(|me| self.view_changes.get(&me)).map_or(View::ZERO, |kept| kept.view);
        self.active = asked <= self.view;
        self.view = self.view.max(asked);
    }

    fn recover_view_change(&mut self, kept: KeptViewChange) {
        let signer = kept.signed.signer;
        if self.view_changes.get(&signer).is_none_or(|known| known.view < kept.view) {
            self.view_changes.insert(signer, kept);
        }
    }

    /// Puts our own durable votes back into the slots, with the pre-prepares that our commits prove.
    fn restore_own_votes(&mut self) {
        let own: Vec<_> = self.own.0.values().filter_map(|own| own.durable.clone()).collect();
        for record in own {
            let LogRecord::Own { signed, proposal, prepared } = record else { continue };
            match &signed.statement {
                Statement::PrePrepare(vote) => self.count_own_pre_prepare(*vote, &signed, proposal),
                Statement::Prepare(vote) => self.restore_vote(Phase::Prepare, *vote, &signed),
                Statement::Commit(vote) => {
                    self.restore_vote(Phase::Commit, *vote, &signed);
                    if let (Some(prepared), Some(proposal)) = (prepared, proposal) {
                        let offer = Offer {
                            digest: vote.digest,
                            signature: prepared.pre_prepare,
                            proposal: Arc::new(proposal),
                            accepted: true,
                        };
                        self.restore_offer(*vote, offer);
                        for (index, signature) in prepared.prepares {
                            self.slots.add(Phase::Prepare, vote, index, signature);
                        }
                    }
                }
                Statement::Checkpoint(_)
                | Statement::ViewChange(_)
                | Statement::NewView(_)
                | Statement::EmptyRequest(_)
                | Statement::VoteQuery(_) => {}
            }
        }
        self.restore_own_pre_prepares();
    }

    fn restore_vote(&mut self, phase: Phase, vote: Vote, signed: &SignedStatement) {
        if vote.height > self.chain.low {
            self.slots.add(phase, &vote, signed.signer, signed.signature);
        }
    }

    fn restore_offer(&mut self, vote: Vote, offer: Offer) {
        if vote.height <= self.chain.low {
            return;
        }
        let (digest, proposal): (ProposalDigest, _) = (offer.digest, Arc::clone(&offer.proposal));
        let slot = self.slots.entry(vote.height, vote.view);
        if slot.offer.is_none() {
            slot.offer = Some(offer);
        }
        if vote.view == self.view && self.active {
            self.note_accepted(vote.height, digest, &proposal);
        }
    }

    /// A primary goes on above what it has already ordered in this view.
    pub(crate) fn restore_own_pre_prepares(&mut self) {
        let view = self.view;
        let of_view = self
            .own
            .0
            .range(OwnKey::PrePrepare(view, Height::ZERO)..=OwnKey::PrePrepare(view, Height::new(u64::MAX)));
        let last = of_view.filter_map(|(key, _)| key.height()).max();
        self.last_proposed = self.last_proposed.max(last.unwrap_or_default());
    }

    pub(crate) fn snapshot(&self) -> Vec<LogRecord> {
        let installed = self.new_view.clone().map(LogRecord::Installed);
        let own = self.own.0.values().filter_map(|own| own.durable.clone());
        installed.into_iter().chain(own).collect()
    }
}

const fn view_of(statement: &Statement) -> View {
    match statement {
        Statement::NewView(new_view) => new_view.view,
        Statement::ViewChange(change) => change.view,
        Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) => vote.view,
        Statement::Checkpoint(_) | Statement::EmptyRequest(_) | Statement::VoteQuery(_) => View::ZERO,
    }
}
