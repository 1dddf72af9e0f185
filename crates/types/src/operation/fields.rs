//! Reads the fields of an operation, naming the one that is bad.

use std::collections::BTreeSet;

use super::OperationError;
use crate::{
    AccountId, AccountStatus, Amount, AssetId, Hash, KeySet, PublicKey, Role, WeightedKey,
    state::TransferPolicy, wire,
};

/// Reads fields of the named operation.
pub(super) struct Fields(pub(super) &'static str);

impl Fields {
    pub(super) fn error(&self, field: &'static str, expected: &'static str) -> OperationError {
        OperationError { operation: self.0, field, expected }
    }

    pub(super) fn length(&self, field: &'static str) -> OperationError {
        self.error(field, "must have 32 bytes")
    }

    pub(super) fn account(&self, field: &'static str, bytes: &[u8]) -> Result<AccountId, OperationError> {
        AccountId::from_slice(bytes).ok_or(self.length(field))
    }

    pub(super) fn asset(&self, bytes: &[u8]) -> Result<AssetId, OperationError> {
        AssetId::from_slice(bytes).ok_or(self.length("asset"))
    }

    pub(super) fn amount(&self, text: &str) -> Result<Amount, OperationError> {
        text.parse()
            .map_err(|_| self.error("amount", "must be decimal digits without leading zeros, up to 2^128-1"))
    }

    pub(super) fn optional_hash(&self, bytes: &[u8]) -> Result<Option<Hash>, OperationError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        bytes.try_into().map(Some).map_err(|_| self.error("hash", "must be empty or have 32 bytes"))
    }

    pub(super) fn keys(
        &self,
        field: &'static str,
        keys: Option<&wire::KeySet>,
    ) -> Result<KeySet, OperationError> {
        let keys = keys.ok_or(self.error(field, "must be given"))?;
        let read = |key: &wire::WeightedKey| {
            let public_key = PublicKey::from_slice(&key.public_key).ok_or(self.length(field))?;
            Ok(WeightedKey { public_key, weight: key.weight })
        };
        Ok(KeySet { keys: keys.keys.iter().map(read).collect::<Result<_, _>>()?, threshold: keys.threshold })
    }

    pub(super) fn roles(&self, roles: &[i32]) -> Result<BTreeSet<Role>, OperationError> {
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

    pub(super) fn status(&self, status: i32) -> Result<AccountStatus, OperationError> {
        match wire::AccountStatus::try_from(status) {
            Ok(wire::AccountStatus::Active) => Ok(AccountStatus::Active),
            Ok(wire::AccountStatus::Suspended) => Ok(AccountStatus::Suspended),
            Ok(wire::AccountStatus::Frozen) => Ok(AccountStatus::Frozen),
            Ok(wire::AccountStatus::Unspecified) | Err(_) => {
                Err(self.error("status", "must be a status of this release"))
            }
        }
    }

    pub(super) fn policy(&self, policy: i32) -> Result<TransferPolicy, OperationError> {
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
