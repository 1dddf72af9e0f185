//! `transactions.json`: every operation as fields and as bytes, and what is refused.

use serde_json::{Value, json};
use types::{KeySet, Operation, signing::transaction_signing_bytes, transaction::TransactionBody};

use crate::{
    support::{body, chain, every_operation, key},
    transaction_strictness::refused,
};

fn keys(keys: &KeySet) -> Value {
    serde_json::to_value(keys).unwrap()
}

/// The fields of an operation by their names in `transaction.proto`.
fn fields(operation: &Operation) -> (&'static str, Value) {
    match operation {
        Operation::RegisterMember { source, name, contact, admin_keys } => (
            "register_member",
            json!({ "source": source, "name": name, "contact": contact, "admin_keys": keys(admin_keys) }),
        ),
        Operation::RegisterAccount { source, member, salt, keys: set, roles, name } => (
            "register_account",
            json!({
                "source": source, "member": member, "salt": salt.to_string(), "keys": keys(set), "roles": roles, "name": name,
            }),
        ),
        Operation::RotateKeys { source, keys: set } => {
            ("rotate_keys", json!({ "source": source, "keys": keys(set) }))
        }
        Operation::SetRoles { source, account, roles } => {
            ("set_roles", json!({ "source": source, "account": account, "roles": roles }))
        }
        Operation::SetStatus { source, account, status } => {
            ("set_status", json!({ "source": source, "account": account, "status": status }))
        }
        Operation::CreateAsset { source, name, decimals, policy } => (
            "create_asset",
            json!({ "source": source, "name": name, "decimals": decimals, "policy": policy }),
        ),
        Operation::Issue { source, asset, to, amount } => {
            ("issue", json!({ "source": source, "asset": asset, "to": to, "amount": amount }))
        }
        Operation::Redeem { source, asset, amount } => {
            ("redeem", json!({ "source": source, "asset": asset, "amount": amount }))
        }
        Operation::Transfer { source, asset, to, amount } => {
            ("transfer", json!({ "source": source, "asset": asset, "to": to, "amount": amount }))
        }
        Operation::Lock { source, asset, beneficiary, amount, expires, hash } => (
            "lock",
            json!({
                "source": source, "asset": asset, "beneficiary": beneficiary, "amount": amount, "expires_ms": expires,
                "hash": hash.map(hex::encode).unwrap_or_default(),
            }),
        ),
        Operation::Unlock { source, lock, preimage } => {
            ("unlock", json!({ "source": source, "lock": lock, "preimage": hex::encode(preimage) }))
        }
        Operation::SetHolder { source, asset, account, allowed } => (
            "set_holder",
            json!({ "source": source, "asset": asset, "account": account, "allowed": allowed }),
        ),
        Operation::Rejoin { validator, vote_log } => {
            ("rejoin", json!({ "validator": validator, "vote_log": vote_log }))
        }
    }
}

fn vector(body: &TransactionBody, signers: &[usize]) -> Value {
    let keys: Vec<_> = signers.iter().map(|number| key("account", *number)).collect();
    let transaction = body.clone().sign(&keys.iter().collect::<Vec<_>>());
    let operation = |operation: &Operation| {
        let (kind, fields) = fields(operation);
        json!({ "kind": kind, "fields": fields })
    };
    let signature = |s: &types::transaction::TransactionSignature| json!({ "public_key": s.public_key, "signature": s.signature });
    json!({
        "chain_id": body.chain_id,
        "valid_until_ms": body.valid_until,
        "salt": body.salt.to_string(),
        "operations": body.operations.iter().map(operation).collect::<Vec<_>>(),
        "memo": body.memo,
        "body": hex::encode(body.encode()),
        "id": transaction.id(),
        "signing_input": hex::encode(transaction_signing_bytes(&body.chain_id, transaction.id())),
        "signatures": transaction.signatures().iter().map(signature).collect::<Vec<_>>(),
        "bytes": hex::encode(transaction.bytes()),
        "witness": transaction.witness(),
    })
}

#[test]
fn transactions_are_frozen() {
    let mut vectors: Vec<_> =
        every_operation().into_iter().map(|operation| vector(&body(vec![operation]), &[0])).collect();
    vectors.push(vector(&body(every_operation()), &[0, 1, 2]));
    let bare = TransactionBody { salt: 0, memo: String::new(), ..body(vec![every_operation().remove(12)]) };
    vectors.push(vector(&bare, &[]));
    let limits = json!({ "chain_id": chain(), "max_transaction_bytes": 4096, "max_signatures": 3, "max_operations": 4 });
    let refusal = |(why, bytes, code): (&str, Vec<u8>, types::Code)| json!({ "why": why, "bytes": hex::encode(bytes), "code": code });
    let refused: Vec<_> = refused().into_iter().map(refusal).collect();
    super::freeze(
        "transactions.json",
        &json!({ "transactions": vectors, "refused_under": limits, "refused": refused }),
    );
}
