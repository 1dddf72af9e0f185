//! Blocks, transactions, validators and history.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};
use types::{Code, Header, Transaction, block::CertifiedHeader};

use super::{Found, read_height, standing};
use crate::{
    cli::{network::Network, tx::keep_receipt},
    exit::Failure,
};

pub(super) fn block(network: &Network, height: &str) -> Result<Found, Failure> {
    let found = network.block_on(network.client()?.block(read_height(height)?))?;
    let view = &found.value;
    let transaction = |t: &client::TransactionView| json!({"id": t.id.to_string(), "operations": t.operations, "code": t.result.code.name()});
    let mut object = header(&view.block.header);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("header_hash".to_owned(), json!(view.block.hash().to_string()));
        fields.insert("certificate".to_owned(), certificate(&view.block));
        let transactions: Vec<_> = view.transactions.iter().map(transaction).collect();
        fields.insert("transactions".to_owned(), Value::Array(transactions));
    }
    let h = &view.block.header;
    let mut words = format!("block {} of {} ms\nhash       {}\n", h.height, h.time, view.block.hash());
    words += &format!("state root {}\ntransactions {}\n", h.state_root, h.transaction_count);
    for t in &view.transactions {
        words += &format!("  {} {} {}\n", t.id, t.operations.join("+"), t.result.code);
    }
    Ok(standing(&found, network, object, words))
}

/// The header's fields under the names of `docs/formats.md`; the time is `time_ms`.
fn header(header: &Header) -> Value {
    json!({
        "version": header.version,
        "chain_id": header.chain_id.to_string(),
        "epoch": header.epoch.get(),
        "height": header.height.get(),
        "parent": header.parent.to_string(),
        "time_ms": header.time.get(),
        "proposal": header.proposal.to_string(),
        "transactions_root": hex::encode(header.transactions_root),
        "transaction_count": header.transaction_count,
        "results_root": hex::encode(header.results_root),
        "state_root": header.state_root.to_string(),
        "active_set": header.active_set.to_string(),
        "next_set": header.next_set.to_string(),
        "rules": header.rules,
    })
}

fn certificate(block: &CertifiedHeader) -> Value {
    let Some(certificate) = &block.certificate else { return Value::Null };
    let signers: Vec<_> = certificate.signer_indices().iter().map(|index| index.get()).collect();
    let signatures: Vec<_> = certificate.signatures.iter().map(ToString::to_string).collect();
    json!({"signers": signers, "signatures": signatures})
}

pub(super) fn transaction(network: &Network, id: &str, keep: Option<&Path>) -> Result<Found, Failure> {
    let id = id.parse().map_err(|error| Failure::usage(format!("transaction id: {error}")))?;
    let found = network.block_on(network.client()?.transaction(&id))?;
    let receipt = &found.value;
    if let Some(path) = keep {
        keep_receipt(path, receipt)?;
    }
    let decoded = Transaction::decode_any(receipt.transaction.clone())
        .map_err(|error| Failure::new(crate::exit::ExitCode::ProofInvalid, error.to_string()))?;
    let code = receipt.result.code;
    let outcome = if code == Code::Committed { "committed" } else { "failed" };
    let mut object = crate::cli::tx::describe(&decoded);
    let header = &receipt.block.header;
    if let Some(fields) = object.as_object_mut() {
        fields.insert("outcome".to_owned(), json!(outcome));
        fields.insert(
            "code".to_owned(),
            if code == Code::Committed { Value::Null } else { json!(code.name()) },
        );
        fields.insert("failed_operation".to_owned(), json!(receipt.result.operation));
        fields.insert("height".to_owned(), json!(header.height.get()));
        fields.insert("index".to_owned(), json!(receipt.index));
        fields.insert("time_ms".to_owned(), json!(header.time.get()));
        fields.insert("header_hash".to_owned(), json!(receipt.block.hash().to_string()));
    }
    let names: Vec<_> = decoded.body().operations.iter().map(types::Operation::name).collect();
    let words = format!(
        "{id}\n{outcome} ({code}) in block {} at {}: {}",
        header.height,
        receipt.index,
        names.join(", ")
    );
    Ok(standing(&found, network, object, words))
}

pub(super) fn validators(network: &Network, height: &str) -> Result<Found, Failure> {
    let found = network.block_on(network.client()?.validators(read_height(height)?))?;
    let view = &found.value;
    let validators: Vec<_> = view
        .set
        .validators()
        .iter()
        .enumerate()
        .map(|(index, v)| {
            json!({
                "index": index,
                "name": v.name,
                "member": v.member.to_string(),
                "consensus_key": v.consensus_key.to_string(),
                "node_key": v.node_key.to_string(),
                "vote_log": v.vote_log.to_string(),
            })
        })
        .collect();
    let object = json!({
        "height": found.as_of_height.get(),
        "epoch": view.epoch.get(),
        "quorum": view.quorum,
        "faulty_max": view.set.faulty_max(),
        "set_hash": view.set.hash().to_string(),
        "validators": validators,
    });
    let mut words = format!("epoch {}, quorum {} of {}\n", view.epoch, view.quorum, view.set.len());
    for (index, v) in view.set.validators().iter().enumerate() {
        words += &format!("{index:4} {:16} {}\n", v.name, v.consensus_key);
    }
    Ok(standing(&found, network, object, words))
}

/// The list is a node's word: it may leave out entries.
pub(super) fn history(network: &Network, account: &str, limit: u32) -> Result<Found, Failure> {
    let id = network.account(account)?;
    let client = network.client()?;
    let mut entries = Vec::new();
    let mut page = Bytes::new();
    let mut as_of;
    loop {
        let left = limit.saturating_sub(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        let found = network.block_on(client.history(&id, left.clamp(1, 1000), page))?;
        as_of = found.as_of;
        let empty = found.entries.is_empty();
        entries.extend(found.entries);
        page = found.next;
        if page.is_empty() || empty || entries.len() >= limit as usize {
            break;
        }
    }
    entries.truncate(limit as usize);
    let list: Vec<_> = entries
        .iter()
        .map(|e| json!({"height": e.height.get(), "index": e.index, "id": e.id.to_string()}))
        .collect();
    let object = json!({
        "id": id.to_string(),
        "transactions": list,
        "as_of_height": as_of.get(),
        "as_of_time_ms": Value::Null,
        "verified": false,
    });
    let lines: Vec<_> =
        entries.iter().map(|e| format!("{:10} {:5} {}", e.height.get(), e.index, e.id)).collect();
    let words = format!("{}\nas of block {as_of} (a list is the node's word)", lines.join("\n"));
    Ok(Found { object, words })
}
