//! Why the ledger cannot go on, or does not take what it was given.

use std::{
    io,
    path::{Path, PathBuf},
};

use types::{
    BlockHash, ChainId, Epoch, Height, ProposalDigest, certificate::CertificateError, ports::ReadError,
};

/// An error of the ledger. [`LedgerError::InvalidBlock`] and [`LedgerError::NotNext`] concern what was
/// given; after any other the writer must not be used again and the node stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Another process has the database open (exit code 12).
    #[error("{path} is in use by another process: stop it first")]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// Stored bytes cannot be what was written (exit code 13).
    #[error("{path} is damaged ({detail}): restore a backup, or remove the folder and let the node catch up")]
    Damaged {
        /// The file or folder, as far as it is known.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The disk is full (exit code 15).
    #[error("no space left for {path}")]
    NoSpace {
        /// The file or folder.
        path: PathBuf,
    },
    /// Any other failure of the disk or the file system (exit code 18).
    #[error("I/O error at {path}: {detail}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// The directory holds another network's ledger (exit code 11).
    #[error("{path} holds the ledger of chain {found}, the genesis is that of {expected}")]
    OtherGenesis {
        /// The database.
        path: PathBuf,
        /// The chain of the genesis given.
        expected: ChainId,
        /// The chain of the stored ledger.
        found: ChainId,
    },
    /// The genesis describes no network (exit code 11).
    #[error("the genesis cannot start a network: {reason}")]
    Genesis {
        /// The first fault.
        reason: String,
    },
    /// Written by a newer release (exit code 21).
    #[error("{path} has storage format {found}, this release reads up to {supported}: use a newer release")]
    NewerFormat {
        /// The database.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format this release reads.
        supported: u32,
    },
    /// Written by a release whose blocks have another meaning (exit code 21).
    #[error(
        "{path} has storage format {found}, this release reads {supported}: use the release that wrote it"
    )]
    OlderFormat {
        /// The database.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The only format this release reads.
        supported: u32,
    },
    /// Blocks are executed by rules that this release does not know (exit code 21).
    #[error(
        "height {height} is executed by rules {found}, this release knows up to {supported}: use a newer release"
    )]
    NewerRules {
        /// The height that cannot be executed.
        height: Height,
        /// The rules in force there.
        found: u32,
        /// The newest rules this release knows.
        supported: u32,
    },
    /// Our execution and the network's certificate disagree; nothing was written (exit code 17).
    #[error("diverged at height {height}: the network certified {expected}, this node has {found}")]
    Diverged {
        /// The height.
        height: Height,
        /// The certified header's hash.
        expected: BlockHash,
        /// The hash of what was executed here.
        found: BlockHash,
    },
    /// Two certificates for one height; nothing was written (exit code 20).
    #[error("two certificates for height {height}: {kept} and {found}")]
    ConflictingCertificates {
        /// The height.
        height: Height,
        /// The header hash that is certified here already.
        kept: BlockHash,
        /// The other one.
        found: BlockHash,
    },
    /// Blocks are executed in height order only.
    #[error("height {expected} is the next to execute, {found} was given")]
    NotNext {
        /// One above the tip.
        expected: Height,
        /// What was given.
        found: Height,
    },
    /// What was given is no block of this chain; nothing was written.
    #[error("the block at height {height} is refused: {fault}")]
    InvalidBlock {
        /// The height it claims.
        height: Height,
        /// What is wrong with it.
        fault: BlockFault,
    },
}

/// What is wrong with a block that somebody handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockFault {
    /// The certificate proves nothing.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// Header and certificate name different chains, heights or epochs.
    #[error("header and certificate are not of one place: epoch {epoch}, height {height} expected")]
    Place {
        /// The epoch in force.
        epoch: Epoch,
        /// The height given.
        height: Height,
    },
    /// The proposal is not the certified one.
    #[error("the proposal has digest {found}, the header says {expected}")]
    Proposal {
        /// What the header says.
        expected: ProposalDigest,
        /// What was given.
        found: ProposalDigest,
    },
    /// The batches are not those of the proposal.
    #[error("batch {place} is not the one that the proposal names")]
    Batch {
        /// The first wrong or missing place, from 0.
        place: usize,
    },
}

impl LedgerError {
    /// What the operating system says of a file or folder.
    pub(crate) fn of_system(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { path },
            _ => Self::Io { path, detail: error.to_string() },
        }
    }

    /// Stored bytes of a column family that cannot be read.
    pub(crate) fn damaged(column: &'static str, key: &[u8]) -> Self {
        let key: String = key.iter().take(48).map(|byte| format!("{byte:02x}")).collect();
        Self::Damaged { path: PathBuf::from(column), detail: format!("entry {key}") }
    }
}

impl LedgerError {
    /// Completes the path of damage that was found below `root`.
    pub(crate) fn below(self, root: &Path) -> Self {
        match self {
            Self::Damaged { path, detail } => Self::Damaged { path: root.join(path), detail },
            other => other,
        }
    }
}

impl From<LedgerError> for ReadError {
    fn from(error: LedgerError) -> Self {
        tracing::error!(%error, "the ledger cannot be read");
        Self { reason: error.to_string() }
    }
}
