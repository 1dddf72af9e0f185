//! Members, accounts and their keys.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{AccountId, MemberId, PublicKey, codec, hash::sha256};

/// The largest number of keys of an account.
pub const KEYS_MAX: usize = 32;

/// An organisation of the consortium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Unique in the network, 1 to 64 bytes of `a-z 0-9 - _ .`.
    pub name: String,
    /// Free text, at most 256 bytes.
    pub contact: String,
}

/// What an account may do beside moving its own holdings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registers accounts of its member, sets their roles, suspends them.
    Admin,
    /// Creates assets and issues them.
    Issuer,
    /// Runs the member's node.
    Operator,
    /// Admits members, suspends any account.
    Regulator,
    /// Reads.
    Auditor,
    /// Holds and moves.
    User,
}

/// Whether an account may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// May do all that its roles allow.
    Active,
    /// May do nothing; may receive.
    Suspended,
    /// No outgoing transfer, lock or redemption; may receive and rotate keys.
    Frozen,
}

/// A public key and what its signature weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedKey {
    /// The key.
    pub public_key: PublicKey,
    /// At least 1.
    pub weight: u32,
}

/// The keys of an account: it consents when the weights of the signing keys add up to the threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// 1 to [`KEYS_MAX`], distinct, ascending by key.
    pub keys: Vec<WeightedKey>,
    /// At least 1, at most the sum of the weights.
    pub threshold: u32,
}

/// Why a key set cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Too few or too many keys.
    #[error("a key set has 1 to {KEYS_MAX} keys, found {found}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Keys repeat or are not ascending.
    #[error("keys must be distinct and ascending")]
    Order,
    /// The bytes are no point, not canonical, or of small order.
    #[error("{key} is not a usable Ed25519 key")]
    UnusableKey {
        /// The key.
        key: PublicKey,
    },
    /// A weight of zero, or weights that overflow.
    #[error("weights must be at least 1 and their sum below 2^32")]
    Weight,
    /// Nobody could ever consent, or anybody could.
    #[error("the threshold must be 1 to {weights}, found {found}")]
    Threshold {
        /// Sum of the weights.
        weights: u32,
        /// The threshold given.
        found: u32,
    },
}

/// An account as the state holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose it is.
    pub member: MemberId,
    /// Unique in its member, or empty.
    pub name: String,
    /// Who must sign.
    pub keys: KeySet,
    /// What it may do.
    pub roles: BTreeSet<Role>,
    /// Whether it may act.
    pub status: AccountStatus,
    /// How many of its transactions with long lifetimes are remembered now.
    pub long_lived: u32,
}

impl KeySet {
    /// One key that suffices alone.
    #[must_use]
    pub fn single(public_key: PublicKey) -> Self {
        Self { keys: vec![WeightedKey { public_key, weight: 1 }], threshold: 1 }
    }

    /// Checks all that makes a key set registrable.
    ///
    /// # Errors
    /// [`KeySetError`] names the first fault.
    pub fn check(&self) -> Result<(), KeySetError> {
        if self.keys.is_empty() || self.keys.len() > KEYS_MAX {
            return Err(KeySetError::Count { found: self.keys.len() });
        }
        if !self.keys.windows(2).all(|pair| pair[0].public_key < pair[1].public_key) {
            return Err(KeySetError::Order);
        }
        if let Some(bad) = self.keys.iter().find(|key| !key.public_key.is_usable()) {
            return Err(KeySetError::UnusableKey { key: bad.public_key });
        }
        let sum = self.keys.iter().try_fold(0u32, |sum, key| sum.checked_add(key.weight));
        match sum {
            Some(weights) if self.keys.iter().all(|key| key.weight > 0) => {
                if (1..=weights).contains(&self.threshold) {
                    Ok(())
                } else {
                    Err(KeySetError::Threshold { weights, found: self.threshold })
                }
            }
            _ => Err(KeySetError::Weight),
        }
    }

    /// Whether the signatures of `signers` (ascending or not) reach the threshold.
    #[must_use]
    pub fn is_met_by(&self, mut signed: impl FnMut(&PublicKey) -> bool) -> bool {
        let mut weight = 0u64;
        for key in &self.keys {
            if signed(&key.public_key) {
                weight += u64::from(key.weight);
            }
        }
        weight >= u64::from(self.threshold)
    }
}

impl AccountId {
    /// SHA-256("hanse.account.v1" ‖ member ‖ salt, u64 little-endian ‖ canonical first key set).
    #[must_use]
    pub fn derive(member: &MemberId, salt: u64, first_keys: &KeySet) -> Self {
        let keys = codec::encode(first_keys);
        Self::new(sha256("hanse.account.v1", &[member.as_bytes(), &salt.to_le_bytes(), &keys]))
    }
}
