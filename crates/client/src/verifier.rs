//! The one place that decides whether an answer is true, from the genesis alone.

use std::sync::Arc;

use parking_lot::RwLock;
use serde::{Serialize, de::DeserializeOwned};
use types::{
    CertificateError, ChainId, Epoch, EpochEnd, Genesis, TimeMs, TransactionId, ValidatorSet,
    block::CertifiedHeader,
    state::{StateKey, decode_value},
    state_proof::StateProof,
};

use crate::{ProofError, decode, epochs::Epochs, pb};

/// Knows the genesis and proves headers and state values against it. Clones share what was learnt of later
/// epochs.
#[derive(Debug, Clone)]
pub struct Verifier {
    chain_id: ChainId,
    genesis: Genesis,
    epochs: Arc<RwLock<Epochs>>,
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
        let epochs = Arc::new(RwLock::new(Epochs::new(genesis.validator_set()?)));
        Ok(Self { chain_id: genesis.chain_id(), epochs, genesis })
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

    /// The newest epoch whose validators are proven.
    #[must_use]
    pub fn newest_epoch(&self) -> Epoch {
        self.epochs.read().newest()
    }

    /// The validators of an epoch up to [`Verifier::newest_epoch`].
    ///
    /// # Errors
    /// [`ProofError::UnknownEpoch`].
    pub fn set_of_epoch(&self, epoch: Epoch) -> Result<Arc<ValidatorSet>, ProofError> {
        self.epochs.read().set(epoch)
    }

    /// Takes one step along the changes of the set: the last block of the newest known epoch, certified by its
    /// own validators, names the next ones. An end that is known already is only compared.
    ///
    /// # Errors
    /// [`ProofError`]: not certified by the set of its height, another set than the header names, a header
    /// that ends no epoch, or a step left out.
    pub fn learn(&self, end: &EpochEnd) -> Result<(), ProofError> {
        let (header, found) = (&end.block.header, end.next.hash());
        if found != header.next_set {
            return Err(ProofError::OtherSet { expected: header.next_set, found });
        }
        if header.next_set == header.active_set {
            return Err(ProofError::NoEpochEnd { height: header.height });
        }
        self.certified(&end.block)?;
        self.epochs.write().add(end)
    }

    /// What proves the validators of an epoch, from the genesis on; empty for epochs not known.
    #[must_use]
    pub fn ends_below(&self, epoch: Epoch) -> Vec<EpochEnd> {
        self.epochs.read().ends_below(epoch)
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
        let set = self.epochs.read().set_at(header.epoch, header.height)?;
        if set.hash() != header.active_set {
            return Err(ProofError::OtherSet { expected: header.active_set, found: set.hash() });
        }
        certificate.verify(&self.chain_id, &set)?;
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
        self.state(block, &StateKey::Seen(valid_until, *id).encode(), None, absence)
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
