//! `hanse keygen`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Outcome, arguments::PassphraseArguments};
use crate::{exit::ExitCode, home::fresh_key, json::Output, keys};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The key file to make (PKCS#8 PEM, mode 0600); never overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Encrypt it under a passphrase.
    #[arg(long)]
    encrypt: bool,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Outcome {
    let passphrase = arguments.passphrase.for_new(arguments.encrypt, &arguments.out.display().to_string())?;
    let key = fresh_key()?;
    keys::create_key_file(&arguments.out, &key, passphrase.as_ref())?;
    let public_key = key.public_key().to_string();
    let file = arguments.out.display().to_string();
    let object = json!({"public_key": public_key, "file": file, "encrypted": arguments.encrypt});
    output.answer(&object, || format!("{public_key}\nwritten to {file}"));
    Ok(ExitCode::Done)
}
