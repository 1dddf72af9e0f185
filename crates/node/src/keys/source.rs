//! Where a key comes from: a file of the home, a systemd credential, or a mounted secret.

use std::{fmt, path::PathBuf, str::FromStr};

/// A setting such as `keys/validator.key`, `credential:NAME` or `mounted:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file that only its owner may read; relative paths start at the home.
    File(PathBuf),
    /// `$CREDENTIALS_DIRECTORY/NAME`, as systemd provides it.
    Credential(String),
    /// A secret that an orchestrator mounts: links that stay inside its directory and group-read are
    /// allowed, world-read never.
    Mounted(PathBuf),
}

/// A text that names no source of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySourceError {
    /// Nothing is named.
    #[error("a path, \"credential:NAME\" or \"mounted:PATH\"")]
    Empty,
    /// A credential's name with a separator would leave the credentials directory.
    #[error("\"credential:NAME\" with a name without '/'")]
    CredentialName,
    /// A scheme of a later release.
    #[error("a path, \"credential:NAME\" or \"mounted:PATH\" (pkcs11: and signer: are reserved)")]
    Reserved,
}

impl FromStr for KeySource {
    type Err = KeySourceError;
    fn from_str(text: &str) -> Result<Self, KeySourceError> {
        if text.is_empty() {
            return Err(KeySourceError::Empty);
        }
        if text.starts_with("pkcs11:") || text.starts_with("signer:") {
            return Err(KeySourceError::Reserved);
        }
        if let Some(name) = text.strip_prefix("credential:") {
            if name.is_empty() || name.contains('/') || name == "." || name == ".." {
                return Err(KeySourceError::CredentialName);
            }
            return Ok(Self::Credential(name.to_owned()));
        }
        match text.strip_prefix("mounted:") {
            Some("") => Err(KeySourceError::Empty),
            Some(path) => Ok(Self::Mounted(path.into())),
            None => Ok(Self::File(text.into())),
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Credential(name) => write!(f, "credential:{name}"),
            Self::Mounted(path) => write!(f, "mounted:{}", path.display()),
        }
    }
}
