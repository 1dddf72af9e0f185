//! The replica: its state, and the dispatch of inputs to one handler each.

use std::collections::{BTreeMap, BTreeSet};

use types::{Height, ValidatorIndex, View};

use crate::{
    batches::Batches,
    certificates::SyncWait,
    chain::Chain,
    checkpoint::Checkpoints,
    config::{ReplicaConfig, VIEWS_AHEAD, VIEWS_BACK},
    effect::{Effect, Evidence, Halt, Notice},
    empty::EmptyRequests,
    fetch::Proposals,
    input::{Clock, Input, Monotonic},
    lone::{Allowances, KeptViewChange},
    message::{Message, PreparedCertificate, SignedStatement, Statement},
    new_view::Order,
    own::OwnVotes,
    peers::Peer,
    record::{ExecutedBlock, LogRecord, Recovery},
    slots::{Phase, Slots},
    status::ReplicaStatus,
    timers::Timers,
    verify::{Horizon, Verified},
    voting::{Recall, VotingState},
};

/// One PBFT replica as a pure state machine: a run is a function of its inputs.
#[derive(Debug)]
pub struct Replica {
    pub(crate) config: ReplicaConfig,
    pub(crate) clock: Clock,
    pub(crate) effects: Vec<Effect>,
    pub(crate) voting: VotingState,
    pub(crate) recall: Recall,
    halted: bool,
    /// The last height of the epoch is executed and certified durably.
    pub(crate) ended: bool,
    /// The view we are in, or wait for. Never below `floor`.
    pub(crate) view: View,
    /// Whether it is installed.
    pub(crate) active: bool,
    /// The highest view in any own record.
    pub(crate) floor: View,
    /// What the last installed view began with, and its proof.
    pub(crate) order: Order,
    pub(crate) new_view: Option<SignedStatement>,
    pub(crate) own: OwnVotes,
    pub(crate) slots: Slots,
    /// Of each height above low the prepared certificate with the highest view.
    pub(crate) prepared: BTreeMap<Height, PreparedCertificate>,
    pub(crate) proposals: Proposals,
    pub(crate) chain: Chain,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) view_changes: BTreeMap<ValidatorIndex, KeptViewChange>,
    pub(crate) batches: Batches,
    pub(crate) peers: BTreeMap<ValidatorIndex, Peer>,
    pub(crate) timers: Timers,
    pub(crate) empty: EmptyRequests,
    /// Views asked for in a row without a newly certified block.
    pub(crate) failed_views: u32,
    /// In the present view: the highest accepted height, the highest with a time, our own last proposal.
    pub(crate) highest_proposed: Height,
    pub(crate) timed_proposed: Height,
    pub(crate) last_proposed: Height,
    pub(crate) highest_offered: Height,
    /// Whether anything happened since the last look that lets a primary propose: votes alone do not.
    pub(crate) propose_due: bool,
    /// Heights at which no header can reach q any more.
    pub(crate) split_at: Option<Height>,
    pub(crate) noticed_difference: BTreeSet<Height>,
    pub(crate) sync_wait: Option<SyncWait>,
    pub(crate) allowances: Allowances,
    /// Certified and executed heights as last seen by the overdue rule, and since when.
    pub(crate) backlog: ((Height, Height), Monotonic),
    pub(crate) view_changes_started: u64,
    evidence: u64,
}

impl Replica {
    /// Starts from what is durable; the effects are to be carried out like those of a step.
    #[must_use]
    pub fn new(config: ReplicaConfig, recovery: Recovery, clock: Clock) -> (Self, Vec<Effect>) {
        let mut replica = Self::blank(config, clock);
        replica.recover(recovery);
        replica.begin_voting();
        let effects = replica.finish();
        (replica, effects)
    }

    fn blank(config: ReplicaConfig, clock: Clock) -> Self {
        let chain = Chain { window: config.parameters.window, base: config.base, ..Chain::default() };
        let batches = Batches::new(config.validators.len(), config.parameters.batches_per_author);
        let timers = Timers { status_at: clock.monotonic, view_began: clock.monotonic, ..Timers::default() };
        let mut replica = Self {
            config,
            clock,
            effects: Vec::new(),
            voting: VotingState::Asking,
            recall: Recall::default(),
            halted: false,
            ended: false,
            view: View::ZERO,
            active: true,
            floor: View::ZERO,
            order: Order::default(),
            new_view: None,
            own: OwnVotes::default(),
            slots: Slots::default(),
            prepared: BTreeMap::new(),
            proposals: Proposals::default(),
            chain,
            checkpoints: Checkpoints::new(),
            view_changes: BTreeMap::new(),
            batches,
            peers: BTreeMap::new(),
            timers,
            empty: EmptyRequests::default(),
            failed_views: 0,
            highest_proposed: Height::ZERO,
            timed_proposed: Height::ZERO,
            last_proposed: Height::ZERO,
            highest_offered: Height::ZERO,
            propose_due: true,
            split_at: None,
            noticed_difference: BTreeSet::new(),
            sync_wait: None,
            allowances: Allowances::default(),
            backlog: ((Height::ZERO, Height::ZERO), clock.monotonic),
            view_changes_started: 0,
            evidence: 0,
        };
        let me = replica.me();
        let others = replica.config.validators.indices().filter(|index| Some(*index) != me);
        replica.peers = others.map(|index| (index, Peer::new())).collect();
        replica
    }

