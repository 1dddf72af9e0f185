//! `hanse verify`: offline.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use client::Receipt;
use serde_json::json;

use super::{Outcome, network::proof_failure, tx::describe};
use crate::{
    ceremony::read_genesis,
    exit::{ExitCode, Failure},
    files,
    home::Home,
    json::{Output, printable},
};

/// The largest receipt that is read, in bytes.
const RECEIPT_BYTES_MAX: u64 = 16 << 20;
/// How often progress is told, in blocks.
const PROGRESS_EVERY: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a stopped node's whole ledger again and compute it again from its genesis.
    Ledger {
        /// The home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
    /// Check a receipt with the genesis alone.
    Receipt {
        /// The receipt.
        file: PathBuf,
        /// The trusted genesis.
        #[arg(long, value_name = "FILE")]
        genesis: PathBuf,
    },
}

pub(super) fn run(command: &Command, output: Output) -> Outcome {
    match command {
        Command::Ledger { home } => ledger(&Home::new(home), output),
        Command::Receipt { file, genesis } => receipt(file, genesis, output),
    }
}

fn ledger(home: &Home, output: Output) -> Outcome {
    let genesis = read_genesis(&home.genesis_file())?;
    let report = ledger::verify_ledger(&home.ledger_directory(), &genesis, &mut |done, tip| {
        if done.get() > 0 && done.get().is_multiple_of(PROGRESS_EVERY) {
            output.note(&format!("{done} of {tip} blocks"));
        }
    })?;
    let object =
        serde_json::to_value(&report).map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    output.answer(&object, || {
        let what = format!(
            "{} blocks, {} transactions up to height {}",
            report.blocks, report.transactions, report.height
        );
        if report.ok {
            return format!("the ledger is good: {what}\nstate root {}", report.state_root);
        }
        format!("the ledger is damaged after {what}\n{}", printable(&report.errors.join("\n")))
    });
    Ok(if report.ok { ExitCode::Done } else { ExitCode::DataDamaged })
}

fn receipt(file: &Path, genesis: &Path, output: Output) -> Outcome {
    let genesis = read_genesis(genesis)?;
    let receipt = Receipt::from_json(files::read_capped(file, RECEIPT_BYTES_MAX)?)
        .map_err(|error| Failure::new(ExitCode::ProofInvalid, format!("{}: {error}", file.display())))?;
    let proven = receipt.verify(&genesis).map_err(|error| proof_failure(&error))?;
    let transaction = proven.transaction.get();
    let object = json!({
        "ok": true,
        "id": transaction.id().to_string(),
        "code": proven.result.code.name(),
        "failed_operation": proven.result.operation,
        "height": proven.height.get(),
        "index": proven.index,
        "time_ms": proven.time.get(),
        "header_hash": receipt.block.hash().to_string(),
        "transaction": describe(transaction),
    });
    output.answer(&object, || {
        format!(
            "the receipt is good: {} is {} in block {} at {}, {} ms",
            transaction.id(),
            proven.result.code,
            proven.height,
            proven.index,
            proven.time
        )
    });
    Ok(ExitCode::Done)
}
