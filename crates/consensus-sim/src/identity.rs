//! The simulated network's chain, and the validators and keys of one epoch. A validator is a person, named
//! by the place of its (first) process; its index in the set may be another one in every epoch.

use std::{rc::Rc, sync::Arc};

use consensus::{SignedStatement, Statement};
use types::{
    Acknowledgement, BatchRef, ChainId, Epoch, Height, MemberId, Parameters, SecretKey, Signature, Validator,
    ValidatorIndex, ValidatorSet, VoteLogId, validators::ValidatorSetError,
};

use crate::{queue::Place, scheme::KeyedHash};

/// Who the validators of an epoch are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub chain: ChainId,
    pub epoch: Epoch,
    /// The last height of the epoch before.
    pub base: Height,
    pub validators: Arc<ValidatorSet>,
    /// The persons in the set's order, each with the number of the vote log that the set names.
    pub members: Vec<(Place, u64)>,
    /// What the epoch's blocks, batches and views keep to.
    pub parameters: Rc<Parameters>,
}

/// The number of a person's first vote log.
pub(crate) fn first_log(person: Place) -> u64 {
    person as u64
}

impl Identity {
    /// The first epoch, with `n` validators. Keys are real points (the set asks for them), but never sign.
    ///
    /// # Errors
    /// Never for 1 to 100 validators.
    pub fn new(n: usize, parameters: Parameters) -> Result<Self, ValidatorSetError> {
        let members: Vec<_> = (0..n).map(|person| (person, first_log(person))).collect();
        let validators = Arc::new(ValidatorSet::new(members.iter().map(validator).collect())?);
        let (chain, epoch, base) = (ChainId::new([7; 32]), Epoch::ZERO, Height::ZERO);
        Ok(Self { chain, epoch, base, validators, members, parameters: Rc::new(parameters) })
    }

    /// The next epoch after a change in the block at `height`; `None` where these are no set, or parameters
    /// that may not follow ours (D is at least L, the old and the new one).
    pub fn next(
        &self,
        height: Height,
        members: Vec<(Place, u64)>,
        parameters: Rc<Parameters>,
    ) -> Option<Self> {
        let validators = Arc::new(ValidatorSet::new(members.iter().map(validator).collect()).ok()?);
        let delay = self.parameters.activation_delay;
        if parameters.check().is_err() || parameters.window > delay {
            return None;
        }
        let (epoch, base) = (self.epoch.next(), height.plus(delay));
        Some(Self { chain: self.chain, epoch, base, validators, members, parameters })
    }

    /// A person's place in the set.
    pub fn index_of(&self, person: Place) -> Option<ValidatorIndex> {
        let index = self.members.iter().position(|(member, _)| *member == person)?;
        u16::try_from(index).ok().map(ValidatorIndex::new)
    }

    /// Who has this place in the set.
    pub fn person(&self, index: ValidatorIndex) -> Option<Place> {
        self.members.get(usize::from(index.get())).map(|(person, _)| *person)
    }

    /// The log with which a person may vote.
    pub fn log_of(&self, person: Place) -> Option<u64> {
        self.members.iter().find(|(member, _)| *member == person).map(|(_, log)| *log)
    }

    /// All persons in the set.
    pub fn persons(&self) -> impl Iterator<Item = Place> + '_ {
        self.members.iter().map(|(person, _)| *person)
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

    /// Signs a statement of this epoch.
    pub fn state(&self, signer: ValidatorIndex, statement: Statement) -> SignedStatement {
        let epoch = self.epoch;
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
        acknowledgement.reference.epoch == self.epoch
            && self.is_signed(acknowledgement.signer, &bytes, &acknowledgement.signature)
    }
}

fn validator((person, log): &(Place, u64)) -> Validator {
    let key = |seed: usize| SecretKey::from_seed(&[u8::try_from(seed).unwrap_or(u8::MAX); 32]).public_key();
    Validator {
        name: format!("v{person}"),
        member: MemberId::of_name("sim"),
        consensus_key: key(2 * person + 1),
        node_key: key(2 * person + 2),
        vote_log: log_name(*log),
    }
}

/// The id of a vote log with this number.
pub(crate) fn log_name(number: u64) -> VoteLogId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_le_bytes());
    VoteLogId::new(id)
}
