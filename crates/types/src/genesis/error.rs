//! Why a genesis cannot start a network.

use crate::{account::KeySetError, parameters::ParameterError, validators::ValidatorSetError};

/// Why a genesis cannot start a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// The validators do not form a set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// A parameter is out of range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Something is named twice.
    #[error("{what} {name} stands twice")]
    Repeated {
        /// `member`, `account`, `asset`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something names what is not there.
    #[error("{by} names {what} {name}, which is not in the genesis")]
    Unknown {
        /// Who names it.
        by: String,
        /// `member`, `account`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name with characters or a length that are not allowed.
    #[error("{what} name {name:?}: 1 to 64 characters of a-z 0-9 - _ . are allowed (assets also A-Z)")]
    Name {
        /// `member`, `account`, `asset`, `network`, `validator`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Keys that cannot be registered.
    #[error("account {account}: {error}")]
    Keys {
        /// `member/name`.
        account: String,
        /// What is wrong.
        error: KeySetError,
    },
    /// The holdings of an asset exceed 2^128-1, or an asset has too many decimals.
    #[error("asset {asset}: {rule}")]
    Asset {
        /// Its name.
        asset: String,
        /// What must hold.
        rule: &'static str,
    },
    /// A member has not approved, or its approval is not good.
    #[error("member {member} has not approved this genesis: ask for `hanse genesis approve`")]
    NotApproved {
        /// Its name.
        member: String,
    },
}
