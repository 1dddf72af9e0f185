//! Transaction files, so that keys may stay cold and signers may be many.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use types::Transaction;

use super::{
    super::{Outcome, arguments::PassphraseArguments},
    describe::describe,
    submit,
};
use crate::{
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    json::{Output, printable},
    keys,
};

/// The largest transaction file that is read, in bytes: hex of the largest transaction, and some.
const FILE_BYTES_MAX: u64 = 4 << 20;
const FORMAT: &str = "hanse.transaction.v1";

/// A transaction as it is handed round.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionFile {
    format: String,
    /// For people; the bytes decide.
    id: String,
    /// The whole signed transaction in hex.
    signed_transaction: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SignArguments {
    /// The transaction; gets the signatures unless --out names another file.
    file: PathBuf,
    /// A key that signs; may be repeated.
    #[arg(long = "key", required = true, value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

/// Writes a transaction file, replacing the one before.
pub(super) fn write_transaction(path: &Path, transaction: &Transaction) -> Result<(), Failure> {
    let file = TransactionFile {
        format: FORMAT.to_owned(),
        id: transaction.id().to_string(),
        signed_transaction: hex::encode(transaction.bytes()),
    };
    let mut text = serde_json::to_string_pretty(&file)
        .map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    text.push('\n');
    files::write_whole(path, text.as_bytes(), 0o644, IfExists::Replace)
}

/// Reads a transaction file.
pub(super) fn read_transaction(path: &Path) -> Result<Transaction, Failure> {
    let bad = |found: String| {
        let message = format!("{}: expected a transaction file of this release: {found}", path.display());
        Failure::because(ExitCode::Usage, "malformed", message)
    };
    let text = files::read_text(path, FILE_BYTES_MAX)?;
    let file: TransactionFile = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    if file.format != FORMAT {
        return Err(bad(format!("format {:?}", file.format)));
    }
    let bytes = hex::decode(&file.signed_transaction).map_err(|error| bad(error.to_string()))?;
    let transaction = Transaction::decode_any(bytes.into()).map_err(|error| bad(error.to_string()))?;
    if transaction.id().to_string() == file.id {
        return Ok(transaction);
    }
    Err(bad(format!("its id is {}, the file says {}", transaction.id(), file.id)))
}

pub(super) fn sign(arguments: &SignArguments, output: Output) -> Outcome {
    let mut transaction = read_transaction(&arguments.file)?;
    let passphrase = arguments.passphrase.given()?;
    for file in &arguments.keys {
        transaction = transaction.signed_by(&keys::load_key_file(file, passphrase.as_ref())?);
    }
    let out = arguments.out.as_ref().unwrap_or(&arguments.file);
    write_transaction(out, &transaction)?;
    submit::written(&transaction, out, output)
}

pub(super) fn show(file: &Path, output: Output) -> Outcome {
    let transaction = read_transaction(file)?;
    let object = describe(&transaction);
    output.answer(&object, || {
        let pretty = serde_json::to_string_pretty(&object).unwrap_or_else(|_| object.to_string());
        printable(&pretty)
    });
    Ok(ExitCode::Done)
}

/// What `sign` and `--offline` print.
pub(super) fn written_object(transaction: &Transaction, file: &Path) -> serde_json::Value {
    let signers: Vec<_> = transaction.signatures().iter().map(|s| s.public_key.to_string()).collect();
    json!({
        "id": transaction.id().to_string(),
        "file": file.display().to_string(),
        "signers": signers,
        "valid_until_ms": transaction.body().valid_until.get(),
    })
}
