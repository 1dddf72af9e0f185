//! Operations: what a transaction asks for. Amounts are parsed, ids have their length; whether names, keys
//! and rights are good is judged at execution.

mod fields;
mod from_wire;
mod to_wire;

use std::collections::BTreeSet;

use crate::{
    AccountId, AccountStatus, Amount, AssetId, Hash, KeySet, LockId, MemberId, Role, TimeMs,
    state::TransferPolicy,
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
}
