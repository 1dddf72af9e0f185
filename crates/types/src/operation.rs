//! Operations: what a transaction asks for. Amounts are parsed, ids have their length; whether names, keys
//! and rights are good is judged at execution.

use std::collections::BTreeSet;

use crate::{
    AccountId, AccountStatus, Amount, AssetId, Hash, KeySet, LockId, MemberId, PublicKey, Role, TimeMs,
    WeightedKey, state::TransferPolicy, wire,
};

/// One step of a transaction (fields as in `transaction.proto`). Every operation has a source account, which must consent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    /// Admits an organisation with its first (admin) account.
    RegisterMember { source: AccountId, name: String, contact: String, admin_keys: KeySet },
    /// Opens an account of a member.
    RegisterAccount {
        source: AccountId,
        member: MemberId,
        salt: u64,
        keys: KeySet,
        roles: BTreeSet<Role>,
        name: String,
    },
    /// Replaces the source's keys.
    RotateKeys { source: AccountId, keys: KeySet },
    /// Replaces an account's roles.
    SetRoles { source: AccountId, account: AccountId, roles: BTreeSet<Role> },
    /// Suspends or reactivates an account.
    SetStatus { source: AccountId, account: AccountId, status: AccountStatus },
    /// Creates an asset issued by the source.
    CreateAsset { source: AccountId, name: String, decimals: u32, policy: TransferPolicy },
    /// Creates units in an account.
    Issue { source: AccountId, asset: AssetId, to: AccountId, amount: Amount },
    /// Destroys units of the source.
    Redeem { source: AccountId, asset: AssetId, amount: Amount },
    /// Moves units.
    Transfer { source: AccountId, asset: AssetId, to: AccountId, amount: Amount },
    /// Sets units aside.
    Lock {
        source: AccountId,
        asset: AssetId,
        beneficiary: AccountId,
        amount: Amount,
        expires: TimeMs,
        hash: Option<Hash>,
    },
    /// Ends a lock.
    Unlock { source: AccountId, lock: LockId, preimage: Vec<u8> },
    /// Changes an asset's allow-list.
    SetHolder { source: AccountId, asset: AssetId, account: AccountId, allowed: bool },
}

/// A field of an operation that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}.{field} {expected}")]
pub struct OperationError {
    /// The operation's name.
    pub operation: &'static str,
    /// The field's name.
    pub field: &'static str,
    /// What was expected.
    pub expected: &'static str,
}

impl Operation {
    /// The account that acts.
    #[must_use]
    pub const fn source(&self) -> &AccountId {
        match self {
            Self::RegisterMember { source, .. }
            | Self::RegisterAccount { source, .. }
            | Self::RotateKeys { source, .. }
            | Self::SetRoles { source, .. }
            | Self::SetStatus { source, .. }
            | Self::CreateAsset { source, .. }
            | Self::Issue { source, .. }
            | Self::Redeem { source, .. }
            | Self::Transfer { source, .. }
            | Self::Lock { source, .. }
            | Self::Unlock { source, .. }
            | Self::SetHolder { source, .. } => source,
        }
    }

