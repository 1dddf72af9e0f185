//! What the vote log holds, and what a replica starts from.

use serde::{Deserialize, Serialize};
use types::{
    BatchRef, BlockHash, Certificate, Epoch, Height, Proposal, ProposalDigest, Signature, TimeMs,
    ValidatorIndex,
};

use crate::message::{PreparedCertificate, SignedStatement};

/// One record of the vote log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "records are few, short-lived and mostly of the large kind")]
pub enum LogRecord {
    /// Our own statement; never changed, never made anew.
    Own {
        /// The very bytes that are sent, now and after any restart.
        signed: SignedStatement,
        /// The content of its digest, for pre-prepares and commits.
        proposal: Option<Proposal>,
        /// What made it prepared, for commits.
        prepared: Option<PreparedCertificate>,
    },
    /// A new view that was installed here.
    Installed(SignedStatement),
}

impl LogRecord {
    /// The epoch in which it was said.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        match self {
            Self::Own { signed, .. } | Self::Installed(signed) => signed.epoch,
        }
    }
}

/// A block that is durable here but whose certificate is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutedBlock {
    /// Its height.
    pub height: Height,
    /// Its header's hash.
    pub header_hash: BlockHash,
    /// The digest of its proposal, as in the header.
    pub proposal: ProposalDigest,
    /// The batches that it ordered.
    pub references: Vec<BatchRef>,
    /// Its block time.
    pub time: TimeMs,
    /// Our checkpoint signature stored with it.
    pub checkpoint: Option<Signature>,
    /// The last height of this epoch, where the state after the block has a pending change.
    pub boundary: Option<Height>,
}

/// Everything durable, read at the start.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// The vote log, oldest first.
    pub records: Vec<LogRecord>,
    /// The highest height that is executed and certified durably; its certificate (`None`: genesis).
    pub low: Height,
    /// Its block's hash.
    pub low_hash: BlockHash,
    /// Its block time.
    pub low_time: TimeMs,
    /// The last height of this epoch, where the state after `low` has a pending change.
    pub boundary: Option<Height>,
    /// The certificate of `low`.
    pub low_certificate: Option<Certificate>,
    /// The certificates of the last L heights up to `low`, ascending, for participation data and to answer
    /// laggards; those of earlier epochs are passed over.
    pub certificates: Vec<Certificate>,
    /// Executed, uncertified blocks above `low`, ascending and contiguous.
    pub executed: Vec<ExecutedBlock>,
}

/// Whether this replica may sign consensus statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voting {
    /// As this validator.
    Active(ValidatorIndex),
    /// It is this validator, but its vote memory is lost: it follows and signs nothing until Rejoin.
    MemoryLost(ValidatorIndex),
    /// As this validator, though the set does not name its vote log: the operator accepted the risk
    /// (`hanse recover votes`). Votes of ours that peers still hold are taken as said, not as lost memory.
    Override(ValidatorIndex),
    /// It is no validator.
    Observer,
}

impl Voting {
    /// Its place in the set, voting or not.
    #[must_use]
    pub const fn index(&self) -> Option<ValidatorIndex> {
        match self {
            Self::Active(index) | Self::MemoryLost(index) | Self::Override(index) => Some(*index),
            Self::Observer => None,
        }
    }
}
