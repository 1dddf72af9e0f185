//! What validators say to each other. Signed statements carry the epoch they are counted in; certificates
//! and view changes never contain proposals, which are fetched by digest.

use serde::{Deserialize, Serialize};
use types::{
    AvailabilityProof, Certificate, ChainId, Epoch, Height, Proposal, ProposalDigest, Signature,
    ValidatorIndex, View,
    certificate::CheckpointStatement,
    signing::{Kind, signing_bytes},
};

/// The content of a pre-prepare, prepare or commit (PBFT §4.2); the epoch stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Vote {
    /// The view.
    pub view: View,
    /// The height, which is PBFT's sequence number.
    pub height: Height,
    /// What is ordered there.
    pub digest: ProposalDigest,
}

/// q distinct validators, the primary among them, are bound to one digest (PBFT §4.2, "prepared").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedCertificate {
    /// The epoch of the votes.
    pub epoch: Epoch,
    /// What they are bound to.
    pub vote: Vote,
    /// The primary's signature on its pre-prepare.
    pub pre_prepare: Signature,
    /// q−1 prepares of distinct others, ascending by index.
    pub prepares: Vec<(ValidatorIndex, Signature)>,
}

/// The wish for `view` with all that must survive into it (PBFT §4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewChange {
    /// The view wished for.
    pub view: View,
    /// The highest block certificate of this epoch below which none is missing, executed or not; `None`:
    /// nothing above the epoch's base is certified here.
    pub stable: Option<Certificate>,
    /// For every height in (stable, stable+L] where one is held, the prepared certificate with the highest
    /// view; ascending by height.
    pub prepared: Vec<PreparedCertificate>,
}

/// The new primary's proof that its view begins: at least q view changes for it, its own included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewView {
    /// The view that begins.
    pub view: View,
    /// V: signed [`ViewChange`]s for `view`, ascending by signer.
    pub view_changes: Vec<SignedStatement>,
}

/// A validator awaits an outcome past its expiry: one empty block is wanted at or above this height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyRequest {
    /// The next height, as the asker sees it.
    pub height: Height,
}

/// At its start a validator asks which of its own votes its peers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteQuery {
    /// Repeated in the answer.
    pub nonce: u64,
}

/// Everything that a validator signs in consensus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statement {
    /// The primary orders a digest; the proposal travels beside it.
    PrePrepare(Vote),
    /// A backup agrees, holding every batch. The primary sends none.
    Prepare(Vote),
    /// It is prepared, and proposal, batches and prepared certificate are durable here.
    Commit(Vote),
    /// A block is executed and durable here.
    Checkpoint(CheckpointStatement),
    /// The wish for a higher view.
    ViewChange(ViewChange),
    /// A view begins.
    NewView(NewView),
    /// A wish for an empty block.
    EmptyRequest(EmptyRequest),
    /// Which votes of mine do you hold?
    VoteQuery(VoteQuery),
}

/// A statement with its signature; whether it is good is said by the type
/// [`crate::verify::Verified`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedStatement {
    /// Who is said to have signed.
    pub signer: ValidatorIndex,
    /// In which epoch it counts.
    pub epoch: Epoch,
    /// What was said.
    pub statement: Statement,
    /// Over [`Statement::signing_bytes`].
    pub signature: Signature,
}

/// Where a validator stands: unsigned, a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its epoch.
    pub epoch: Epoch,
    /// Its view.
    pub view: View,
    /// Whether it has installed that view (false: it waits for the new view).
    pub view_active: bool,
    /// Its low watermark.
    pub low: Height,
    /// Its highest executed height.
    pub executed: Height,
    /// The height of the highest certificate it holds.
    pub certified: Height,
    /// Its monotonic clock, echoed by the next status of the receiver for round-trip times.
    pub sent_at_ms: u64,
    /// The receiver's `sent_at_ms` last seen, plus the time it was held here; 0: none yet.
    pub echo_ms: u64,
}

/// A frame of the consensus stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Any signed statement but a pre-prepare.
    Signed(SignedStatement),
    /// A pre-prepare with the proposal that hashes to its digest.
    PrePrepare {
        /// The signed [`Statement::PrePrepare`].
        signed: SignedStatement,
        /// The proposal.
        proposal: Proposal,
    },
    /// A block certificate; proves itself.
    Certificate(Certificate),
    /// Where the sender stands.
    Status(Status),
    /// A batch is available; relayed to the primary.
    BatchProof(AvailabilityProof),
    /// Asks for the proposal of a digest.
    FetchProposal(ProposalDigest),
    /// The answer; hashes to the digest asked for.
    Proposal(Proposal),
    /// The answer to a [`VoteQuery`]: the asker's own statements of this epoch above low.
    VotesHeld {
        /// From the query.
        nonce: u64,
        /// Signed by the asker itself.
        votes: Vec<SignedStatement>,
    },
}

impl Statement {
    /// The kind byte under which it is signed.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::PrePrepare(_) => Kind::PrePrepare,
            Self::Prepare(_) => Kind::Prepare,
            Self::Commit(_) => Kind::Commit,
            Self::Checkpoint(_) => Kind::Checkpoint,
            Self::ViewChange(_) => Kind::ViewChange,
            Self::NewView(_) => Kind::NewView,
            Self::EmptyRequest(_) => Kind::EmptyRequest,
            Self::VoteQuery(_) => Kind::VoteQuery,
        }
    }

    /// The vote, where it is one of a height: pre-prepare, prepare or commit.
    #[must_use]
    pub const fn vote(&self) -> Option<&Vote> {
        match self {
            Self::PrePrepare(vote) | Self::Prepare(vote) | Self::Commit(vote) => Some(vote),
            Self::Checkpoint(_)
            | Self::ViewChange(_)
            | Self::NewView(_)
            | Self::EmptyRequest(_)
            | Self::VoteQuery(_) => None,
        }
    }

    /// The bytes that are signed: the content's canonical bytes under its kind, network and epoch.
    #[must_use]
    pub fn signing_bytes(&self, chain: &ChainId, epoch: Epoch) -> Vec<u8> {
        let kind = self.kind();
        match self {
            Self::PrePrepare(vote) | Self::Prepare(vote) | Self::Commit(vote) => {
                signing_bytes(chain, kind, epoch, vote)
            }
            Self::Checkpoint(statement) => signing_bytes(chain, kind, epoch, statement),
            Self::ViewChange(statement) => signing_bytes(chain, kind, epoch, statement),
            Self::NewView(statement) => signing_bytes(chain, kind, epoch, statement),
            Self::EmptyRequest(statement) => signing_bytes(chain, kind, epoch, statement),
            Self::VoteQuery(statement) => signing_bytes(chain, kind, epoch, statement),
        }
    }
}

impl Message {
    /// How a statement travels: a pre-prepare with its proposal (`None` where that is missing), anything
    /// else alone.
    #[must_use]
    pub fn of_own(signed: &SignedStatement, proposal: Option<&Proposal>) -> Option<Self> {
        let signed = signed.clone();
        match &signed.statement {
            Statement::PrePrepare(_) => {
                proposal.cloned().map(|proposal| Self::PrePrepare { signed, proposal })
            }
            Statement::Prepare(_)
            | Statement::Commit(_)
            | Statement::Checkpoint(_)
            | Statement::ViewChange(_)
            | Statement::NewView(_)
            | Statement::EmptyRequest(_)
            | Statement::VoteQuery(_) => Some(Self::Signed(signed)),
        }
    }
}
