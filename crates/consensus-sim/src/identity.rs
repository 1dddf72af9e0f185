//! The simulated network's chain, validators and keys.

use std::sync::Arc;

use consensus::{SignedStatement, Statement};
use types::{
    Acknowledgement, BatchRef, ChainId, Epoch, MemberId, SecretKey, Signature, Validator, ValidatorIndex,
    ValidatorSet, VoteLogId, validators::ValidatorSetError,
};

use crate::scheme::KeyedHash;

/// Who the validators are.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub chain: ChainId,
    pub validators: Arc<ValidatorSet>,
}

impl Identity {
    /// A set of `n` validators. Keys are real points (the set asks for them), but never sign.
    ///
    /// # Errors
    /// Never for 1 to 100 validators.
    pub fn new(n: usize) -> Result<Self, ValidatorSetError> {
        let key =
            |seed: usize| SecretKey::from_seed(&[u8::try_from(seed).unwrap_or(u8::MAX); 32]).public_key();
        let validator = |place: usize| Validator {
            name: format!("v{place}"),
            member: MemberId::of_name("sim"),
            consensus_key: key(2 * place + 1),
            node_key: key(2 * place + 2),
            vote_log: VoteLogId::new([u8::try_from(place).unwrap_or(u8::MAX); 32]),
        };
        let validators = Arc::new(ValidatorSet::new((0..n).map(validator).collect())?);
        Ok(Self { chain: ChainId::new([7; 32]), validators })
    }

    /// How many validators decide, computed here once more (`types::quorum` is under test, too).
    pub fn quorum(&self) -> usize {
        let n = self.validators.len();
        let faulty = (n - 1) / 3;
        (n + faulty + 1).div_ceil(2)
    }

    /// How many prove that an honest one is among them.
    pub fn one_honest(&self) -> usize {
        (self.validators.len() - 1) / 3 + 1
    }

    /// This validator's signature on bytes.
    pub fn sign(&self, signer: ValidatorIndex, bytes: &[u8]) -> Signature {
        KeyedHash::sign(self.validators.key(signer).unwrap_or(&types::PublicKey::default()), bytes)
    }

    /// Whether this validator signed these bytes.
    pub fn is_signed(&self, signer: ValidatorIndex, bytes: &[u8], signature: &Signature) -> bool {
        self.validators.key(signer).is_some_and(|key| KeyedHash::sign(key, bytes) == *signature)
    }

    /// Signs a statement of epoch 0.
    pub fn state(&self, signer: ValidatorIndex, statement: Statement) -> SignedStatement {
        let epoch = Epoch::ZERO;
        let signature = self.sign(signer, &statement.signing_bytes(&self.chain, epoch));
        SignedStatement { signer, epoch, statement, signature }
    }

    /// Acknowledges a batch.
    pub fn acknowledge(&self, signer: ValidatorIndex, reference: BatchRef) -> Acknowledgement {
        let signature = self.sign(signer, &reference.acknowledgement_bytes(&self.chain));
        Acknowledgement { signer, reference, signature }
    }

    /// Whether an acknowledgement is good.
    pub fn is_acknowledged(&self, acknowledgement: &Acknowledgement) -> bool {
        let bytes = acknowledgement.reference.acknowledgement_bytes(&self.chain);
        self.is_signed(acknowledgement.signer, &bytes, &acknowledgement.signature)
    }
}
