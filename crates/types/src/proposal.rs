//! Proposals: what PBFT orders at one height.

use serde::{Deserialize, Serialize};

use crate::{BatchRef, Certificate, ProposalDigest, TimeMs, codec, hash::sha256};

/// The certificate of the height one window below, repeated inside a proposal: agreed data about who took
/// part. Only signer bitmap and signatures count; they are checked by whoever holds that height's header.
pub type Participation = Certificate;

/// An ordered list of batch references with the primary's time. It contains neither view nor parent hash,
/// so it can be proposed again, byte for byte, in a later view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proposal {
    /// The batches in order, distinct by digest.
    pub references: Vec<BatchRef>,
    /// The primary's clock when it proposed; 0 in the null proposal.
    pub time: TimeMs,
    /// Who certified the height one window below, where there is one.
    pub participation: Option<Participation>,
}

impl Proposal {
    /// The null proposal: fills heights that a view change leaves empty. A constant.
    #[must_use]
    pub fn null() -> Self {
        Self::default()
    }

    /// Whether this is the null proposal.
    #[must_use]
    pub fn is_null(&self) -> bool {
        *self == Self::default()
    }

    /// SHA-256("hanse.proposal.v1" ‖ canonical bytes).
    #[must_use]
    pub fn digest(&self) -> ProposalDigest {
        ProposalDigest::new(sha256("hanse.proposal.v1", &[&codec::encode(self)]))
    }

    /// Sum of the declared sizes of its batches.
    #[must_use]
    pub fn declared_bytes(&self) -> u64 {
        self.references.iter().map(|reference| u64::from(reference.bytes)).sum()
    }
}
