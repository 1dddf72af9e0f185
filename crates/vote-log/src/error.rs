//! Why the vote log cannot be used.

use std::{io, path::PathBuf};

/// Why the vote log cannot be used; nothing may be signed.
#[derive(Debug, thiserror::Error)]
pub enum VoteLogError {
    /// What was durable has changed.
    #[error(
        "the vote log {path} is damaged at byte {offset}: {what}. With it this validator could contradict what it \
         signed before. Move the folder {folder} away and start again: the node then follows without voting and \
         rejoins by itself",
        folder = path.parent().unwrap_or(path).display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// A log is there already, and a new home never replaces one.
    #[error("there is a vote log already at {path}")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("the vote log {path} cannot be {action}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A record that no frame can hold: a bug of the caller.
    #[error("a record of {bytes} bytes is too long for the vote log {path}, which takes {bytes_max}")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes of the record.
        bytes: usize,
        /// Bytes that a frame can hold.
        bytes_max: usize,
    },
    /// An earlier error was not obeyed: what is durable is not known any more.
    #[error("the vote log {path} failed before and takes nothing more until it is opened again")]
    Stopped {
        /// The file.
        path: PathBuf,
    },
}

/// The kinds of [`VoteLogError`] that an operator treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The content is wrong.
    Damaged,
    /// There is no space left.
    NoSpace,
    /// Reading or writing failed.
    Io,
    /// The program asks for something that cannot be.
    Misuse,
}

impl VoteLogError {
    /// Which kind it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Damaged { .. } => Fault::Damaged,
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::NoSpace,
                _ => Fault::Io,
            },
            Self::Exists { .. } | Self::TooLong { .. } | Self::Stopped { .. } => Fault::Misuse,
        }
    }
}