    /// The name scripts rely on: `module.operation`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RegisterMember { .. } => "identity.register_member",
            Self::RegisterAccount { .. } => "identity.register_account",
            Self::RotateKeys { .. } => "identity.rotate_keys",
            Self::SetRoles { .. } => "identity.set_roles",
            Self::SetStatus { .. } => "identity.set_status",
            Self::CreateAsset { .. } => "asset.create",
            Self::Issue { .. } => "asset.issue",
            Self::Redeem { .. } => "asset.redeem",
            Self::Transfer { .. } => "asset.transfer",
            Self::Lock { .. } => "asset.lock",
            Self::Unlock { .. } => "asset.unlock",
            Self::SetHolder { .. } => "asset.set_holder",
        }
    }

    /// Reads an operation from its wire form.
    ///
    /// # Errors
    /// [`OperationError`] names the first bad field.
    pub fn from_wire(operation: &wire::Operation) -> Result<Self, OperationError> {
        use wire::operation::Operation as Wire;
        let missing =
            OperationError { operation: "operation", field: "kind", expected: "must be one of this release" };
        Ok(match operation.operation.as_ref().ok_or(missing)? {
            Wire::RegisterMember(o) => {
                let read = Fields("register_member");
                Self::RegisterMember {
                    source: read.account("source", &o.source)?,
                    name: o.name.clone(),
                    contact: o.contact.clone(),
                    admin_keys: read.keys("admin_keys", o.admin_keys.as_ref())?,
                }
            }
            Wire::RegisterAccount(o) => {
                let read = Fields("register_account");
                Self::RegisterAccount {
                    source: read.account("source", &o.source)?,
                    member: MemberId::from_slice(&o.member).ok_or(read.length("member"))?,
                    salt: o.salt,
                    keys: read.keys("keys", o.keys.as_ref())?,
                    roles: read.roles(&o.roles)?,
                    name: o.name.clone(),
                }
            }
            Wire::RotateKeys(o) => {
                let read = Fields("rotate_keys");
                Self::RotateKeys {
                    source: read.account("source", &o.source)?,
                    keys: read.keys("keys", o.keys.as_ref())?,
                }
            }
            Wire::SetRoles(o) => {
                let read = Fields("set_roles");
                Self::SetRoles {
                    source: read.account("source", &o.source)?,
                    account: read.account("account", &o.account)?,
                    roles: read.roles(&o.roles)?,
                }
            }
            Wire::SetStatus(o) => {
                let read = Fields("set_status");
                Self::SetStatus {
                    source: read.account("source", &o.source)?,
                    account: read.account("account", &o.account)?,
                    status: read.status(o.status)?,
                }
            }
            Wire::CreateAsset(o) => {
                let read = Fields("create_asset");
                Self::CreateAsset {
                    source: read.account("source", &o.source)?,
                    name: o.name.clone(),
                    decimals: o.decimals,
                    policy: read.policy(o.policy)?,
                }
            }
            Wire::Issue(o) => {
                let read = Fields("issue");
                Self::Issue {
                    source: read.account("source", &o.source)?,
                    asset: read.asset(&o.asset)?,
                    to: read.account("to", &o.to)?,
                    amount: read.amount(&o.amount)?,
                }
            }
            Wire::Redeem(o) => {
                let read = Fields("redeem");
                Self::Redeem {
                    source: read.account("source", &o.source)?,
                    asset: read.asset(&o.asset)?,
                    amount: read.amount(&o.amount)?,
                }
            }
            Wire::Transfer(o) => {
                let read = Fields("transfer");
                Self::Transfer {
                    source: read.account("source", &o.source)?,
                    asset: read.asset(&o.asset)?,
                    to: read.account("to", &o.to)?,
                    amount: read.amount(&o.amount)?,
                }
            }
            Wire::Lock(o) => {
                let read = Fields("lock");
                Self::Lock {
                    source: read.account("source", &o.source)?,
                    asset: read.asset(&o.asset)?,
                    beneficiary: read.account("beneficiary", &o.beneficiary)?,
                    amount: read.amount(&o.amount)?,
                    expires: TimeMs::new(o.expires_ms),
                    hash: read.optional_hash(&o.hash)?,
                }
            }
            Wire::Unlock(o) => {
                let read = Fields("unlock");
                Self::Unlock {
                    source: read.account("source", &o.source)?,
                    lock: LockId::from_slice(&o.lock).ok_or(read.length("lock"))?,
                    preimage: o.preimage.to_vec(),
                }
            }
            Wire::SetHolder(o) => {
                let read = Fields("set_holder");
                Self::SetHolder {
                    source: read.account("source", &o.source)?,
                    asset: read.asset(&o.asset)?,
                    account: read.account("account", &o.account)?,
                    allowed: o.allowed,
                }
            }
        })
    }

    /// The wire form.
    #[must_use]
    pub fn to_wire(&self) -> wire::Operation {
        use wire::operation::Operation as Wire;
        let operation = match self {
            Self::RegisterMember { source, name, contact, admin_keys } => {
                Wire::RegisterMember(wire::RegisterMember {
                    source: id(source),
                    name: name.clone(),
                    contact: contact.clone(),
                    admin_keys: Some(keys_to_wire(admin_keys)),
                })
            }
            Self::RegisterAccount { source, member, salt, keys, roles, name } => {
                Wire::RegisterAccount(wire::RegisterAccount {
                    source: id(source),
                    member: member.as_bytes().to_vec().into(),
                    salt: *salt,
                    keys: Some(keys_to_wire(keys)),
                    roles: roles_to_wire(roles),
                    name: name.clone(),
                })
            }
            Self::RotateKeys { source, keys } => {
                Wire::RotateKeys(wire::RotateKeys { source: id(source), keys: Some(keys_to_wire(keys)) })
            }
            Self::SetRoles { source, account, roles } => Wire::SetRoles(wire::SetRoles {
                source: id(source),
                account: id(account),
                roles: roles_to_wire(roles),
            }),
            Self::SetStatus { source, account, status } => Wire::SetStatus(wire::SetStatus {
                source: id(source),
                account: id(account),
                status: status_to_wire(*status) as i32,
            }),
            Self::CreateAsset { source, name, decimals, policy } => Wire::CreateAsset(wire::CreateAsset {
                source: id(source),
                name: name.clone(),
                decimals: *decimals,
                policy: policy_to_wire(*policy) as i32,
            }),
            Self::Issue { source, asset, to, amount } => Wire::Issue(wire::Issue {
                source: id(source),
                asset: asset.as_bytes().to_vec().into(),
                to: id(to),
                amount: amount.to_string(),
            }),
            Self::Redeem { source, asset, amount } => Wire::Redeem(wire::Redeem {
                source: id(source),
                asset: asset.as_bytes().to_vec().into(),
                amount: amount.to_string(),
            }),
            Self::Transfer { source, asset, to, amount } => Wire::Transfer(wire::Transfer {
                source: id(source),
                asset: asset.as_bytes().to_vec().into(),
                to: id(to),
                amount: amount.to_string(),
            }),
            Self::Lock { source, asset, beneficiary, amount, expires, hash } => Wire::Lock(wire::Lock {
                source: id(source),
                asset: asset.as_bytes().to_vec().into(),
                beneficiary: id(beneficiary),
                amount: amount.to_string(),
                expires_ms: expires.get(),
                hash: hash.map_or_else(Default::default, |hash| hash.to_vec().into()),
            }),
            Self::Unlock { source, lock, preimage } => Wire::Unlock(wire::Unlock {
                source: id(source),
                lock: lock.as_bytes().to_vec().into(),
                preimage: preimage.clone().into(),
            }),
            Self::SetHolder { source, asset, account, allowed } => Wire::SetHolder(wire::SetHolder {
                source: id(source),
                asset: asset.as_bytes().to_vec().into(),
                account: id(account),
                allowed: *allowed,
            }),
        };
        wire::Operation { operation: Some(operation) }
    }
}

