//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;

use crate::{exit::Failure, keys::Passphrase};

/// How encrypted keys are opened.
#[derive(Debug, Clone, Args)]
pub(super) struct PassphraseArguments {
    /// File whose first line is the passphrase of encrypted keys (mode 0600).
    #[arg(long, value_name = "FILE", env = "HANSECTL_PASSPHRASE_FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

impl PassphraseArguments {
    /// The passphrase that was given, if any.
    pub(super) fn given(&self) -> Result<Option<Passphrase>, Failure> {
        self.passphrase_file.as_deref().map(Passphrase::from_file).transpose()
    }

    /// The passphrase for a new key: given, or asked for.
    pub(super) fn for_new(&self, encrypt: bool, what: &str) -> Result<Option<Passphrase>, Failure> {
        match (encrypt, self.given()?) {
            (true, None) => Passphrase::ask(what, true).map(Some),
            (true, given) => Ok(given),
            (false, None) => Ok(None),
            (false, Some(_)) => Err(Failure::usage("--passphrase-file is for --encrypt: give both or none")),
        }
    }
}