    /// Learns one thing; returns everything that is to be done, in order. Does nothing after a halt.
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        if self.halted {
            return Vec::new();
        }
        self.propose_due |= !matches!(input, Input::Message { .. });
        match input {
            Input::Tick(clock) => self.on_tick(clock),
            Input::Message { from, message } => self.on_message(from, message),
            Input::Durable(record) => self.on_durable(record),
            Input::BatchHeld(reference) => self.on_batch_held(reference),
            Input::BatchCertified { proof, acks } => self.on_batch_certified(proof, acks),
            Input::Executed { height, header_hash, proposal, references, time, checkpoint, boundary } => {
                self.on_executed(ExecutedBlock {
                    height,
                    header_hash,
                    proposal,
                    references,
                    time,
                    checkpoint,
                    boundary,
                });
            }
            Input::Certificate(certificate) => self.adopt_certificate(certificate.into_inner(), &[]),
            Input::CertificateDurable(height) => self.on_certificate_durable(height),
            Input::EmptyBlockWanted => self.on_empty_wanted(),
        }
        self.finish()
    }

    fn on_message(&mut self, from: ValidatorIndex, message: Verified) {
        // Verified before the epoch changed, by another set: nothing of it counts here.
        if message.epoch() != self.config.epoch {
            return;
        }
        match message.into_message() {
            Message::PrePrepare { signed, proposal } => self.on_pre_prepare(from, signed, proposal),
            Message::Signed(signed) => self.on_signed(from, signed),
            Message::Certificate(certificate) => self.adopt_certificate(certificate, &[from]),
            Message::Status(status) => self.on_status(from, status),
            Message::BatchProof(proof) => {
                let acks = proof.signatures.len();
                self.on_batch_certified(proof, acks);
            }
            Message::FetchProposal(digest) => self.on_fetch_proposal(from, digest),
            Message::Proposal(proposal) => self.on_proposal(proposal),
            Message::VotesHeld { nonce, votes } => self.on_votes_held(from, nonce, &votes),
        }
    }

    fn on_signed(&mut self, from: ValidatorIndex, signed: SignedStatement) {
        match &signed.statement {
            // The verifier lets none through without its proposal.
            Statement::PrePrepare(_) => {}
            Statement::Prepare(vote) => self.on_vote(from, Phase::Prepare, *vote, signed),
            Statement::Commit(vote) => self.on_vote(from, Phase::Commit, *vote, signed),
            Statement::Checkpoint(_) => self.on_checkpoint(from, signed),
            Statement::ViewChange(_) => self.on_view_change(from, signed),
            Statement::NewView(_) => self.on_new_view(signed),
            Statement::EmptyRequest(_) if self.is_me(signed.signer) => {}
            Statement::EmptyRequest(_) => self.keep_empty_request(signed),
            Statement::VoteQuery(_) => self.on_vote_query(from, &signed),
        }
    }

    /// What follows from any input.
    fn finish(&mut self) -> Vec<Effect> {
        if !self.halted {
            if std::mem::take(&mut self.propose_due) {
                self.propose();
            }
            self.update_ordering_timer();
        }
        std::mem::take(&mut self.effects)
    }

    /// When it wants the next [`Input::Tick`] at the latest; `None` after a halt.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Monotonic> {
        (!self.halted).then(|| self.deadline())
    }

    /// All records that must survive when the vote log is compacted: everything above low that still
    /// matters, the floor's view change, the last new view.
    #[must_use]
    pub fn log_snapshot(&self) -> Vec<LogRecord> {
        self.snapshot()
    }

    /// The hint for the [`crate::Verifier`].
    #[must_use]
    pub const fn horizon(&self) -> Horizon {
        Horizon { view: self.view, low: self.chain.low }
    }

    /// For operators.
    #[must_use]
    pub fn status(&self) -> ReplicaStatus {
        let not_voting_reason = match self.voting {
            _ if self.halted => Some("it halted"),
            _ if self.ended => Some("its epoch ended"),
            VotingState::Active => None,
            VotingState::Asking => Some("it asks its peers which of its votes they hold"),
            VotingState::Never(reason) => Some(reason),
        };
        ReplicaStatus {
            epoch: self.config.epoch,
            boundary: self.chain.boundary,
            view: self.view,
            active: self.active,
            primary: self.primary(),
            low: self.chain.low,
            executed: self.chain.executed,
            certified: self.chain.certified(),
            voting: not_voting_reason.is_none(),
            not_voting_reason,
            view_changes: self.view_changes_started,
            in_flight: self.highest_proposed.since(self.chain.low),
            evidence: self.evidence,
        }
    }

    pub(crate) fn primary(&self) -> ValidatorIndex {
        self.config.validators.primary(self.config.epoch, self.view)
    }

    pub(crate) fn is_primary(&self) -> bool {
        self.is_me(self.primary())
    }

    /// Inside the span of views whose votes are kept.
    pub(crate) fn is_near(&self, view: View) -> bool {
        view <= self.view.plus(VIEWS_AHEAD) && view.plus(VIEWS_BACK) >= self.view
    }

    pub(crate) const fn is_halted(&self) -> bool {
        self.halted
    }

    pub(crate) fn halt(&mut self, halt: Halt) {
        if !self.halted {
            self.halted = true;
            self.effects.push(Effect::Halt(halt));
        }
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.effects.push(Effect::Notice(notice));
    }

    pub(crate) fn accuse(&mut self, evidence: Evidence) {
        self.evidence += 1;
        self.effects.push(Effect::Evidence(evidence));
    }
}

impl std::fmt::Display for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status())
    }
}
