//! Passphrases come from a file or a terminal, never from the command line or the environment.

use std::{fmt, io::IsTerminal as _, path::Path};

use zeroize::Zeroizing;

use super::store::read_secret_file;
use crate::exit::{ExitCode, Failure};

/// A passphrase; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a text as it is.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The first line of a file that nobody else may read.
    ///
    /// # Errors
    /// [`ExitCode::KeyUnsafe`], [`ExitCode::Io`], [`ExitCode::Usage`] when it is empty.
    pub fn from_file(path: &Path) -> Result<Self, Failure> {
        let text = read_secret_file(path)?;
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            return Err(Failure::usage(format!(
                "{}: the first line must hold the passphrase",
                path.display()
            )));
        }
        Ok(Self::new(line.to_owned()))
    }

    /// Asks on the terminal; for a new passphrase twice.
    ///
    /// # Errors
    /// [`ExitCode::Usage`] without a terminal or when the two differ.
    pub fn ask(what: &str, new: bool) -> Result<Self, Failure> {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::usage(format!("{what} needs a passphrase: give --passphrase-file FILE")));
        }
        let ask = |prompt: String| {
            let answer = rpassword::prompt_password(prompt);
            answer.map(Self::new).map_err(|error| Failure::new(ExitCode::Io, format!("cannot ask: {error}")))
        };
        let first = ask(format!("Passphrase for {what}: "))?;
        if new && ask("The same again: ".to_owned())?.0 != first.0 {
            return Err(Failure::usage("the two passphrases differ"));
        }
        if first.0.is_empty() {
            return Err(Failure::usage("the passphrase must not be empty"));
        }
        Ok(first)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}
