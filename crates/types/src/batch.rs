//! Batches: transactions that one validator packed and spread, named by a digest, proved available by
//! f+1 acknowledgements (Narwhal, EuroSys'22 §3; Arma, eprint 2024/808).

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    BatchDigest, BatchSequence, ChainId, Epoch, Signature, TimeMs, ValidatorIndex, ValidatorSet, codec,
    crypto::{BadSignature, SignedBytes, verify_batch},
    hash::sha256,
    signing::{Kind, signing_bytes},
};

/// Transactions in the order their author took them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Who packed it.
    pub author: ValidatorIndex,
    /// The author's number for it.
    pub sequence: BatchSequence,
    /// Whose limits it obeys.
    pub epoch: Epoch,
    /// After this block time it cannot be proposed.
    pub expires: TimeMs,
    /// Whole signed transactions, as clients sent them.
    pub transactions: Vec<Bytes>,
}

/// What a proposal says of a batch; unique by digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchRef {
    /// Who packed it.
    pub author: ValidatorIndex,
    /// The author's number for it.
    pub sequence: BatchSequence,
    /// Identity; binds every other field.
    pub digest: BatchDigest,
    /// Whose limits it obeys.
    pub epoch: Epoch,
    /// Length of the canonical bytes of the whole batch.
    pub bytes: u32,
    /// How many transactions.
    pub count: u32,
    /// After this block time it cannot be proposed.
    pub expires: TimeMs,
}

/// A validator's signed statement that a batch is verified and durable at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who acknowledges.
    pub signer: ValidatorIndex,
    /// The batch.
    pub reference: BatchRef,
    /// Over the canonical bytes of `reference`, kind [`Kind::Acknowledgement`], in the batch's epoch.
    pub signature: Signature,
}

/// At least f+1 acknowledgements of distinct validators: one honest validator holds the batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityProof {
    /// The batch.
    pub reference: BatchRef,
    /// Distinct signers, ascending.
    pub signatures: Vec<(ValidatorIndex, Signature)>,
}

/// A batch and its bytes do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Not the canonical form of a batch.
    #[error("the batch is malformed: {0}")]
    Malformed(#[from] codec::CodecError),
    /// No transactions: nothing to order.
    #[error("the batch is empty")]
    Empty,
    /// Larger than the network allows.
    #[error("the batch has {found} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Its length.
        found: usize,
        /// The chain parameter `max_batch_bytes`.
        limit: u32,
    },
}

impl Batch {
    /// Canonical bytes: author u16, sequence u64, epoch u64, expires u64, count u64, then for each
    /// transaction its length u64 and bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads a batch and computes its reference. Contents of transactions are checked elsewhere
    /// ([`crate::CheckedBatch`]).
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn decode(bytes: &[u8], bytes_max: u32) -> Result<(Self, BatchRef), BatchError> {
        if bytes.len() > bytes_max as usize {
            return Err(BatchError::TooLarge { found: bytes.len(), limit: bytes_max });
        }
        let batch: Self = codec::decode_canonical(bytes)?;
        if batch.transactions.is_empty() {
            return Err(BatchError::Empty);
        }
        let reference = batch.reference_of(bytes);
        Ok((batch, reference))
    }

    /// SHA-256("hanse.batch.v1" ‖ canonical bytes): the identity of whatever batch these bytes are.
    #[must_use]
    pub fn digest_of(encoded: &[u8]) -> BatchDigest {
        BatchDigest::new(sha256("hanse.batch.v1", &[encoded]))
    }

    /// The reference, given this batch's own canonical bytes (so that they are not made twice).
    #[must_use]
    pub fn reference_of(&self, encoded: &[u8]) -> BatchRef {
        BatchRef {
            author: self.author,
            sequence: self.sequence,
            digest: Self::digest_of(encoded),
            epoch: self.epoch,
            bytes: u32::try_from(encoded.len()).unwrap_or(u32::MAX),
            count: u32::try_from(self.transactions.len()).unwrap_or(u32::MAX),
            expires: self.expires,
        }
    }
}

impl BatchRef {
    /// What an acknowledgement of this batch signs.
    #[must_use]
    pub fn acknowledgement_bytes(&self, chain: &ChainId) -> Vec<u8> {
        signing_bytes(chain, Kind::Acknowledgement, self.epoch, self)
    }
}

impl Acknowledgement {
    /// Checks signer and signature.
    ///
    /// # Errors
    /// [`BadSignature`], also for a signer outside the set.
    pub fn verify(&self, chain: &ChainId, set: &ValidatorSet) -> Result<(), BadSignature> {
        let key = set.key(self.signer).ok_or(BadSignature)?;
        key.verify(&self.reference.acknowledgement_bytes(chain), &self.signature)
    }
}

impl AvailabilityProof {
    /// Checks that f+1 distinct validators of the set signed.
    ///
    /// # Errors
    /// [`BadSignature`] for too few, repeated, unordered or foreign signers and for bad signatures.
    pub fn verify(&self, chain: &ChainId, set: &ValidatorSet) -> Result<(), BadSignature> {
        verify_batch(&self.items(&self.reference.acknowledgement_bytes(chain), set)?)
    }

    /// The signatures to be verified over `message`, the acknowledgement of this reference.
    ///
    /// # Errors
    /// [`BadSignature`] for too few, repeated, unordered or foreign signers.
    pub fn items<'m>(
        &self,
        message: &'m [u8],
        set: &ValidatorSet,
    ) -> Result<Vec<SignedBytes<'m>>, BadSignature> {
        let ordered = self.signatures.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ordered || self.signatures.len() < set.one_honest() {
            return Err(BadSignature);
        }
        let item = |(signer, signature): &(ValidatorIndex, Signature)| {
            let key = *set.key(*signer).ok_or(BadSignature)?;
            Ok(SignedBytes { key, signature: *signature, message })
        };
        self.signatures.iter().map(item).collect()
    }
}