/// Reads fields of the named operation.
struct Fields(&'static str);

impl Fields {
    fn error(&self, field: &'static str, expected: &'static str) -> OperationError {
        OperationError { operation: self.0, field, expected }
    }

    fn length(&self, field: &'static str) -> OperationError {
        self.error(field, "must have 32 bytes")
    }

    fn account(&self, field: &'static str, bytes: &[u8]) -> Result<AccountId, OperationError> {
        AccountId::from_slice(bytes).ok_or(self.length(field))
    }

    fn asset(&self, bytes: &[u8]) -> Result<AssetId, OperationError> {
        AssetId::from_slice(bytes).ok_or(self.length("asset"))
    }

    fn amount(&self, text: &str) -> Result<Amount, OperationError> {
        text.parse()
            .map_err(|_| self.error("amount", "must be decimal digits without leading zeros, up to 2^128-1"))
    }

    fn optional_hash(&self, bytes: &[u8]) -> Result<Option<Hash>, OperationError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        bytes.try_into().map(Some).map_err(|_| self.error("hash", "must be empty or have 32 bytes"))
    }

    fn keys(&self, field: &'static str, keys: Option<&wire::KeySet>) -> Result<KeySet, OperationError> {
        let keys = keys.ok_or(self.error(field, "must be given"))?;
        let read = |key: &wire::WeightedKey| {
            let public_key = PublicKey::from_slice(&key.public_key).ok_or(self.length(field))?;
            Ok(WeightedKey { public_key, weight: key.weight })
        };
        Ok(KeySet { keys: keys.keys.iter().map(read).collect::<Result<_, _>>()?, threshold: keys.threshold })
    }

    fn roles(&self, roles: &[i32]) -> Result<BTreeSet<Role>, OperationError> {
        if !roles.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(self.error("roles", "must be distinct and ascending"));
        }
        let read = |role: &i32| match wire::Role::try_from(*role) {
            Ok(wire::Role::Admin) => Ok(Role::Admin),
            Ok(wire::Role::Issuer) => Ok(Role::Issuer),
            Ok(wire::Role::Operator) => Ok(Role::Operator),
            Ok(wire::Role::Regulator) => Ok(Role::Regulator),
            Ok(wire::Role::Auditor) => Ok(Role::Auditor),
            Ok(wire::Role::User) => Ok(Role::User),
            Ok(wire::Role::Unspecified) | Err(_) => Err(self.error("roles", "must be roles of this release")),
        };
        roles.iter().map(read).collect()
    }

    fn status(&self, status: i32) -> Result<AccountStatus, OperationError> {
        match wire::AccountStatus::try_from(status) {
            Ok(wire::AccountStatus::Active) => Ok(AccountStatus::Active),
            Ok(wire::AccountStatus::Suspended) => Ok(AccountStatus::Suspended),
            Ok(wire::AccountStatus::Frozen) => Ok(AccountStatus::Frozen),
            Ok(wire::AccountStatus::Unspecified) | Err(_) => {
                Err(self.error("status", "must be a status of this release"))
            }
        }
    }

    fn policy(&self, policy: i32) -> Result<TransferPolicy, OperationError> {
        match wire::TransferPolicy::try_from(policy) {
            Ok(wire::TransferPolicy::Open) => Ok(TransferPolicy::Open),
            Ok(wire::TransferPolicy::AllowList) => Ok(TransferPolicy::AllowList),
            Ok(wire::TransferPolicy::IssuerApproved) => Ok(TransferPolicy::IssuerApproved),
            Ok(wire::TransferPolicy::Unspecified) | Err(_) => {
                Err(self.error("policy", "must be a policy of this release"))
            }
        }
    }
}

