//! Building and signing.

use std::path::Path;

use client::TransactionBuilder;
use serde_json::Value;
use types::{AccountId, Operation, SecretKey, Transaction};

use super::{
    super::{
        Outcome,
        network::{Network, from_now},
    },
    TransactionArguments,
    file::write_transaction,
    operations::{File, Step},
    submit,
};
use crate::{
    exit::{ExitCode, Failure},
    files,
    json::Output,
    keys,
    testnet::read_account_card,
};

/// The largest operation file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// One step from the command line.
pub(super) fn run(step: &Step, arguments: &TransactionArguments, output: Output) -> Outcome {
    let keys = load_keys(arguments)?;
    let network = open(arguments)?;
    let operations = step.operations(source(arguments, &keys, &network)?, &network)?;
    finish(operations, arguments, &keys, &network, output)
}

/// All steps of a file.
pub(super) fn run_file(file: &File, arguments: &TransactionArguments, output: Output) -> Outcome {
    let keys = load_keys(arguments)?;
    let network = open(arguments)?;
    let name = file.file.display();
    let bad = |error: String| Failure::usage(format!("{name}: expected a JSON list of operations: {error}"));
    let text = files::read_text(&file.file, FILE_BYTES_MAX)?;
    let entries: Vec<Value> = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let mut operations = Vec::new();
    for (index, mut entry) in entries.into_iter().enumerate() {
        // Each operation may name its own source; who it is does not belong to the step.
        let from = entry.as_object_mut().and_then(|fields| fields.remove("from"));
        let step: Step =
            serde_json::from_value(entry).map_err(|error| bad(format!("operation {index}: {error}")))?;
        let source = match from {
            Some(Value::String(from)) => network.account(&from)?,
            Some(other) => return Err(bad(format!("operation {index}: from must be a text, found {other}"))),
            None => source(arguments, &keys, &network)?,
        };
        operations.extend(step.operations(source, &network)?);
    }
    finish(operations, arguments, &keys, &network, output)
}

fn open(arguments: &TransactionArguments) -> Result<Network, Failure> {
    if arguments.offline { arguments.network.offline() } else { arguments.network.reach() }
}

fn load_keys(arguments: &TransactionArguments) -> Result<Vec<SecretKey>, Failure> {
    if arguments.keys.is_empty() && !arguments.offline {
        return Err(Failure::usage("--key FILE is needed (only --offline builds without a signature)"));
    }
    let passphrase = arguments.passphrase.given()?;
    arguments.keys.iter().map(|file| keys::load_key_file(file, passphrase.as_ref())).collect()
}

/// The account that acts: the one named, or the one that the first key alone controls by the genesis, or by
/// the card beside the key file.
fn source(
    arguments: &TransactionArguments,
    keys: &[SecretKey],
    network: &Network,
) -> Result<AccountId, Failure> {
    if let Some(from) = &arguments.from {
        return network.account(from);
    }
    let (Some(file), Some(key)) = (arguments.keys.first(), keys.first()) else {
        return Err(Failure::usage("--from ACCOUNT is needed without a key"));
    };
    let public_key = key.public_key();
    if let Some(genesis) = network.genesis() {
        let controls =
            |account: &&types::genesis::GenesisAccount| account.keys.is_met_by(|key| *key == public_key);
        let mut accounts = genesis.accounts.iter().filter(controls);
        if let (Some(account), None) = (accounts.next(), accounts.next()) {
            return Ok(account.id());
        }
    }
    match read_account_card(file, &public_key)? {
        Some(card) => Ok(card.id),
        None => Err(Failure::usage(format!(
            "whose key is {}? Give --from ACCOUNT (no {} beside it says so)",
            file.display(),
            file.with_extension("json").display()
        ))),
    }
}

fn finish(
    operations: Vec<Operation>,
    arguments: &TransactionArguments,
    keys: &[SecretKey],
    network: &Network,
    output: Output,
) -> Outcome {
    let transaction = sign(operations, arguments, keys, network)?;
    for (name, id) in network.believed() {
        output.note(&format!("{name} is {id} by the node's word (--genesis FILE would prove it)"));
    }
    if let Some(out) = &arguments.out {
        write_transaction(out, &transaction)?;
    }
    if arguments.offline {
        return submit::written(&transaction, arguments.out.as_deref().unwrap_or(Path::new("")), output);
    }
    submit::send(&transaction, &arguments.waiting, network, output)
}

fn sign(
    operations: Vec<Operation>,
    arguments: &TransactionArguments,
    keys: &[SecretKey],
    network: &Network,
) -> Result<Transaction, Failure> {
    let mut builder = TransactionBuilder::new(network.chain_id()?)
        .valid_until(from_now(arguments.valid_for))
        .memo(arguments.memo.clone())
        .salt_random()
        .map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?;
    for operation in operations {
        builder = builder.operation(operation);
    }
    let body = builder.build().map_err(|error| Failure::usage(error.to_string()))?;
    Ok(body.sign(&keys.iter().collect::<Vec<_>>()))
}
