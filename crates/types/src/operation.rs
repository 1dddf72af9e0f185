//! Operations: what a transaction asks for. Amounts are parsed, ids have their length; whether names, keys
//! and rights are good is judged at execution.

mod fields;
mod from_wire;
mod to_wire;

use std::collections::BTreeSet;

use crate::{
    AccountId, AccountStatus, Amount, AssetId, Hash, KeySet, LockId, MemberId, PublicKey, Role, TimeMs,
    VoteLogId, state::TransferPolicy,
};

/// One step of a transaction (fields as in `transaction.proto`). Its [`Authority`] must consent.
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
    /// Names a validator's new vote log, by its consensus key.
    Rejoin { validator: PublicKey, vote_log: VoteLogId },
}

/// Who acts in an operation, and must therefore consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority<'o> {
    /// The source account, by the threshold of its keys.
    Account(&'o AccountId),
    /// A validator, by its consensus key.
    Validator(&'o PublicKey),
}

impl<'o> Authority<'o> {
    /// The source account, where one acts.
    #[must_use]
    pub const fn account(self) -> Option<&'o AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Validator(_) => None,
        }
    }
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
    /// Who acts.
    #[must_use]
    pub const fn authority(&self) -> Authority<'_> {
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
            | Self::SetHolder { source, .. } => Authority::Account(source),
            Self::Rejoin { validator, .. } => Authority::Validator(validator),
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
            Self::Rejoin { .. } => "validator.rejoin",
        }
    }
}
