//! Why the mempool cannot go on. A peer's or client's bad input is never one of these.

use std::{io, path::PathBuf};

use types::ValidatorIndex;

/// Why the mempool cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum MempoolError {
    /// The disk is full (exit code 15). After space is freed a start resumes without repair.
    #[error("no space left while {action} {path}")]
    NoSpace {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
    },
    /// The batch store's files cannot be read or written (exit code 18).
    #[error("I/O error while {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A segment of the batch store cannot be read any more (exit code 13).
    #[error(
        "the batch segment {path} cannot be read ({source}): move it away and start again, what is still needed is \
         fetched from the other validators"
    )]
    Unreadable {
        /// The segment.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The operating system gives no random bytes for a new segment.
    #[error(transparent)]
    NoRandomness(#[from] types::crypto::NoRandomness),
    /// The signer is not part of the validator set.
    #[error("the signer's index is {found}, but the set has {validators} validators")]
    SignerOutsideSet {
        /// Its index.
        found: ValidatorIndex,
        /// n.
        validators: usize,
    },
    /// A thread could not be started.
    #[error("thread {thread} cannot be started: {source}")]
    Spawn {
        /// Which.
        thread: &'static str,
        /// What the operating system says.
        source: io::Error,
    },
    /// A thread ended by a bug; its message is on standard error.
    #[error("thread {thread} panicked; this is a bug")]
    Panicked {
        /// Which.
        thread: &'static str,
    },
}

impl MempoolError {
    /// Names action and file, and tells a full disk from other faults.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { action, path },
            _ => Self::Io { action, path, source },
        }
    }
}
