//! What must hold after every event, one file per invariant; each cites its source. The observer sees
//! what honest nodes log, sync, send, execute and store, and shares no state with any replica.
//!
//! | `threats.md` | where |
//! | --- | --- |
//! | S1 agreement | `agreement`, and before it shows in a block `decided` |
//! | S2 durable acks | `decided` (q commits bind all later views), `durable_before_send`, the markers of `liveness` |
//! | S3 exactly once | `exactly_once` |
//! | S4 chain integrity | `chain` |
//! | S5 state equality | `agreement`: the header hash binds the state root |
//! | S6 no equivocation | `vote_uniqueness`, `view_floor`, `durable_before_send` |
//! | S7 certificates | `certificates` |
//! | S8 validity | `prepared_before_commit`; blocks from liars: `divergence` in `execution` |
//! | S9 monotone | `monotone` |
//! | an epoch's own parameters | `parameters` |
//! | L1, L2, L4 | `liveness`: healing, a broken minority, all whole |
//! | L3 | `liveness::healed`: no view change when all are whole |
//! | L6 | `bounds`: work, events, memory within bounds, and none left when idle |
//!
//! A node whose vote log was rolled back counts against f: no invariant speaks of it, but its commits count.

mod agreement;
mod bounds;
mod certificates;
mod chain;
mod decided;
mod durable_before_send;
mod epochs;
mod evidence;
mod exactly_once;
mod monotone;
mod parameters;
mod prepared_before_commit;
#[cfg(test)]
mod tests;
mod view_floor;
mod vote_uniqueness;

use std::rc::Rc;

use consensus::{Effect, Message, SignedStatement, Statement, record::LogRecord};
use types::{Certificate, Epoch, Height, Signature, View};

use crate::{epochs::ChainState, identity::Identity, mempool::Mempool, queue::Place, store::StoredBlock};

/// A statement's place among those of which one may exist: kind, view, height.
pub(crate) type Slot = (u8, u64, u64);

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its file's name.
    pub invariant: &'static str,
    /// What was seen.
    pub detail: String,
}

/// The verdict on one event.
pub(crate) type Verdict = Result<(), Violation>;

/// All invariants of a run.
pub(crate) struct Invariants {
    agreement: agreement::Agreement,
    chain: chain::Chain,
    decided: decided::Decided,
    durable: durable_before_send::DurableBeforeSend,
    epochs: epochs::Epochs,
    exactly_once: exactly_once::ExactlyOnce,
    floor: view_floor::ViewFloor,
    monotone: monotone::Monotone,
    unique: vote_uniqueness::VoteUniqueness,
    violation: Option<Violation>,
}

/// A violation of this invariant, unless `holds`.
pub(crate) fn require(holds: bool, invariant: &'static str, detail: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Violation { invariant, detail: detail() }) }
}

/// The slot of a statement; `None` for questions, which may be asked again.
pub(crate) fn slot_of(statement: &Statement) -> Option<Slot> {
    let kind = statement.kind() as u8;
    match statement {
        Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) => {
            Some((kind, vote.view.get(), vote.height.get()))
        }
        Statement::Checkpoint(checkpoint) => Some((kind, 0, checkpoint.height.get())),
        Statement::ViewChange(change) => Some((kind, change.view.get(), 0)),
        Statement::NewView(new_view) => Some((kind, new_view.view.get(), 0)),
        Statement::EmptyRequest(_) | Statement::VoteQuery(_) => None,
    }
}

impl Invariants {
    /// For a network of honest nodes that begins with this state.
    pub fn new(genesis: Rc<ChainState>) -> Self {
        Self {
            agreement: agreement::Agreement::default(),
            chain: chain::Chain::default(),
            decided: decided::Decided::default(),
            durable: durable_before_send::DurableBeforeSend::default(),
            epochs: epochs::Epochs::new(genesis),
            exactly_once: exactly_once::ExactlyOnce::default(),
            floor: view_floor::ViewFloor::default(),
            monotone: monotone::Monotone::default(),
            unique: vote_uniqueness::VoteUniqueness::default(),
            violation: None,
        }
    }

    /// The first violation, if there is one.
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Notes a verdict; the first violation stays.
    pub fn note(&mut self, verdict: Verdict) {
        if let (Err(violation), None) = (verdict, &self.violation) {
            self.violation = Some(violation);
        }
    }

    /// An honest node signed a statement and appended it to its vote log. What a crash takes from the log
    /// before it is synced was never said, so only its own content is judged here.
    /// `standing`: the node's durable certified height and the number of its vote log.
    pub fn logged(
        &mut self,
        place: Place,
        person: Place,
        standing: (Height, u64),
        record: &LogRecord,
        mempool: &Mempool,
    ) {
        let LogRecord::Own { signed, proposal, prepared } = record else { return };
        let (statement, proposal) = (&signed.statement, proposal.as_ref());
        self.note(self.epochs.logged(place, person, standing, signed));
        if let Some(identity) = self.epochs.identity(signed.epoch) {
            self.note(parameters::logged(identity, place, standing.0, statement));
        }
        if let Some(identity) = self.epochs.identity(signed.epoch) {
            self.note(prepared_before_commit::logged(
                &Rc::clone(identity),
                statement,
                proposal,
                prepared.as_ref(),
            ));
        }
        self.note(prepared_before_commit::holds_batches(place, statement, proposal, mempool));
    }

