//! A transaction in words that a signer can check.

use serde_json::{Value, json};
use types::{AccountId, KeySet, LockId, Operation, Role, Transaction, signing::transaction_signing_bytes};

/// Everything a transaction says, with each signature judged.
pub(in crate::cli) fn describe(transaction: &Transaction) -> Value {
    let body = transaction.body();
    let message = transaction_signing_bytes(&body.chain_id, transaction.id());
    let signature = |s: &types::transaction::TransactionSignature| {
        json!({
            "public_key": s.public_key.to_string(),
            "valid": s.public_key.verify(&message, &s.signature).is_ok(),
        })
    };
    json!({
        "id": transaction.id().to_string(),
        "chain_id": body.chain_id.to_string(),
        "valid_until_ms": body.valid_until.get(),
        "salt": body.salt.to_string(),
        "memo": body.memo,
        "operations": body.operations.iter().map(operation).collect::<Vec<_>>(),
        "locks": locks(transaction),
        "signatures": transaction.signatures().iter().map(signature).collect::<Vec<_>>(),
    })
}

/// The ids of the locks that the transaction makes.
pub(in crate::cli) fn locks(transaction: &Transaction) -> Vec<String> {
    let operations = (0u32..).zip(&transaction.body().operations);
    let makes = operations.filter(|(_, operation)| matches!(operation, Operation::Lock { .. }));
    makes.map(|(index, _)| LockId::of_operation(transaction.id(), index).to_string()).collect()
}

/// An operation with its fields; amounts in minor units.
fn operation(operation: &Operation) -> Value {
    let id = |account: &AccountId| account.to_string();
    let mut fields = match operation {
        Operation::RegisterMember { source: _, name, contact, admin_keys } => {
            json!({"member": name, "contact": contact, "admin_keys": keys(admin_keys)})
        }
        Operation::RegisterAccount { source: _, member, salt, keys: set, roles, name } => json!({
            "member": member.to_string(),
            "account": AccountId::derive(member, *salt, set).to_string(),
            "account_name": name,
            "salt": salt.to_string(),
            "keys": keys(set),
            "roles": role_names(roles),
        }),
        Operation::RotateKeys { source: _, keys: set } => json!({"keys": keys(set)}),
        Operation::SetRoles { source: _, account, roles } => {
            json!({"account": id(account), "roles": role_names(roles)})
        }
        Operation::SetStatus { source: _, account, status } => {
            json!({"account": id(account), "status": status})
        }
        Operation::CreateAsset { source: _, name, decimals, policy } => {
            json!({"asset_name": name, "decimals": decimals, "policy": policy})
        }
        Operation::Issue { source: _, asset, to, amount }
        | Operation::Transfer { source: _, asset, to, amount } => {
            json!({"asset": asset.to_string(), "to": id(to), "amount_minor_units": amount.to_string()})
        }
        Operation::Redeem { source: _, asset, amount } => {
            json!({"asset": asset.to_string(), "amount_minor_units": amount.to_string()})
        }
        Operation::Lock { source: _, asset, beneficiary, amount, expires, hash } => json!({
            "asset": asset.to_string(),
            "beneficiary": id(beneficiary),
            "amount_minor_units": amount.to_string(),
            "expires_ms": expires.get(),
            "hash": hash.map(hex::encode),
        }),
        Operation::Unlock { source: _, lock, preimage } => {
            json!({"lock": lock.to_string(), "preimage": hex::encode(preimage)})
        }
        Operation::SetHolder { source: _, asset, account, allowed } => {
            json!({"asset": asset.to_string(), "account": id(account), "allowed": allowed})
        }
        Operation::Rejoin { validator, vote_log } => {
            json!({"validator": validator.to_string(), "vote_log": vote_log.to_string()})
        }
    };
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("operation".to_owned(), json!(operation.name()));
        if let Some(source) = operation.authority().account() {
            fields.insert("source".to_owned(), json!(id(source)));
        }
    }
    fields
}

fn keys(set: &KeySet) -> Value {
    json!({"keys": set.keys, "threshold": set.threshold})
}

fn role_names(roles: &std::collections::BTreeSet<Role>) -> Value {
    json!(roles)
}
