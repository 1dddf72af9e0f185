//! Everything the replica can want done. The order is a contract: effects are carried out in order, and
//! what must wait for durability is only asked for after the matching [`crate::Input`].

use types::{BatchRef, BlockHash, Certificate, Epoch, Height, Proposal, ValidatorIndex, View};

use crate::message::{Message, PreparedCertificate, SignedStatement, Statement};

/// What goes to the vote log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Persist {
    /// Sign this in the current epoch, append it, make it durable, answer [`crate::Input::Durable`].
    Own {
        /// What to sign.
        statement: Statement,
        /// The content of the digest, for pre-prepares and commits.
        proposal: Option<Proposal>,
        /// What made it prepared, for commits.
        prepared: Option<PreparedCertificate>,
    },
    /// Somebody's new view, before the first vote in it.
    Installed(SignedStatement),
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Sign, append to the vote log and make durable; all waiting records share one fdatasync.
    Persist(Persist),
    /// To one validator.
    Send {
        /// Whom.
        to: ValidatorIndex,
        /// What.
        message: Message,
    },
    /// To all other validators and observers.
    Broadcast(Message),
    /// Get a batch by digest from these and store it.
    FetchBatch {
        /// Which.
        reference: BatchRef,
        /// Author, ackers, primary.
        from: Vec<ValidatorIndex>,
    },
    /// The proposal is committed at this height: its batches are ordered. Comes once per height, in any
    /// order of heights; again after a restart; not for heights that come by sync.
    Ordered {
        /// The height.
        height: Height,
        /// Its batches.
        references: Vec<BatchRef>,
    },
    /// Execute the next height; comes in height order, every batch is held. Several may be under way.
    Execute {
        /// The height.
        height: Height,
        /// What was committed.
        proposal: Proposal,
    },
    /// The certificate of an executed block, in height order without gaps: make it durable and answer [`crate::Input::CertificateDurable`].
    StoreCertificate(Certificate),
    /// We lack certified blocks up to this certificate: fetch, verify, execute or install them.
    Sync {
        /// The newest certificate known.
        target: Certificate,
        /// Who showed that they have it.
        from: Vec<ValidatorIndex>,
    },
    /// These batches are in blocks at or below low: the mempool's copies may go.
    ReleaseBatches {
        /// The new low watermark.
        low: Height,
        /// The batches ordered at heights that just passed below it.
        references: Vec<BatchRef>,
    },
    /// These batches can never be ordered any more: expired by more than `clock_lag` at low, and nothing
    /// above low names them. Their author may batch the unexpired transactions again.
    ExpireBatches {
        /// Which.
        references: Vec<BatchRef>,
    },
    /// The last height of the epoch is executed and certified durably; comes once. This replica votes on
    /// nothing any more, it only answers laggards; the replica of the next epoch takes its place. Batches of
    /// this epoch that no block contains are void.
    EpochEnded {
        /// That height.
        last: Height,
    },
    /// A validator is still in an older epoch: send it the certificate of that epoch's last block.
    SendEpochEnd {
        /// Whom.
        to: ValidatorIndex,
        /// The epoch it is in.
        epoch: Epoch,
    },
    /// The vote log is not the one with which we voted; comes once. Move it away, make a new one with a new
    /// id, follow without voting, submit `Rejoin`.
    MemoryLost,
    /// Somebody provably misbehaved; keep it, count it.
    Evidence(Evidence),
    /// Worth a line in the log.
    Notice(Notice),
    /// Stop the process.
    Halt(Halt),
}

/// Two statements of one validator that no honest validator makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Two different statements for one slot.
    Equivocation {
        /// The one that counts.
        first: Box<SignedStatement>,
        /// The other.
        second: Box<SignedStatement>,
    },
}

/// What operators should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// We ask for a higher view.
    ViewChangeStarted {
        /// Which.
        view: View,
        /// Why: `ordering_timeout`, `overdue_batch`, `silent_primary`, `new_view_timeout`, `joined`,
        /// `slow_primary`, `lone_view_change`.
        reason: &'static str,
    },
    /// A view begins.
    ViewInstalled {
        /// Which.
        view: View,
        /// Its primary.
        primary: ValidatorIndex,
    },
    /// Our votes have no effect: the reason in words.
    NotVoting {
        /// Why.
        reason: &'static str,
    },
    /// A height can no longer gather q equal checkpoints.
    NoQuorumForHeader {
        /// Which height.
        height: Height,
    },
    /// A new view names another digest than the block executed here: logged only.
    ExecutedDiffers {
        /// Which height.
        height: Height,
    },
}

/// Why a replica stops for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// A quorum certified another header than ours: exit 17.
    Diverged {
        /// Where.
        height: Height,
        /// Ours.
        ours: BlockHash,
        /// Theirs.
        certified: BlockHash,
    },
    /// Two certificates for one height, or two prepared certificates for one slot: exit 20.
    ConflictingCertificates {
        /// Where.
        height: Height,
        /// In words.
        what: &'static str,
    },
}

impl Halt {
    /// The exit code of the process.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Diverged { .. } => 17,
            Self::ConflictingCertificates { .. } => 20,
        }
    }
}
