//! What can go wrong with a call.

use std::time::Duration;

use tonic::{Code as RpcCode, Status};
use tonic_types::StatusExt as _;
use types::{Code, TransactionId, crypto::NoRandomness};

use crate::ProofError;

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// A node answered with an error.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// No endpoint answered. Whether a transaction was taken is unknown: send the same bytes again.
    #[error("none of {endpoints} endpoint(s) answered, the last said: {last}")]
    Unreachable {
        /// How many were tried.
        endpoints: usize,
        /// What the last one failed with.
        last: String,
    },
    /// An answer that does not verify.
    #[error("the answer does not verify: {0}")]
    Proof(#[from] ProofError),
    /// A text that is no URL.
    #[error("{found:?} is no endpoint: expected http://HOST:PORT")]
    Endpoint {
        /// The text.
        found: String,
    },
    /// No endpoint was given.
    #[error("no endpoint was given")]
    NoEndpoint,
    /// A stream has ended.
    #[error("the stream has ended")]
    StreamEnded,
    /// The operating system gives no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// A node's typed refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct Refused {
    /// The class of the refusal.
    pub code: ErrorCode,
    /// The snake_case reason that scripts rely on: a code of the registry, or the API's own.
    pub reason: String,
    /// For people.
    pub message: String,
    /// Whether the same bytes may still commit, or the same call may succeed later.
    pub retryable: bool,
    /// When to try again, if the node says so.
    pub retry_after: Option<Duration>,
    /// The transaction, where there is one.
    pub transaction_id: Option<TransactionId>,
    /// Further metadata of the refusal, as `first_kept_height` or `resume_token`.
    pub metadata: Vec<(String, String)>,
}

/// The canonical class of a refusal (gRPC's codes, as far as nodes give them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request can never succeed.
    InvalidArgument,
    /// Not by the present state.
    FailedPrecondition,
    /// Not by these signers or this client.
    PermissionDenied,
    /// The node or the client's quota is full.
    ResourceExhausted,
    /// The node is starting, stopping or behind.
    Unavailable,
    /// There is no such thing.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// Outside of what is kept.
    OutOfRange,
    /// The node does not know the call.
    Unimplemented,
    /// Anything else: a fault of the node.
    Internal,
}

impl ClientError {
    /// Whether trying the same again later may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.retryable,
            Self::Unreachable { .. } | Self::StreamEnded => true,
            Self::Proof(_) | Self::Endpoint { .. } | Self::NoEndpoint | Self::NoRandomness(_) => false,
        }
    }

    /// The registry's code, where the refusal has one.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refused) => refused.reason.parse().ok(),
            Self::Unreachable { .. }
            | Self::StreamEnded
            | Self::Proof(_)
            | Self::Endpoint { .. }
            | Self::NoEndpoint
            | Self::NoRandomness(_) => None,
        }
    }
}

impl Refused {
    /// A value of the refusal's metadata.
    #[must_use]
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl From<&Status> for Refused {
    fn from(status: &Status) -> Self {
        let info = status.get_details_error_info();
        let mut metadata: Vec<(String, String)> =
            info.as_ref().map(|info| info.metadata.clone().into_iter().collect()).unwrap_or_default();
        metadata.sort();
        let find = |name: &str| metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        Self {
            code: ErrorCode::of(status.code()),
            reason: info.map_or_else(|| format!("{:?}", status.code()).to_lowercase(), |info| info.reason),
            message: status.message().to_owned(),
            retryable: find("retryable")
                .map_or(status.code() == RpcCode::Unavailable, |value| value == "true"),
            retry_after: status.get_details_retry_info().and_then(|retry| retry.retry_delay),
            transaction_id: find("transaction_id").and_then(|id| id.parse().ok()),
            metadata,
        }
    }
}

impl ErrorCode {
    fn of(code: RpcCode) -> Self {
        match code {
            RpcCode::InvalidArgument => Self::InvalidArgument,
            RpcCode::FailedPrecondition => Self::FailedPrecondition,
            RpcCode::PermissionDenied | RpcCode::Unauthenticated => Self::PermissionDenied,
            RpcCode::ResourceExhausted => Self::ResourceExhausted,
            RpcCode::Unavailable | RpcCode::DeadlineExceeded | RpcCode::Cancelled | RpcCode::Aborted => {
                Self::Unavailable
            }
            RpcCode::NotFound => Self::NotFound,
            RpcCode::AlreadyExists => Self::AlreadyExists,
            RpcCode::OutOfRange => Self::OutOfRange,
            RpcCode::Unimplemented => Self::Unimplemented,
            RpcCode::Ok | RpcCode::Unknown | RpcCode::Internal | RpcCode::DataLoss => Self::Internal,
        }
    }
}
