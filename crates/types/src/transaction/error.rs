//! Why bytes are no transaction.

use crate::{ChainId, Code, operation::OperationError};

/// Bytes that are no transaction of this network. All of these follow from the bytes alone and are final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// Longer than allowed.
    #[error("the transaction has {found} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Its length.
        found: usize,
        /// The chain parameter `max_transaction_bytes`.
        limit: u32,
    },
    /// Not protobuf, or not canonical protobuf.
    #[error(
        "{part} is not canonical protobuf (unknown or repeated fields, defaults written out, wrong order)"
    )]
    NotCanonical {
        /// `transaction` or `body`.
        part: &'static str,
    },
    /// A field has a value that no transaction has.
    #[error("{field} {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// An operation's field.
    #[error("operation {index}: {error}")]
    Operation {
        /// Its place, from 0.
        index: usize,
        /// What is wrong.
        error: OperationError,
    },
    /// Signed for another network.
    #[error("the transaction is for chain {found}, this is {expected}")]
    WrongChain {
        /// This network.
        expected: ChainId,
        /// Its network.
        found: ChainId,
    },
    /// More signatures or operations than allowed.
    #[error("{found} {what}, at most {limit} are allowed")]
    TooMany {
        /// `signatures` or `operations`.
        what: &'static str,
        /// How many.
        found: usize,
        /// The chain parameter.
        limit: u32,
    },
}

impl TransactionError {
    /// The registry's code for it.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::TooLarge { .. } => Code::TooLarge,
            Self::NotCanonical { .. } | Self::Field { .. } | Self::Operation { .. } => Code::Malformed,
            Self::WrongChain { .. } => Code::WrongChain,
            Self::TooMany { .. } => Code::TooMany,
        }
    }
}
