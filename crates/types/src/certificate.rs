//! Block certificates: the signatures of a quorum over a header hash. They prove themselves.

use serde::{Deserialize, Serialize};

use crate::{
    BlockHash, ChainId, Epoch, Height, PublicKey, Signature, ValidatorIndex, ValidatorSet,
    crypto::{BadSignature, SignedBytes, verify_batch},
    signing::{Kind, signing_bytes},
};

/// The bytes that all signers of a certificate signed, and each signer's key and signature.
pub type SignedItems = (Vec<u8>, Vec<(PublicKey, Signature)>);

/// What a validator signs for an executed block. Its signing bytes use [`Kind::Checkpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointStatement {
    /// The height.
    pub height: Height,
    /// The hash of the header executed there.
    pub header_hash: BlockHash,
}

/// q signatures of distinct validators of the set active at that height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The epoch of the height.
    pub epoch: Epoch,
    /// The height.
    pub height: Height,
    /// The certified header.
    pub header_hash: BlockHash,
    /// Bit i (bit i mod 8, least significant first, of byte i / 8) is set when validator i signed;
    /// ⌈n/8⌉ bytes, unused bits zero.
    pub signers: Vec<u8>,
    /// One per set bit, ascending by index.
    pub signatures: Vec<Signature>,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bitmap has the wrong length or names validators beyond the set.
    #[error("the signer bitmap does not fit a set of {validators} validators")]
    Bitmap {
        /// n.
        validators: usize,
    },
    /// Not one signature per signer.
    #[error("{signers} signers, but {signatures} signatures")]
    Count {
        /// Set bits.
        signers: usize,
        /// Signatures given.
        signatures: usize,
    },
    /// Fewer than a quorum.
    #[error("{found} signatures, a quorum is {quorum}")]
    Short {
        /// Signatures given.
        found: usize,
        /// q.
        quorum: usize,
    },
    /// At least one signature is bad.
    #[error("a signature of the certificate does not verify")]
    Signature,
    /// It certifies another header.
    #[error("the certificate is for header {certified}, not {found}")]
    OtherHeader {
        /// What it certifies.
        certified: BlockHash,
        /// What was shown with it.
        found: BlockHash,
    },
}

impl From<BadSignature> for CertificateError {
    fn from(_: BadSignature) -> Self {
        Self::Signature
    }
}

impl CheckpointStatement {
    /// What is signed.
    #[must_use]
    pub fn signing_bytes(&self, chain: &ChainId, epoch: Epoch) -> Vec<u8> {
        signing_bytes(chain, Kind::Checkpoint, epoch, self)
    }
}

impl Certificate {
    /// Puts a certificate together; `signatures` must be ascending by index and distinct.
    #[must_use]
    pub fn assemble(
        epoch: Epoch,
        statement: CheckpointStatement,
        validators: usize,
        votes: &[(ValidatorIndex, Signature)],
    ) -> Self {
        let mut signers = vec![0; validators.div_ceil(8)];
        for (index, _) in votes {
            if let Some(byte) = signers.get_mut(usize::from(index.get()) / 8) {
                *byte |= 1 << (index.get() % 8);
            }
        }
        let signatures = votes.iter().map(|(_, signature)| *signature).collect();
        let CheckpointStatement { height, header_hash } = statement;
        Self { epoch, height, header_hash, signers, signatures }
    }

    /// The statement that was signed.
    #[must_use]
    pub fn statement(&self) -> CheckpointStatement {
        CheckpointStatement { height: self.height, header_hash: self.header_hash }
    }

    /// The indices of the signers, ascending.
    #[must_use]
    pub fn signer_indices(&self) -> Vec<ValidatorIndex> {
        let bits = u16::try_from(self.signers.len() * 8).unwrap_or(u16::MAX);
        let is_set = |i: &u16| self.signers[usize::from(*i) / 8] >> (i % 8) & 1 == 1;
        (0..bits).filter(is_set).map(ValidatorIndex::new).collect()
    }

    /// Checks shape and quorum, and names what must have been signed by whom, so that callers can check the
    /// signatures of many certificates at once: the signed bytes and a key and signature per signer.
    ///
    /// # Errors
    /// [`CertificateError`] names the first fault of the shape; signatures are not checked here.
    pub fn signed_items(&self, chain: &ChainId, set: &ValidatorSet) -> Result<SignedItems, CertificateError> {
        let validators = set.len();
        if self.signers.len() != validators.div_ceil(8) {
            return Err(CertificateError::Bitmap { validators });
        }
        let signers = self.signer_indices();
        if signers.len() != self.signatures.len() {
            return Err(CertificateError::Count {
                signers: signers.len(),
                signatures: self.signatures.len(),
            });
        }
        if signers.len() < set.quorum() {
            return Err(CertificateError::Short { found: signers.len(), quorum: set.quorum() });
        }
        let mut items = Vec::with_capacity(signers.len());
        for (index, signature) in signers.iter().zip(&self.signatures) {
            items.push((*set.key(*index).ok_or(CertificateError::Bitmap { validators })?, *signature));
        }
        Ok((self.statement().signing_bytes(chain, self.epoch), items))
    }

    /// Checks shape, quorum and every signature against the set that was active at the height.
    ///
    /// # Errors
    /// [`CertificateError`] names the first fault.
    pub fn verify(&self, chain: &ChainId, set: &ValidatorSet) -> Result<(), CertificateError> {
        let (message, items) = self.signed_items(chain, set)?;
        let items: Vec<_> = items
            .into_iter()
            .map(|(key, signature)| SignedBytes { key, signature, message: &message })
            .collect();
        Ok(verify_batch(&items)?)
    }
}
