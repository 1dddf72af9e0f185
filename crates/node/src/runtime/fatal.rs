//! Why a running node ends: faults of the crates as [`Failure`]s with the contract's exit codes.

use std::path::Path;

use consensus::Halt;
use ledger::LedgerError;
use mempool::MempoolError;
use types::ports::ReadError;

use crate::exit::{ExitCode, Failure};

use super::{
    space,
    vote_log::{Fault, VoteLogError},
};

impl From<Halt> for Failure {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Diverged { height, ours, certified } => Self::new(
                ExitCode::Diverged,
                format!(
                    "this node diverged at height {height}: it computed header {ours}, a quorum certified {certified}. \
                     Keep the data directory as evidence and rebuild the node's data from its peers"
                ),
            ),
            Halt::ConflictingCertificates { height, what } => Self::new(
                ExitCode::ConflictingCertificates,
                format!(
                    "{what} at height {height}: more than f validators misbehave. Nothing is chosen automatically: \
                     compare the nodes with `hanse query block --height {height}`"
                ),
            ),
        }
    }
}

impl From<VoteLogError> for Failure {
    fn from(error: VoteLogError) -> Self {
        let code = match error.fault() {
            Fault::Damaged => ExitCode::VoteLogDamaged,
            Fault::NoSpace => ExitCode::NoSpace,
            Fault::Io => ExitCode::Io,
            Fault::Misuse => ExitCode::Internal,
        };
        match &error {
            VoteLogError::Io { path, .. } if code == ExitCode::NoSpace => full(&error, path),
            _ => Self::new(code, error.to_string()),
        }
    }
}

/// The disk is full.
fn full(error: &dyn std::error::Error, path: &Path) -> Failure {
    Failure::new(ExitCode::NoSpace, format!("{error}. {}", space::advice(path)))
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let code = match &error {
            LedgerError::InUse { .. } => ExitCode::HomeInUse,
            LedgerError::Damaged { .. } => ExitCode::DataDamaged,
            LedgerError::NoSpace { path } => return full(&error, path),
            LedgerError::Io { .. } => ExitCode::Io,
            LedgerError::OtherGenesis { .. } | LedgerError::Genesis { .. } => ExitCode::GenesisMismatch,
            LedgerError::NewerFormat { .. }
            | LedgerError::OlderFormat { .. }
            | LedgerError::NewerRules { .. } => ExitCode::TooNew,
            LedgerError::Diverged { .. } => ExitCode::Diverged,
            LedgerError::ConflictingCertificates { .. } => ExitCode::ConflictingCertificates,
            LedgerError::NotNext { .. } | LedgerError::InvalidBlock { .. } => ExitCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<MempoolError> for Failure {
    fn from(error: MempoolError) -> Self {
        let code = match &error {
            MempoolError::NoSpace { path, .. } => return full(&error, path),
            MempoolError::Io { .. } => ExitCode::Io,
            MempoolError::Unreadable { .. } => ExitCode::DataDamaged,
            MempoolError::NoRandomness(_)
            | MempoolError::SignerOutsideSet { .. }
            | MempoolError::Spawn { .. }
            | MempoolError::Panicked { .. } => ExitCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(ExitCode::DataDamaged, error.to_string())
    }
}