fn id(account: &AccountId) -> bytes::Bytes {
    account.as_bytes().to_vec().into()
}

fn keys_to_wire(keys: &KeySet) -> wire::KeySet {
    let to_wire = |key: &WeightedKey| wire::WeightedKey {
        public_key: key.public_key.as_bytes().to_vec().into(),
        weight: key.weight,
    };
    wire::KeySet { keys: keys.keys.iter().map(to_wire).collect(), threshold: keys.threshold }
}

fn roles_to_wire(roles: &BTreeSet<Role>) -> Vec<i32> {
    let to_wire = |role: &Role| match role {
        Role::Admin => wire::Role::Admin,
        Role::Issuer => wire::Role::Issuer,
        Role::Operator => wire::Role::Operator,
        Role::Regulator => wire::Role::Regulator,
        Role::Auditor => wire::Role::Auditor,
        Role::User => wire::Role::User,
    };
    roles.iter().map(|role| to_wire(role) as i32).collect()
}

const fn status_to_wire(status: AccountStatus) -> wire::AccountStatus {
    match status {
        AccountStatus::Active => wire::AccountStatus::Active,
        AccountStatus::Suspended => wire::AccountStatus::Suspended,
        AccountStatus::Frozen => wire::AccountStatus::Frozen,
    }
}

const fn policy_to_wire(policy: TransferPolicy) -> wire::TransferPolicy {
    match policy {
        TransferPolicy::Open => wire::TransferPolicy::Open,
        TransferPolicy::AllowList => wire::TransferPolicy::AllowList,
        TransferPolicy::IssuerApproved => wire::TransferPolicy::IssuerApproved,
    }
}
