//! The validator set of an epoch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Epoch, MemberId, PublicKey, ValidatorIndex, ValidatorSetHash, View, VoteLogId, codec, hash::sha256,
    quorum,
};

/// The largest set.
pub const VALIDATORS_MAX: usize = 1024;

/// A member of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// Unique in the set; shown to people.
    pub name: String,
    /// Who runs it.
    pub member: MemberId,
    /// Signs votes and acknowledgements.
    pub consensus_key: PublicKey,
    /// Authenticates its connections (libp2p identity).
    pub node_key: PublicKey,
    /// The vote log with which it may vote in this epoch.
    pub vote_log: VoteLogId,
}

/// The validators of an epoch in their order; a validator's index is its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorSet {
    validators: Vec<Validator>,
}

/// Why validators do not form a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// Fewer than one or more than 1024.
    #[error("a validator set has 1 to 1024 validators, found {found}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Two validators share a name or a key, or one uses one key twice.
    #[error("validator {name} repeats the {what} of another")]
    Repeated {
        /// Whose.
        name: String,
        /// Which field.
        what: &'static str,
    },
    /// A key that must not be registered.
    #[error("validator {name}: {key} is not a usable Ed25519 key")]
    UnusableKey {
        /// Whose.
        name: String,
        /// The key.
        key: PublicKey,
    },
}

impl ValidatorSet {
    /// Checks and orders nothing: the given order is the set's order.
    ///
    /// # Errors
    /// The first of [`ValidatorSet::faults`].
    pub fn new(validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        match Self::faults(&validators).into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self { validators }),
        }
    }

    /// Everything that keeps validators from forming a set, in their order.
    #[must_use]
    pub fn faults(validators: &[Validator]) -> Vec<ValidatorSetError> {
        let mut faults = Vec::new();
        if validators.is_empty() || validators.len() > VALIDATORS_MAX {
            faults.push(ValidatorSetError::Count { found: validators.len() });
        }
        let mut keys = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut logs = BTreeSet::new();
        for validator in validators {
            let repeated = |what| ValidatorSetError::Repeated { name: validator.name.clone(), what };
            for (key, what) in [(validator.consensus_key, "consensus key"), (validator.node_key, "node key")]
            {
                if !key.is_usable() {
                    faults.push(ValidatorSetError::UnusableKey { name: validator.name.clone(), key });
                } else if !keys.insert(key) {
                    faults.push(repeated(what));
                }
            }
            if !names.insert(&validator.name) {
                faults.push(repeated("name"));
            }
            if !logs.insert(validator.vote_log) {
                faults.push(repeated("vote log id"));
            }
        }
        faults
    }

    /// The validators in order.
    #[must_use]
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// n.
    #[must_use]
    pub fn len(&self) -> usize {
        self.validators.len()
    }

    /// Never true; for form.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.validators.is_empty()
    }

    /// q, see [`quorum::quorum`].
    #[must_use]
    pub fn quorum(&self) -> usize {
        quorum::quorum(self.len())
    }

    /// f+1, see [`quorum::one_honest`].
    #[must_use]
    pub fn one_honest(&self) -> usize {
        quorum::one_honest(self.len())
    }

    /// f, see [`quorum::faulty_max`].
    #[must_use]
    pub fn faulty_max(&self) -> usize {
        quorum::faulty_max(self.len())
    }

    /// The indices 0..n.
    pub fn indices(&self) -> impl Iterator<Item = ValidatorIndex> + use<> {
        let n = u16::try_from(self.len()).unwrap_or(u16::MAX);
        (0..n).map(ValidatorIndex::new)
    }

    /// The validator at an index.
    #[must_use]
    pub fn get(&self, index: ValidatorIndex) -> Option<&Validator> {
        self.validators.get(usize::from(index.get()))
    }

    /// The consensus key at an index.
    #[must_use]
    pub fn key(&self, index: ValidatorIndex) -> Option<&PublicKey> {
        self.get(index).map(|validator| &validator.consensus_key)
    }

    /// Whose consensus key this is.
    #[must_use]
    pub fn index_of(&self, key: &PublicKey) -> Option<ValidatorIndex> {
        self.indices().find(|index| self.key(*index) == Some(key))
    }

    /// primary(e, v) = set[(e + v) mod n].
    #[must_use]
    pub fn primary(&self, epoch: Epoch, view: View) -> ValidatorIndex {
        let n = self.len() as u64;
        let place = (epoch.get() % n + view.get() % n) % n;
        ValidatorIndex::new(u16::try_from(place).unwrap_or(0))
    }

    /// SHA-256("hanse.validator-set.v1" ‖ canonical bytes).
    #[must_use]
    pub fn hash(&self) -> ValidatorSetHash {
        ValidatorSetHash::new(sha256("hanse.validator-set.v1", &[&codec::encode(self)]))
    }
}
