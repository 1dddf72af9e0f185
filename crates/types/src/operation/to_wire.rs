//! Writes operations as protobuf.

use std::collections::BTreeSet;

use super::Operation;
use crate::{AccountId, AccountStatus, KeySet, Role, WeightedKey, state::TransferPolicy, wire};

impl Operation {
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
            Self::Rejoin { validator, vote_log } => Wire::Rejoin(wire::Rejoin {
                validator: validator.as_bytes().to_vec().into(),
                vote_log: vote_log.as_bytes().to_vec().into(),
            }),
        };
        wire::Operation { operation: Some(operation) }
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
