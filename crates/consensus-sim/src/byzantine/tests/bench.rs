//! What actors are tested with: a network of four, genuine messages of all kinds, and a verifier.

use std::sync::Arc;

use consensus::{
    EmptyRequest, Horizon, Message, NewView, PreparedCertificate, Rejected, SignedStatement, Statement,
    Status, Verifier, ViewChange, Vote, status::ReplicaStatus,
};
use types::{
    AvailabilityProof, BatchRef, BlockHash, Certificate, Epoch, Height, Parameters, Proposal, TimeMs,
    ValidatorIndex, View, certificate::CheckpointStatement,
};

use crate::{
    byzantine::{Actor, Behaviour},
    identity::Identity,
    mempool::StoredBatch,
    prng::Prng,
    scheme::KeyedHash,
};

/// The view and the height that everything is about; validator 1 leads the view.
pub const VIEW: u64 = 5;
pub const HEIGHT: u64 = 20;
pub const PRIMARY: ValidatorIndex = ValidatorIndex::new(1);
const WINDOW: u64 = 8;

pub struct Bench {
    pub identity: Identity,
    pub prng: Prng,
    verifier: Verifier,
}

impl Bench {
    pub fn new() -> Self {
        let parameters = Parameters { window: WINDOW, ..Parameters::default() };
        let identity = Identity::new(4, parameters.clone()).expect("a set");
        let set = Arc::clone(&identity.validators);
        let (epoch, base) = (Epoch::ZERO, Height::ZERO);
        let verifier = Verifier::new(identity.chain, set, epoch, base, parameters, Arc::new(KeyedHash));
        verifier.set_horizon(Horizon { view: View::new(VIEW), low: Height::new(HEIGHT - 1) });
        Self { identity, prng: Prng::stream(1, "test"), verifier }
    }

    pub fn actor(&self, behaviour: Behaviour, index: u16) -> Actor {
        Actor::new(behaviour, ValidatorIndex::new(index))
    }

    pub fn judge(&self, from: ValidatorIndex, message: &Message) -> Result<(), Rejected> {
        self.verifier.verify(from, message.clone()).map(|_| ())
    }

    pub fn status(&self) -> ReplicaStatus {
        ReplicaStatus {
            epoch: Epoch::ZERO,
            boundary: None,
            view: View::new(VIEW),
            active: true,
            primary: PRIMARY,
            low: Height::new(HEIGHT - 1),
            executed: Height::new(HEIGHT - 1),
            certified: Height::new(HEIGHT - 1),
            voting: true,
            not_voting_reason: None,
            view_changes: 0,
            in_flight: 0,
            evidence: 0,
        }
    }

    pub fn reference(&self, author: u16) -> BatchRef {
        StoredBatch::pack(Epoch::ZERO, ValidatorIndex::new(author), 3, TimeMs::new(10_000), vec![7]).reference
    }

    pub fn certificate(&self, height: u64) -> Certificate {
        let statement =
            CheckpointStatement { height: Height::new(height), header_hash: BlockHash::new([3; 32]) };
        let bytes = statement.signing_bytes(&self.identity.chain, Epoch::ZERO);
        let sign = |index| (index, self.identity.sign(index, &bytes));
        let votes: Vec<_> = self.identity.validators.indices().take(3).map(sign).collect();
        Certificate::assemble(Epoch::ZERO, statement, 4, &votes)
    }

    pub fn proposal(&self) -> Proposal {
        Proposal {
            references: vec![self.reference(0), self.reference(1)],
            time: TimeMs::new(9),
            participation: Some(self.certificate(HEIGHT - WINDOW)),
        }
    }

    pub fn vote(&self) -> Vote {
        Vote { view: View::new(VIEW), height: Height::new(HEIGHT), digest: self.proposal().digest() }
    }

    pub fn prepared(&self) -> PreparedCertificate {
        let vote = self.vote();
        let prepare = |index| (index, self.identity.state(index, Statement::Prepare(vote)).signature);
        let pre_prepare = self.identity.state(PRIMARY, Statement::PrePrepare(vote)).signature;
        let prepares = [0, 2].map(ValidatorIndex::new).map(prepare).into();
        PreparedCertificate { epoch: Epoch::ZERO, vote, pre_prepare, prepares }
    }

    pub fn view_change(&self, signer: ValidatorIndex, view: u64) -> SignedStatement {
        let stable = Some(self.certificate(HEIGHT - 1));
        let change = ViewChange { view: View::new(view), stable, prepared: vec![self.prepared()] };
        self.identity.state(signer, Statement::ViewChange(change))
    }

    pub fn new_view(&self, view: u64) -> SignedStatement {
        let signer = self.identity.validators.primary(Epoch::ZERO, View::new(view));
        let view_changes = self.identity.validators.indices().map(|index| self.view_change(index, view));
        let new_view = NewView { view: View::new(view), view_changes: view_changes.collect() };
        self.identity.state(signer, Statement::NewView(new_view))
    }

    pub fn pre_prepare(&self) -> Message {
        let signed = self.identity.state(PRIMARY, Statement::PrePrepare(self.vote()));
        Message::PrePrepare { signed, proposal: self.proposal() }
    }

    pub fn standing(&self) -> Status {
        Status {
            epoch: Epoch::ZERO,
            view: View::new(VIEW),
            view_active: true,
            low: Height::new(HEIGHT - 1),
            executed: Height::new(HEIGHT - 1),
            certified: Height::new(HEIGHT - 1),
            sent_at_ms: 4,
            echo_ms: 0,
        }
    }

    /// One genuine message of every kind; what one validator signs is signed by `signer`.
    pub fn all_kinds(&self, signer: ValidatorIndex) -> Vec<Message> {
        let state = |statement| Message::Signed(self.identity.state(signer, statement));
        let header_hash = BlockHash::new([3; 32]);
        let reference = self.reference(2);
        let acknowledge = |index| (index, self.identity.acknowledge(index, reference).signature);
        let signatures = self.identity.validators.indices().take(2).map(acknowledge).collect();
        vec![
            state(Statement::Prepare(self.vote())),
            state(Statement::Commit(self.vote())),
            state(Statement::Checkpoint(CheckpointStatement { height: Height::new(HEIGHT), header_hash })),
            state(Statement::EmptyRequest(EmptyRequest { height: Height::new(HEIGHT) })),
            state(Statement::VoteQuery(consensus::VoteQuery { nonce: 4 })),
            Message::Signed(self.view_change(signer, VIEW + 1)),
            Message::Signed(self.new_view(VIEW + 1)),
            self.pre_prepare(),
            Message::Certificate(self.certificate(HEIGHT)),
            Message::Status(self.standing()),
            Message::BatchProof(AvailabilityProof { reference, signatures }),
            Message::FetchProposal(self.proposal().digest()),
            Message::Proposal(self.proposal()),
            Message::VotesHeld { nonce: 4, votes: vec![self.view_change(signer, VIEW + 1)] },
        ]
    }
}
