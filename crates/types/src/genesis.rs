//! Genesis: what the founding members agreed on. Its hash is the chain id.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Amount, ChainId, Epoch, KeySet, Member, MemberId, Parameters, PublicKey, Role, Signature,
    TimeMs, Validator, ValidatorSet, VoteLogId,
    account::KeySetError,
    codec,
    crypto::BadSignature,
    hash::sha256,
    parameters::ParameterError,
    signing::{Kind, signing_bytes},
    state::TransferPolicy,
    validators::ValidatorSetError,
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

/// Why a genesis cannot start a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// The validators do not form a set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// A parameter is out of range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Something is named twice.
    #[error("{what} {name} stands twice")]
    Repeated {
        /// `member`, `account`, `asset`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something names what is not there.
    #[error("{by} names {what} {name}, which is not in the genesis")]
    Unknown {
        /// Who names it.
        by: String,
        /// `member`, `account`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name with characters or a length that are not allowed.
    #[error("{what} name {name:?}: 1 to 64 characters of a-z 0-9 - _ . are allowed (assets also A-Z)")]
    Name {
        /// `member`, `account`, `asset`, `network`, `validator`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Keys that cannot be registered.
    #[error("account {account}: {error}")]
    Keys {
        /// `member/name`.
        account: String,
        /// What is wrong.
        error: KeySetError,
    },
    /// The holdings of an asset exceed 2^128-1, or an asset has too many decimals.
    #[error("asset {asset}: {rule}")]
    Asset {
        /// Its name.
        asset: String,
        /// What must hold.
        rule: &'static str,
    },
    /// A member has not approved, or its approval is not good.
    #[error("member {member} has not approved this genesis: ask for `hanse genesis approve`")]
    NotApproved {
        /// Its name.
        member: String,
    },
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

    /// Checks everything but the approvals; all faults are returned.
    ///
    /// # Errors
    /// [`GenesisError`], at least one.
    pub fn check(&self) -> Result<(), Vec<GenesisError>> {
        let mut faults = Vec::new();
        self.check_members(&mut faults);
        let accounts = self.check_accounts(&mut faults);
        self.check_assets(&accounts, &mut faults);
        let validators: Vec<_> = self.validators.iter().map(GenesisValidator::to_validator).collect();
        faults.extend(ValidatorSet::faults(&validators).into_iter().map(GenesisError::from));
        if let Err(errors) = self.parameters.check() {
            faults.extend(errors.into_iter().map(GenesisError::from));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
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

    fn check_members(&self, faults: &mut Vec<GenesisError>) {
        if !is_name(&self.network) {
            faults.push(GenesisError::Name { what: "network", name: self.network.clone() });
        }
        let mut names = BTreeSet::new();
        for member in &self.members {
            if !is_name(&member.name) {
                faults.push(GenesisError::Name { what: "member", name: member.name.clone() });
            }
            if !names.insert(&member.name) {
                faults.push(GenesisError::Repeated { what: "member", name: member.name.clone() });
            }
        }
        for validator in &self.validators {
            if !is_name(&validator.name) {
                faults.push(GenesisError::Name { what: "validator", name: validator.name.clone() });
            }
            if !names.contains(&validator.member) {
                let by = format!("validator {}", validator.name);
                faults.push(GenesisError::Unknown { by, what: "member", name: validator.member.clone() });
            }
        }
        for account in &self.accounts {
            if !names.contains(&account.member) {
                let by = format!("account {}", account.name);
                faults.push(GenesisError::Unknown { by, what: "member", name: account.member.clone() });
            }
        }
    }

    fn check_accounts(&self, faults: &mut Vec<GenesisError>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for account in &self.accounts {
            let name = account.full_name();
            if !is_name(&account.name) {
                faults.push(GenesisError::Name { what: "account", name: name.clone() });
            }
            if let Err(error) = account.keys.check() {
                faults.push(GenesisError::Keys { account: name.clone(), error });
            }
            if !ids.insert(account.id()) || !names.insert(name.clone()) {
                faults.push(GenesisError::Repeated { what: "account", name });
            }
        }
        names
    }

    fn check_assets(&self, accounts: &BTreeSet<String>, faults: &mut Vec<GenesisError>) {
        let mut names = BTreeSet::new();
        for asset in &self.assets {
            if !is_asset_name(&asset.name) {
                faults.push(GenesisError::Name { what: "asset", name: asset.name.clone() });
            }
            if !names.insert(&asset.name) {
                faults.push(GenesisError::Repeated { what: "asset", name: asset.name.clone() });
            }
            for name in asset.holdings.keys().chain([&asset.issuer]).filter(|name| !accounts.contains(*name))
            {
                let by = format!("asset {}", asset.name);
                faults.push(GenesisError::Unknown { by, what: "account", name: name.clone() });
            }
            if asset.supply().is_none() {
                faults.push(GenesisError::Asset {
                    asset: asset.name.clone(),
                    rule: "holdings must sum to at most 2^128-1",
                });
            }
            if asset.decimals > 18 {
                faults.push(GenesisError::Asset { asset: asset.name.clone(), rule: "at most 18 decimals" });
            }
        }
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

/// Whether a text may name a member, an account, a validator or a network: 1 to 64 of `a-z 0-9 - _ .`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether a text may name an asset: 1 to 32 of `A-Z a-z 0-9 - _ .`.
#[must_use]
pub fn is_asset_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}
