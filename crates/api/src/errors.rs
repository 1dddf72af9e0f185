//! Every error status of the services: canonical gRPC code, `google.rpc.ErrorInfo`, `google.rpc.RetryInfo`.
//! The one table from our codes to gRPC's is [`rpc_code`].

use std::{collections::HashMap, time::Duration};

use tonic::{Code as RpcCode, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use types::{Code, admission::Refusal, ports::ReadError};

/// `ErrorInfo.domain` of every error.
pub const DOMAIN: &str = "hanse.v1";

/// Longest text of a refusal that is passed on, in bytes; it may quote what a client sent.
const MESSAGE_BYTES_MAX: usize = 1024;

/// The API's own reasons, beside the registry's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A field of the request has a wrong length or value.
    BadRequest,
    /// There is no such block or transaction here.
    NotFound,
    /// History was pruned: metadata `first_kept_height`.
    BelowRetention,
    /// A subscriber did not read: metadata `resume_token`.
    SlowReader,
    /// Too many subscriptions at this node.
    TooManySubscriptions,
    /// The node's store cannot be read.
    ReadFailed,
    /// The node is stopping.
    Stopping,
    /// The pool did not answer in time; whether the transaction was taken is unknown.
    NoAnswer,
}

impl Reason {
    /// The snake_case name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::NotFound => "not_found",
            Self::BelowRetention => "below_retention",
            Self::SlowReader => "slow_reader",
            Self::TooManySubscriptions => "too_many_subscriptions",
            Self::ReadFailed => "read_failed",
            Self::Stopping => "stopping",
            Self::NoAnswer => "no_answer",
        }
    }

    const fn rpc_code(self) -> RpcCode {
        match self {
            Self::BadRequest => RpcCode::InvalidArgument,
            Self::NotFound => RpcCode::NotFound,
            Self::BelowRetention => RpcCode::OutOfRange,
            Self::SlowReader | Self::TooManySubscriptions => RpcCode::ResourceExhausted,
            Self::ReadFailed => RpcCode::Internal,
            Self::Stopping | Self::NoAnswer => RpcCode::Unavailable,
        }
    }

    const fn is_retryable(self) -> bool {
        match self {
            Self::BadRequest | Self::NotFound | Self::BelowRetention => false,
            Self::SlowReader
            | Self::TooManySubscriptions
            | Self::ReadFailed
            | Self::Stopping
            | Self::NoAnswer => true,
        }
    }

    pub(crate) fn status(self, message: impl Into<String>) -> Status {
        self.status_with(message, &[])
    }

    pub(crate) fn status_with(self, message: impl Into<String>, metadata: &[(&str, String)]) -> Status {
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        build(self.rpc_code(), self.name(), message.into(), self.is_retryable(), metadata, None)
    }
}

/// The class in which gRPC's clients put a code.
pub(crate) const fn rpc_code(code: Code) -> RpcCode {
    match code {
        Code::Malformed
        | Code::WrongChain
        | Code::BadSignature
        | Code::TooLarge
        | Code::LifetimeTooLong
        | Code::TooMany
        | Code::InvalidKeys
        | Code::InvalidName
        | Code::InvalidArgument
        | Code::ZeroAmount => RpcCode::InvalidArgument,
        Code::QuotaExceeded | Code::Overloaded | Code::TooManyLongLived => RpcCode::ResourceExhausted,
        Code::Unavailable => RpcCode::Unavailable,
        Code::Unauthorised
        | Code::AccountSuspended
        | Code::AccountFrozen
        | Code::NotPermitted
        | Code::HolderNotAllowed => RpcCode::PermissionDenied,
        Code::UnknownAccount
        | Code::UnknownMember
        | Code::UnknownAsset
        | Code::UnknownLock
        | Code::UnknownValidator => RpcCode::NotFound,
        Code::AlreadyExists | Code::VoteLogInUse => RpcCode::AlreadyExists,
        Code::Expired
        | Code::InsufficientFunds
        | Code::AmountOverflow
        | Code::LockTime
        | Code::WrongPreimage
        | Code::NotYetValid
        | Code::ChangePending
        | Code::RejoinTooSoon => RpcCode::FailedPrecondition,
        // No refusal has this code.
        Code::Committed => RpcCode::Internal,
    }
}

/// A refusal of the pool as a status.
pub(crate) fn refusal(refusal: &Refusal) -> Status {
    let mut metadata = HashMap::new();
    if let Some(id) = refusal.id {
        metadata.insert("transaction_id".to_owned(), id.to_string());
    }
    let retry = retry_after(refusal);
    let message = printable(&refusal.reason);
    build(rpc_code(refusal.code), refusal.code.name(), message, refusal.code.is_retryable(), metadata, retry)
}

/// Text without control bytes and of bounded length: it may quote what a client sent.
pub(crate) fn printable(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut bytes = 0;
    clean
        .take_while(|c| {
            bytes += c.len_utf8();
            bytes <= MESSAGE_BYTES_MAX
        })
        .collect()
}

/// When trying again makes sense: what the pool says, or a second where the node is loaded.
pub(crate) fn retry_after(refusal: &Refusal) -> Option<Duration> {
    let default = match rpc_code(refusal.code) {
        RpcCode::ResourceExhausted | RpcCode::Unavailable => Some(Duration::from_secs(1)),
        _ => None,
    };
    refusal.retry_after_ms.map(Duration::from_millis).or(default)
}

impl From<ReadError> for Reason {
    fn from(_: ReadError) -> Self {
        Self::ReadFailed
    }
}

fn build(
    code: RpcCode,
    reason: &str,
    message: String,
    retryable: bool,
    mut metadata: HashMap<String, String>,
    retry: Option<Duration>,
) -> Status {
    metadata.insert("retryable".to_owned(), retryable.to_string());
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, metadata);
    if let Some(delay) = retry {
        details.set_retry_info(Some(delay));
    }
    Status::with_error_details(code, message, details)
}
