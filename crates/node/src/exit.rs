//! The exit codes that scripts rely on, and the one shape in which a command fails.

use std::fmt;

/// How a command ends; the numbers are a contract and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Done.
    Done = 0,
    /// The operation failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No endpoint answers, or what became of the transaction is unknown.
    Unreachable = 3,
    /// Permission denied.
    PermissionDenied = 4,
    /// A proof or receipt does not verify.
    ProofInvalid = 5,
    /// `config.toml` is invalid.
    ConfigInvalid = 10,
    /// The genesis or the chain is another one, or approvals are missing.
    GenesisMismatch = 11,
    /// Another process uses the home.
    HomeInUse = 12,
    /// Data on disk is damaged.
    DataDamaged = 13,
    /// The vote log is damaged.
    VoteLogDamaged = 14,
    /// The disk is full.
    NoSpace = 15,
    /// A key file has unsafe permissions or a wrong owner, or is a symbolic link.
    KeyUnsafe = 16,
    /// This node's state diverged from the network's.
    Diverged = 17,
    /// Reading or writing failed.
    Io = 18,
    /// A fault of the program.
    Internal = 19,
    /// Two certificates contradict each other.
    ConflictingCertificates = 20,
    /// Data or active rules are newer than this release.
    TooNew = 21,
    /// `tx`: in a block, without effect.
    TransactionFailed = 30,
    /// `tx`: not admitted.
    TransactionRejected = 31,
    /// `tx`: can no longer be committed.
    TransactionExpired = 32,
    /// `tx`: no outcome yet.
    TransactionPending = 33,
}

/// Why a command does not end with [`ExitCode::Done`]: the code, a word for scripts, a sentence for people
/// that says what was expected, what was found and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The process's exit code.
    pub exit: ExitCode,
    /// A snake_case word.
    pub reason: String,
    /// For people.
    pub message: String,
}

impl ExitCode {
    /// The number the process ends with.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The word for scripts when nothing more precise is known.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::PermissionDenied => "permission_denied",
            Self::ProofInvalid => "proof_invalid",
            Self::ConfigInvalid => "config_invalid",
            Self::GenesisMismatch => "genesis_mismatch",
            Self::HomeInUse => "home_in_use",
            Self::DataDamaged => "data_damaged",
            Self::VoteLogDamaged => "vote_log_damaged",
            Self::NoSpace => "no_space",
            Self::KeyUnsafe => "key_unsafe",
            Self::Diverged => "diverged",
            Self::Io => "io_error",
            Self::Internal => "internal_fault",
            Self::ConflictingCertificates => "conflicting_certificates",
            Self::TooNew => "data_too_new",
            Self::TransactionFailed => "transaction_failed",
            Self::TransactionRejected => "transaction_rejected",
            Self::TransactionExpired => "transaction_expired",
            Self::TransactionPending => "transaction_pending",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number(), self.reason())
    }
}

impl Failure {
    /// A failure with the exit code's own word.
    #[must_use]
    pub fn new(exit: ExitCode, message: impl Into<String>) -> Self {
        Self { exit, reason: exit.reason().to_owned(), message: message.into() }
    }

    /// A failure with a more precise word.
    #[must_use]
    pub fn because(exit: ExitCode, reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { exit, reason: reason.into(), message: message.into() }
    }

    /// The command line asks for something that cannot be.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// Reading or writing `path` failed: a full disk, a lacking permission, or another I/O error.
    #[must_use]
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ExitCode::NoSpace,
            _ => ExitCode::Io,
        };
        Self::new(exit, format!("{doing} {}: {error}", path.display()))
    }
}

impl From<bench::BenchError> for Failure {
    fn from(error: bench::BenchError) -> Self {
        use bench::BenchError as E;
        match &error {
            E::File { doing, path, source } => Self::io(doing, path, source),
            E::Start { log, source } => Self::io("cannot start a node with log", log, source),
            E::NodeDied(_) => Self::because(ExitCode::Failed, "node_died", error.to_string()),
            E::NothingSustained { .. } => {
                Self::because(ExitCode::Failed, "nothing_sustained", error.to_string())
            }
            E::Interrupted => Self::because(ExitCode::Failed, "interrupted", error.to_string()),
            E::NotReady { .. } => Self::new(ExitCode::Unreachable, error.to_string()),
            E::Testnet { .. } | E::Ports { .. } | E::Worker { .. } => {
                Self::new(ExitCode::Failed, error.to_string())
            }
        }
    }
}
