//! Creating key files and refusing unsafe ones.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use types::SecretKey;
use zeroize::Zeroizing;

use super::{KeySource, Passphrase, from_pem, is_encrypted, to_encrypted_pem, to_pem};
use crate::{
    exit::{ExitCode, Failure},
    files::{self, IfExists},
};

/// The largest key or passphrase file that is read, in bytes.
pub const KEY_FILE_BYTES_MAX: u64 = 16 * 1024;

/// Writes a key, encrypted if a passphrase is given: mode 0600, in one step, never over another file. Its
/// directory is made 0700 if it does not exist.
///
/// # Errors
/// [`ExitCode::Failed`] when the file exists; [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn create_key_file(path: &Path, key: &SecretKey, passphrase: Option<&Passphrase>) -> Result<(), Failure> {
    let text = match passphrase {
        Some(passphrase) => to_encrypted_pem(key, passphrase),
        None => to_pem(key),
    };
    let text =
        text.map_err(|error| Failure::new(ExitCode::Failed, format!("{}: {error}", path.display())))?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        files::make_private_directory(parent)?;
    }
    files::write_whole(path, text.as_bytes(), 0o600, IfExists::Refuse)
}

/// Reads a key file that belongs to this user and that nobody else may read; asks for the passphrase of an
/// encrypted one when none is given and there is a terminal.
///
/// # Errors
/// [`ExitCode::KeyUnsafe`] for permissions, owner and symbolic links; [`ExitCode::Io`];
/// [`ExitCode::Failed`] for a file that is no key.
pub fn load_key_file(path: &Path, passphrase: Option<&Passphrase>) -> Result<SecretKey, Failure> {
    decode(&read_secret_file(path)?, path, passphrase)
}

/// Reads a key from where the configuration says; relative paths start at `home`.
///
/// # Errors
/// As [`load_key_file`]; [`ExitCode::ConfigInvalid`] for a credential without `CREDENTIALS_DIRECTORY`.
pub fn load_key(
    source: &KeySource,
    home: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<SecretKey, Failure> {
    match source {
        KeySource::File(path) => {
            check_folder(&home.join(path))?;
            load_key_file(&home.join(path), passphrase)
        }
        KeySource::Mounted(path) => load_mounted(&home.join(path), passphrase),
        KeySource::Credential(name) => match std::env::var_os("CREDENTIALS_DIRECTORY") {
            Some(directory) => load_mounted(&PathBuf::from(directory).join(name), passphrase),
            None => Err(Failure::new(
                ExitCode::ConfigInvalid,
                format!(
                    "credential:{name}: CREDENTIALS_DIRECTORY is not set; start under systemd with LoadCredential={name}:PATH"
                ),
            )),
        },
    }
}

/// Reads a small secret text file under the rules of [`load_key_file`].
pub(super) fn read_secret_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    // O_NOFOLLOW: the check and the reading are of one and the same file, and it is not a link.
    let file = files::open_regular(path, OFlags::NOFOLLOW).map_err(|error| {
        if path.is_symlink() {
            return unsafe_file(path, "is a symbolic link", "copy the file itself there");
        }
        Failure::io("cannot read", path, &error)
    })?;
    let metadata = file.metadata().map_err(|error| Failure::io("cannot read", path, &error))?;
    check_owner(&metadata, path, false)?;
    if metadata.mode() & 0o077 != 0 {
        let found = format!("has mode {:04o}, so others may read or write it", metadata.mode() & 0o7777);
        return Err(unsafe_file(path, &found, &format!("chmod 600 {}", path.display())));
    }
    to_text(files::read_open(file, path, KEY_FILE_BYTES_MAX)?, path)
}

fn load_mounted(path: &Path, passphrase: Option<&Passphrase>) -> Result<SecretKey, Failure> {
    let unreadable = |error: &std::io::Error| Failure::io("cannot read", path, error);
    let mount = path.parent().unwrap_or(Path::new("/")).canonicalize().map_err(|error| unreadable(&error))?;
    let real = path.canonicalize().map_err(|error| unreadable(&error))?;
    if !real.starts_with(&mount) {
        return Err(unsafe_file(path, "is a link that leaves its directory", "mount the file itself"));
    }
    let file = files::open_regular(&real, OFlags::NOFOLLOW).map_err(|error| unreadable(&error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    check_owner(&metadata, path, true)?;
    if metadata.mode() & 0o027 != 0 {
        let found = format!("has mode {:04o}", metadata.mode() & 0o7777);
        return Err(unsafe_file(path, &found, "mount it with mode 0440 or 0400"));
    }
    decode(&to_text(files::read_open(file, path, KEY_FILE_BYTES_MAX)?, path)?, path, passphrase)
}

/// Who may enter or write the folder could swap the key.
fn check_folder(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let metadata = folder.metadata().map_err(|error| Failure::io("cannot read", folder, &error))?;
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let found = format!("lies in a folder with mode {:04o}", metadata.mode() & 0o7777);
    Err(unsafe_file(file, &found, &format!("chmod 700 {}", folder.display())))
}

fn check_owner(metadata: &Metadata, path: &Path, root_allowed: bool) -> Result<(), Failure> {
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() == me || (root_allowed && metadata.uid() == 0) {
        return Ok(());
    }
    let found = format!("belongs to user {}, this process runs as user {me}", metadata.uid());
    Err(unsafe_file(path, &found, &format!("chown {me} {}", path.display())))
}

fn to_text(bytes: Vec<u8>, path: &Path) -> Result<Zeroizing<String>, Failure> {
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Failure::new(ExitCode::Failed, format!("{}: expected a PEM text", path.display()))
    })
}

fn decode(text: &str, path: &Path, passphrase: Option<&Passphrase>) -> Result<SecretKey, Failure> {
    let asked = match passphrase {
        None if is_encrypted(text) => Some(Passphrase::ask(&path.display().to_string(), false)?),
        _ => None,
    };
    from_pem(text, passphrase.or(asked.as_ref())).map_err(|error| {
        Failure::because(ExitCode::Failed, "bad_key_file", format!("{}: {error}", path.display()))
    })
}

fn unsafe_file(path: &Path, found: &str, cure: &str) -> Failure {
    let message =
        format!("key file {} {found}; expected a file that only its owner may read: {cure}", path.display());
    Failure::new(ExitCode::KeyUnsafe, message)
}
