//! `genesis.json`: a genesis as its file has it, its canonical bytes, the chain id and the ids derived.

use serde_json::json;
use types::{AssetId, Genesis, LockId, MemberId, TransactionId, codec, genesis::Approval};

use crate::support;

#[test]
fn the_genesis_is_frozen() {
    let genesis = support::genesis();
    let chain = genesis.chain_id();
    let content = Genesis { approvals: Vec::new(), ..genesis.clone() };
    let set = genesis.validator_set().unwrap();
    let approval = |approval: &Approval| {
        json!({
            "member": approval.member,
            "signing_bytes": hex::encode(Approval::signing_bytes(&chain, &approval.member)),
        })
    };
    let lock = |operation: u32| {
        let transaction = TransactionId::new([0x77; 32]);
        json!({ "transaction": transaction, "operation": operation, "id": LockId::of_operation(&transaction, operation) })
    };
    let locks = [0, 1, 258].map(lock);
    let ids = json!({
        "members": genesis.members.iter().map(|m| json!({ "name": m.name, "id": MemberId::of_name(&m.name) })).collect::<Vec<_>>(),
        "accounts": genesis.accounts.iter().map(|a| json!({ "name": a.full_name(), "id": a.id() })).collect::<Vec<_>>(),
        "assets": genesis.assets.iter().map(|a| json!({ "name": a.name, "id": AssetId::of_name(&a.name) })).collect::<Vec<_>>(),
        "locks": locks,
    });
    let vector = json!({
        "genesis": genesis,
        "canonical": hex::encode(codec::encode(&content)),
        "chain_id": chain,
        "parameters": hex::encode(codec::encode(&genesis.parameters)),
        "validator_set": hex::encode(codec::encode(&set)),
        "validator_set_hash": set.hash(),
        "approvals": genesis.approvals.iter().map(approval).collect::<Vec<_>>(),
        "ids": ids,
    });
    super::freeze("genesis.json", &vector);
}
