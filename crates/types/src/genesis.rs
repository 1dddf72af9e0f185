//! Genesis: what the founding members agreed on. Its hash is the chain id.

mod check;
mod error;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Amount, ChainId, Epoch, KeySet, Member, MemberId, Parameters, PublicKey, Role, Signature,
    TimeMs, Validator, ValidatorSet, VoteLogId, codec,
    crypto::BadSignature,
    hash::sha256,
    signing::{Kind, signing_bytes},
    state::TransferPolicy,
    validators::ValidatorSetError,
};

pub use self::{
    check::{is_asset_name, is_name},
    error::GenesisError,
};

/// The content of `genesis.json`. No addresses stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The network's name, shown to people.
    pub network: String,
    /// Time of block 0.
    pub created_ms: TimeMs,
    /// Hex or any text; makes equal networks distinct.
    pub nonce: String,
    /// The organisations.
    pub members: Vec<Member>,
    /// Their first accounts.
    pub accounts: Vec<GenesisAccount>,
    /// The first assets with their holdings.
    pub assets: Vec<GenesisAsset>,
    /// The validators of epoch 0, in order.
    pub validators: Vec<GenesisValidator>,
    /// The chain parameters of epoch 0.
    pub parameters: Parameters,
    /// One of each member; not part of the hash.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

/// An account of the genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    /// The member's name.
    pub member: String,
    /// Unique in the member.
    pub name: String,
    /// Part of the id.
    pub salt: u64,
    /// Who must sign.
    pub keys: KeySet,
    /// What it may do.
    pub roles: BTreeSet<Role>,
}

/// An asset of the genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAsset {
    /// Unique.
    pub name: String,
    /// Digits after the point.
    pub decimals: u8,
    /// `member/name` of the issuer's account.
    pub issuer: String,
    /// Who may receive it.
    pub policy: TransferPolicy,
    /// Holdings by `member/name`.
    pub holdings: BTreeMap<String, Amount>,
}

/// A validator of the genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidator {
    /// Unique.
    pub name: String,
    /// The member's name.
    pub member: String,
    /// Signs votes.
    pub consensus_key: PublicKey,
    /// Authenticates connections.
    pub node_key: PublicKey,
    /// The id of its vote log.
    pub vote_log: VoteLogId,
}

/// A member's consent to exactly this genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The member's name.
    pub member: String,
    /// The consensus key of one of its validators, or a key of one of its admin accounts.
    pub public_key: PublicKey,
    /// Kind [`Kind::GenesisApproval`] over the member's name, for the chain id, epoch 0.
    pub signature: Signature,
}

impl Genesis {
    /// SHA-256("hanse.genesis.v1" ‖ canonical bytes with no approvals).
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        let content = Self { approvals: Vec::new(), ..self.clone() };
        ChainId::new(sha256("hanse.genesis.v1", &[&codec::encode(&content)]))
    }

    /// The validators of epoch 0.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn validator_set(&self) -> Result<ValidatorSet, ValidatorSetError> {
        ValidatorSet::new(self.validators.iter().map(GenesisValidator::to_validator).collect())
    }

    /// Checks that every member approved exactly this content.
    ///
    /// # Errors
    /// [`GenesisError::NotApproved`] for each that did not.
    pub fn check_approvals(&self) -> Result<(), Vec<GenesisError>> {
        let chain = self.chain_id();
        let approved = |member: &&Member| {
            let good = |approval: &Approval| {
                approval.member == member.name
                    && self.may_approve(&member.name, &approval.public_key)
                    && approval.verify(&chain).is_ok()
            };
            !self.approvals.iter().any(good)
        };
        let missing: Vec<_> = self.members.iter().filter(approved).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(missing.into_iter().map(|m| GenesisError::NotApproved { member: m.name.clone() }).collect())
    }

    /// Whether a key speaks for a member in the ceremony.
    #[must_use]
    pub fn may_approve(&self, member: &str, key: &PublicKey) -> bool {
        let runs = self.validators.iter().any(|v| v.member == member && v.consensus_key == *key);
        let administers = |account: &GenesisAccount| {
            account.member == member
                && account.roles.contains(&Role::Admin)
                && account.keys.keys.iter().any(|weighted| weighted.public_key == *key)
        };
        runs || self.accounts.iter().any(administers)
    }
}

impl GenesisValidator {
    fn to_validator(&self) -> Validator {
        Validator {
            name: self.name.clone(),
            member: MemberId::of_name(&self.member),
            consensus_key: self.consensus_key,
            node_key: self.node_key,
            vote_log: self.vote_log,
        }
    }
}

impl GenesisAccount {
    /// The account's id.
    #[must_use]
    pub fn id(&self) -> AccountId {
        AccountId::derive(&MemberId::of_name(&self.member), self.salt, &self.keys)
    }

    /// `member/name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.member, self.name)
    }
}

impl GenesisAsset {
    /// The sum of the holdings; `None` when it exceeds 2¹²⁸−1.
    #[must_use]
    pub fn supply(&self) -> Option<Amount> {
        self.holdings.values().try_fold(Amount::ZERO, |sum, amount| sum.checked_add(*amount))
    }
}

impl Approval {
    /// What a member signs.
    #[must_use]
    pub fn signing_bytes(chain: &ChainId, member: &str) -> Vec<u8> {
        signing_bytes(chain, Kind::GenesisApproval, Epoch::ZERO, &member)
    }

    /// Checks the signature (not whether the key may speak for the member).
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, chain: &ChainId) -> Result<(), BadSignature> {
        self.public_key.verify(&Self::signing_bytes(chain, &self.member), &self.signature)
    }
}
