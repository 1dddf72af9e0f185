//! Whether a transaction's signatures meet the threshold of every account that must consent, and whether
//! every validator that acts has signed.
//!
//! Judged in one pass before execution, assuming that every operation succeeds: keys that an earlier
//! operation of the same transaction registers or rotates count for the later ones. So a transaction that
//! lacks a signature is void whatever its operations would do: nobody can burn the id of a half-signed
//! transaction by submitting it when one of its operations would fail.

use std::collections::BTreeMap;

use types::{AccountId, AssetId, Authority, KeySet, MemberId, Operation, Transaction, state::TransferPolicy};

use crate::{LedgerError, roles, roles::Consent, state::State};

/// What the transaction's own operations would have made so far.
#[derive(Default)]
struct Made {
    keys: BTreeMap<AccountId, KeySet>,
    assets: BTreeMap<AssetId, (AccountId, TransferPolicy)>,
}

/// Whether everybody who must consent has signed.
pub(crate) fn is_authorised(state: &mut State<'_>, transaction: &Transaction) -> Result<bool, LedgerError> {
    let mut made = Made::default();
    for operation in &transaction.body().operations {
        let has_consented = match operation.authority() {
            Authority::Account(source) => has_signed(state, &made, transaction, source)?,
            Authority::Validator(key) => transaction.is_signed_by(key),
        };
        if !has_consented {
            return Ok(false);
        }
        let mut consents = roles::rules_of(operation.name()).flat_map(|rule| rule.consent);
        if consents.any(|consent| *consent == Consent::ApprovingIssuer) {
            let issuer = approving_issuer(state, &made, operation)?;
            if let Some(issuer) = issuer
                && !has_signed(state, &made, transaction, &issuer)?
            {
                return Ok(false);
            }
        }
        made.note(state, operation)?;
    }
    Ok(true)
}

fn has_signed(
    state: &mut State<'_>,
    made: &Made,
    transaction: &Transaction,
    account: &AccountId,
) -> Result<bool, LedgerError> {
    if let Some(keys) = made.keys.get(account) {
        return Ok(keys.is_met_by(|key| transaction.is_signed_by(key)));
    }
    let account = state.account(account)?;
    Ok(account.is_some_and(|account| account.keys.is_met_by(|key| transaction.is_signed_by(key))))
}

/// The issuer whose approval the asset's policy asks for. An unknown asset asks for none: the operation
/// fails by itself.
fn approving_issuer(
    state: &mut State<'_>,
    made: &Made,
    operation: &Operation,
) -> Result<Option<AccountId>, LedgerError> {
    let (Operation::Transfer { asset, .. } | Operation::Lock { asset, .. }) = operation else {
        return Ok(None);
    };
    let (issuer, policy) = match made.assets.get(asset) {
        Some(made) => *made,
        None => match state.asset(asset)? {
            Some(asset) => (asset.issuer, asset.policy),
            None => return Ok(None),
        },
    };
    Ok(match policy {
        TransferPolicy::IssuerApproved => Some(issuer),
        TransferPolicy::Open | TransferPolicy::AllowList => None,
    })
}

impl Made {
    /// Notes what the operation makes. What exists already is not made: that operation will fail.
    fn note(&mut self, state: &mut State<'_>, operation: &Operation) -> Result<(), LedgerError> {
        match operation {
            Operation::RegisterMember { name, admin_keys, .. } => {
                let id = AccountId::derive(&MemberId::of_name(name), 0, admin_keys);
                self.note_account(state, id, admin_keys)?;
            }
            Operation::RegisterAccount { member, salt, keys, .. } => {
                self.note_account(state, AccountId::derive(member, *salt, keys), keys)?;
            }
            Operation::RotateKeys { source, keys } => {
                self.keys.insert(*source, keys.clone());
            }
            Operation::CreateAsset { source, name, policy, .. } => {
                let id = AssetId::of_name(name);
                if state.asset(&id)?.is_none() {
                    self.assets.entry(id).or_insert((*source, *policy));
                }
            }
            Operation::SetRoles { .. }
            | Operation::SetStatus { .. }
            | Operation::Issue { .. }
            | Operation::Redeem { .. }
            | Operation::Transfer { .. }
            | Operation::Lock { .. }
            | Operation::Unlock { .. }
            | Operation::SetHolder { .. }
            | Operation::Rejoin { .. } => {}
        }
        Ok(())
    }

    fn note_account(
        &mut self,
        state: &mut State<'_>,
        id: AccountId,
        keys: &KeySet,
    ) -> Result<(), LedgerError> {
        if state.account(&id)?.is_none() {
            self.keys.entry(id).or_insert_with(|| keys.clone());
        }
        Ok(())
    }
}
