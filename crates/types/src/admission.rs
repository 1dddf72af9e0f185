//! The answers of admission: a transaction is taken, or refused with a code and a reason for people.

use crate::{Code, TimeMs, TransactionId};

/// A node took the transaction; it will end as committed, failed or expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// Its id.
    pub id: TransactionId,
    /// When it expires at the latest.
    pub valid_until: TimeMs,
}

/// A node did not take the transaction and keeps nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {reason}")]
pub struct Refusal {
    /// From the registry.
    pub code: Code,
    /// What was expected, what was found, what to do.
    pub reason: String,
    /// Its id, where the bytes were readable.
    pub id: Option<TransactionId>,
    /// When to try again, for refusals by load, in ms.
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal without hint of time.
    #[must_use]
    pub fn new(code: Code, reason: impl Into<String>, id: Option<TransactionId>) -> Self {
        Self { code, reason: reason.into(), id, retry_after_ms: None }
    }
}

/// Who submits, for quotas: one number per connection or client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);