    /// A record of an honest node's vote log became durable: from now on it may be known to others.
    pub fn synced(&mut self, place: Place, record: &LogRecord) {
        let LogRecord::Own { signed, .. } = record else { return };
        self.durable.synced(place, signed.signature);
        let verdicts = [
            self.unique.stated(place, signed),
            self.floor.synced(place, signed),
            self.decided.stated(&self.epochs, signed),
            self.decided.prepared(place, &signed.statement),
        ];
        verdicts.into_iter().for_each(|verdict| self.note(verdict));
    }

    /// An honest node's block became durable, with its checkpoint signature.
    pub fn checkpoint_synced(&mut self, place: Place, signature: Option<Signature>) {
        if let Some(signature) = signature {
            self.durable.synced(place, signature);
        }
    }

    /// An honest node puts a message on the wire.
    pub fn sent(&mut self, place: Place, person: Place, message: &Message) {
        match message {
            Message::Signed(signed) | Message::PrePrepare { signed, .. }
                if self.person(signed) == Some(person) =>
            {
                self.own_statement_sent(place, signed);
            }
            Message::Certificate(certificate) => self.certificate(certificate),
            Message::Signed(_)
            | Message::PrePrepare { .. }
            | Message::Status(_)
            | Message::BatchProof(_)
            | Message::FetchProposal(_)
            | Message::Proposal(_)
            | Message::VotesHeld { .. } => {}
        }
    }

    fn own_statement_sent(&mut self, place: Place, signed: &SignedStatement) {
        let verdict = self.durable.sent(place, signed);
        self.note(verdict);
        let verdict = self.unique.stated(place, signed);
        self.note(verdict);
    }

    /// Somebody's statement, also a Byzantine one, was put on the wire.
    pub fn seen(&mut self, signed: &SignedStatement) {
        let verdict = self.decided.stated(&self.epochs, signed);
        self.note(verdict);
    }

    /// An honest node executed a block; whether it is the first to execute that height.
    pub fn executed(&mut self, place: Place, block: &StoredBlock) -> bool {
        let first = self.agreement.is_first(block.header.height);
        let verdict = self.agreement.executed(place, block.header.height, block.hash);
        self.note(verdict);
        if first {
            let verdicts = [
                self.chain.block(block),
                self.exactly_once.block(block),
                self.epochs.block(block),
                parameters::block(block),
            ];
            verdicts.into_iter().for_each(|verdict| self.note(verdict));
        }
        first
    }

    /// An honest replica decided a height by votes.
    pub fn decided(&mut self, place: Place, height: Height, digest: types::ProposalDigest) {
        let verdict = self.decided.executed(&self.epochs, place, height, digest);
        self.note(verdict);
    }

    /// An honest node stores or sends a block certificate.
    pub fn certificate(&mut self, certificate: &Certificate) {
        let identity = self.epochs.identity_at(certificate.height).cloned();
        let verdict = require(identity.is_some(), "certificates", || {
            format!("a certificate of height {}, which is in no epoch", certificate.height)
        });
        self.note(verdict);
        if let Some(identity) = identity {
            self.note(certificates::check(&identity, certificate));
        }
        let verdict = self.agreement.certified(certificate);
        self.note(verdict);
    }

    /// An honest replica accuses a validator.
    pub fn accused(&mut self, place: Place, evidence: &consensus::Evidence, is_faulty: bool) {
        let consensus::Evidence::Equivocation { first, .. } = evidence;
        if let Some(identity) = self.epochs.identity(first.epoch).cloned() {
            self.note(evidence::accused(&identity, place, evidence, is_faulty));
        }
    }

    /// An honest replica says where it stands; `run` is the run of its process.
    pub fn stands(&mut self, place: Place, (epoch, view): (Epoch, View), low: Height, executed: Height) {
        let verdict = self.monotone.stands(place, (epoch, view), low, executed);
        self.note(verdict);
    }

    /// An honest node restarts with this durable certified height.
    pub fn restarted(&mut self, place: Place, low: Height) {
        let verdict = self.monotone.restarted(place, low);
        self.note(verdict);
    }

    /// A node's disks were wiped: it begins anew, without its vote memory.
    pub fn wiped(&mut self, place: Place) {
        self.monotone.wiped(place);
    }

    /// A replica answered one input with these effects.
    pub fn work(&mut self, place: Place, effects: &[Effect], identity: &Identity) {
        self.note(bounds::effects(place, effects, identity.validators.len(), &identity.parameters));
    }

    /// A replica keeps so much.
    pub fn keeps(&mut self, place: Place, found: &consensus::Footprint, bound: &consensus::Footprint) {
        self.note(bounds::footprint(place, found, bound));
    }

    /// The world has this many pending events.
    pub fn pending(&mut self, events: usize, places: usize) {
        self.note(bounds::events(events, places));
    }

    /// Who signed a statement, as it says.
    pub fn person(&self, signed: &SignedStatement) -> Option<Place> {
        self.epochs.identity(signed.epoch)?.person(signed.signer)
    }

    /// Whether a statement's signature is good.
    pub fn is_signed(&self, signed: &SignedStatement) -> bool {
        self.epochs.identity(signed.epoch).is_some_and(|identity| {
            let bytes = signed.statement.signing_bytes(&identity.chain, signed.epoch);
            identity.is_signed(signed.signer, &bytes, &signed.signature)
        })
    }

    /// The agreed state after the newest block.
    pub fn newest(&self) -> Rc<ChainState> {
        Rc::clone(self.epochs.newest())
    }

    /// The highest height that any honest node executed.
    pub fn height(&self) -> Height {
        self.agreement.height()
    }

    /// Whether a transaction stands in the agreed chain.
    pub fn is_executed(&self, transaction: u64) -> bool {
        self.exactly_once.contains(transaction)
    }
}
