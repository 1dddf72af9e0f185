//! The one place that decides whether an answer is true, from the genesis alone.

use serde::{Serialize, de::DeserializeOwned};
use types::{
    CertificateError, ChainId, Epoch, Genesis, TimeMs, TransactionId, ValidatorSet,
    block::CertifiedHeader,
    state::{StateKey, decode_value},
    state_proof::StateProof,
};

use crate::{ProofError, decode, pb};

/// Knows the genesis and proves headers and state values against it.
#[derive(Debug, Clone)]
pub struct Verifier {
    chain_id: ChainId,
    genesis: Genesis,
    epoch_zero: ValidatorSet,
}

/// Whether a header is certified or the uncertified genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// By a quorum.
    Certified,
    /// Height 0: of this network, but nobody signed it.
    Genesis,
}

impl Verifier {
    /// Trusts this genesis, however it was obtained.
    ///
    /// # Errors
    /// [`ProofError::Genesis`].
    pub fn new(genesis: Genesis) -> Result<Self, ProofError> {
        Ok(Self { chain_id: genesis.chain_id(), epoch_zero: genesis.validator_set()?, genesis })
    }

    /// The trusted network.
    #[must_use]
    pub const fn chain_id(&self) -> &ChainId {
        &self.chain_id
    }

    /// What is trusted.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The validators of an epoch. The one function through which sets are looked up: later epochs will be
    /// proven here from the certified changes.
    ///
    /// # Errors
    /// [`ProofError::UnknownEpoch`].
    pub fn set_of_epoch(&self, epoch: Epoch) -> Result<&ValidatorSet, ProofError> {
        if epoch == Epoch::ZERO {
            Ok(&self.epoch_zero)
        } else {
            Err(ProofError::UnknownEpoch { found: epoch })
        }
    }

    /// Checks that a quorum of the header's own validator set signed it. Height 0 proves nothing.
    ///
    /// # Errors
    /// [`ProofError`] names the first fault.
    pub fn certified(&self, block: &CertifiedHeader) -> Result<(), ProofError> {
        match self.standing(block)? {
            Standing::Certified => Ok(()),
            Standing::Genesis => Err(ProofError::Uncertified { height: block.header.height }),
        }
    }

    pub(crate) fn standing(&self, block: &CertifiedHeader) -> Result<Standing, ProofError> {
        let header = &block.header;
        if header.chain_id != self.chain_id {
            return Err(ProofError::WrongChain { expected: self.chain_id, found: header.chain_id });
        }
        let Some(certificate) = &block.certificate else {
            let height = header.height;
            return if height.get() == 0 {
                Ok(Standing::Genesis)
            } else {
                Err(ProofError::Uncertified { height })
            };
        };
        if certificate.height != header.height || certificate.epoch != header.epoch {
            return Err(ProofError::CertificateHeight {
                certified: certificate.height,
                epoch: certificate.epoch,
                found: header.height,
            });
        }
        let found = header.hash();
        if certificate.header_hash != found {
            return Err(CertificateError::OtherHeader { certified: certificate.header_hash, found }.into());
        }
        let set = self.set_of_epoch(header.epoch)?;
        if set.hash() != header.active_set {
            return Err(ProofError::OtherSet { expected: header.active_set, found: set.hash() });
        }
        certificate.verify(&self.chain_id, set)?;
        Ok(Standing::Certified)
    }

    /// Checks that at this block, which must be certified, the key has exactly this value (`None`: is absent).
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn state(
        &self,
        block: &CertifiedHeader,
        key: &[u8],
        value: Option<&[u8]>,
        proof: &StateProof,
    ) -> Result<(), ProofError> {
        self.certified(block)?;
        Ok(proof.verify(&block.header.state_root, key, value)?)
    }

    /// Checks that the transaction can never commit: at this certified block it is too late for it, yet
    /// early enough that its id would still be remembered, and it is not remembered.
    ///
    /// # Errors
    /// [`ProofError::ExpiryTime`] and all of [`Verifier::state`].
    pub fn expired(
        &self,
        id: &TransactionId,
        valid_until: TimeMs,
        block: &CertifiedHeader,
        absence: &StateProof,
    ) -> Result<(), ProofError> {
        let until = valid_until.plus(self.genesis.parameters.expiry_grace_ms);
        let found = block.header.time;
        if found <= valid_until || found > until {
            return Err(ProofError::ExpiryTime { after: valid_until, until, found });
        }
        self.state(block, &StateKey::Seen(*id).encode(), None, absence)
    }
}

/// A value as it came: its key is the one asked for, its bytes are readable.
pub(crate) fn read_value<T: Serialize + DeserializeOwned>(
    proven: &pb::ProvenValue,
) -> Result<Option<T>, ProofError> {
    proven.value.as_ref().map(|bytes| decode_value(bytes).map_err(ProofError::Value)).transpose()
}

/// Checks a proven value of an answer whose header was verified already.
pub(crate) fn check_value(
    block: &CertifiedHeader,
    key: &StateKey,
    proven: &pb::ProvenValue,
) -> Result<(), ProofError> {
    let proof = decode::state_proof(proven.proof.as_ref())?;
    Ok(proof.verify(&block.header.state_root, &key.encode(), proven.value.as_deref())?)
}
