//! Outcomes, checked.

use types::{Code, Height, TimeMs, TransactionId, block::CertifiedHeader, state_proof::StateProof};

use crate::{ProofError, Receipt, Verifier, decode, pb};

/// What became of a transaction. Committed, failed and expired are final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It may still commit: ask again, or send the same bytes again.
    Pending {
        /// It cannot commit in a block of a later time.
        valid_until: TimeMs,
    },
    /// It stands in a certified block and had its effect.
    Committed(Box<Executed>),
    /// It stands in a certified block and had no effect.
    Failed(Box<Executed>),
    /// It can never commit.
    Expired {
        /// Its expiry.
        valid_until: TimeMs,
        /// Absent when the network is past the grace period: then it is one node's word.
        proof: Option<Box<ExpiryProof>>,
    },
    /// The node pruned the history that would tell: ask an archive.
    Unknown {
        /// The lowest height it keeps.
        first_kept: Height,
    },
}

/// Where a transaction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The block.
    pub height: Height,
    /// Its place in the block, from 0.
    pub index: u32,
    /// What became of it.
    pub code: Code,
    /// The proof, where it was asked for.
    pub receipt: Option<Receipt>,
}

/// That a transaction can never commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiryProof {
    /// A block later than the expiry, within the grace period.
    pub block: CertifiedHeader,
    /// That the id is not remembered there.
    pub absence: StateProof,
}

impl Outcome {
    /// Whether it can still change.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Committed(_) | Self::Failed(_) | Self::Expired { .. } => true,
            Self::Pending { .. } | Self::Unknown { .. } => false,
        }
    }

    /// The word that scripts rely on.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Committed(_) => "committed",
            Self::Failed(_) => "failed",
            Self::Expired { .. } => "expired",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The receipt, where there is one.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Committed(executed) | Self::Failed(executed) => executed.receipt.as_ref(),
            Self::Pending { .. } | Self::Expired { .. } | Self::Unknown { .. } => None,
        }
    }

    pub(crate) fn receipt_mut(&mut self) -> Option<&mut Receipt> {
        match self {
            Self::Committed(executed) | Self::Failed(executed) => executed.receipt.as_mut(),
            Self::Pending { .. } | Self::Expired { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Reads a node's answer about `id`; nothing is verified but its form.
    pub(crate) fn from_wire(
        outcome: &pb::Outcome,
        id: &TransactionId,
        valid_until: TimeMs,
    ) -> Result<Self, ProofError> {
        use pb::outcome::Outcome as Wire;
        let found = TransactionId::new(decode::hash("outcome.transaction_id", &outcome.transaction_id)?);
        if found != *id {
            return Err(ProofError::OtherTransaction { expected: *id, found });
        }
        Ok(match outcome.outcome.as_ref().ok_or(ProofError::Shape { field: "outcome" })? {
            Wire::Pending(_) => Self::Pending { valid_until },
            Wire::Committed(executed) => Self::Committed(Box::new(read_executed(executed, id)?)),
            Wire::Failed(executed) => Self::Failed(Box::new(read_executed(executed, id)?)),
            Wire::Expired(expired) => {
                Self::Expired { valid_until, proof: read_expiry(expired)?.map(Box::new) }
            }
            Wire::Unknown(unknown) => Self::Unknown { first_kept: Height::new(unknown.first_kept_height) },
        })
    }

    /// Proves what can be proven; the answer says whether all of the outcome was.
    pub(crate) fn verify(&self, verifier: &Verifier, id: &TransactionId) -> Result<bool, ProofError> {
        match self {
            Self::Committed(executed) => executed.verify(verifier, executed.code == Code::Committed),
            Self::Failed(executed) => executed.verify(verifier, executed.code != Code::Committed),
            Self::Expired { valid_until, proof: Some(proof) } => {
                verifier.expired(id, *valid_until, &proof.block, &proof.absence)?;
                Ok(true)
            }
            Self::Expired { proof: None, .. } | Self::Pending { .. } | Self::Unknown { .. } => Ok(false),
        }
    }

    /// The block that the outcome stands at, where it has one.
    pub(crate) fn block(&self) -> Option<&CertifiedHeader> {
        match self {
            Self::Committed(executed) | Self::Failed(executed) => {
                executed.receipt.as_ref().map(|receipt| &receipt.block)
            }
            Self::Expired { proof, .. } => proof.as_ref().map(|proof| &proof.block),
            Self::Pending { .. } | Self::Unknown { .. } => None,
        }
    }
}

impl Executed {
    fn verify(&self, verifier: &Verifier, says_what_it_is: bool) -> Result<bool, ProofError> {
        if !says_what_it_is || self.code == Code::Unauthorised {
            return Err(ProofError::Shape { field: "outcome.code" });
        }
        let Some(receipt) = &self.receipt else { return Ok(false) };
        receipt.verify_with(verifier)?;
        Ok(true)
    }
}

fn read_executed(executed: &pb::Executed, id: &TransactionId) -> Result<Executed, ProofError> {
    let code = decode::code(executed.code).ok_or(ProofError::Shape { field: "outcome.code" })?;
    let receipt = executed.receipt.as_ref().map(Receipt::from_wire).transpose()?;
    if let Some(receipt) = &receipt {
        if receipt.result.id != *id {
            return Err(ProofError::OtherTransaction { expected: *id, found: receipt.result.id });
        }
        if receipt.result.code != code {
            return Err(ProofError::OtherOutcome { claimed: code, proven: receipt.result.code });
        }
        let found = receipt.block.header.height;
        if found.get() != executed.height || receipt.index != executed.index {
            return Err(ProofError::OtherHeight { expected: Height::new(executed.height), found });
        }
    }
    Ok(Executed { height: Height::new(executed.height), index: executed.index, code, receipt })
}

fn read_expiry(expired: &pb::Expired) -> Result<Option<ExpiryProof>, ProofError> {
    let (Some(_), Some(absence)) = (&expired.block, &expired.absence) else { return Ok(None) };
    if absence.value.is_some() {
        return Err(ProofError::Shape { field: "expired.absence" });
    }
    let block = decode::certified_header(expired.block.as_ref())?;
    Ok(Some(ExpiryProof { block, absence: decode::state_proof(absence.proof.as_ref())? }))
}
