//! Building a transaction's body.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use types::{
    ChainId, Operation, TimeMs,
    crypto::{NoRandomness, random_bytes},
    transaction::{MEMO_BYTES_MAX, TransactionBody},
};

/// Collects what clients agree on; sign the result with [`TransactionBody::sign`].
#[derive(Debug, Clone)]
pub struct TransactionBuilder {
    chain_id: ChainId,
    valid_until: Option<TimeMs>,
    salt: u64,
    operations: Vec<Operation>,
    memo: String,
}

/// A body that no node would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Nothing to do.
    #[error("a transaction needs at least one operation")]
    NoOperation,
    /// No expiry.
    #[error("a transaction needs an expiry: call valid_until or valid_for")]
    NoExpiry,
    /// Memo too long.
    #[error("the memo has {found} bytes, at most {MEMO_BYTES_MAX} are allowed")]
    MemoTooLong {
        /// Its bytes.
        found: usize,
    },
}

impl TransactionBuilder {
    /// For a network.
    #[must_use]
    pub const fn new(chain_id: ChainId) -> Self {
        Self { chain_id, valid_until: None, salt: 0, operations: Vec::new(), memo: String::new() }
    }

    /// Adds an operation; all apply or none.
    #[must_use]
    pub fn operation(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Sets the free text, at most 256 bytes. Everybody can read it for ever.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// It may stand in blocks up to this time.
    #[must_use]
    pub const fn valid_until(mut self, time: TimeMs) -> Self {
        self.valid_until = Some(time);
        self
    }

    /// As [`TransactionBuilder::valid_until`], a lifetime after `now`.
    #[must_use]
    pub fn valid_for(self, now: SystemTime, lifetime: Duration) -> Self {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_add(lifetime);
        self.valid_until(TimeMs::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Makes equal intentions distinct.
    #[must_use]
    pub const fn salt(mut self, salt: u64) -> Self {
        self.salt = salt;
        self
    }

    /// Draws the salt.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn salt_random(self) -> Result<Self, NoRandomness> {
        let mut salt = [0; 8];
        salt.copy_from_slice(&random_bytes()?[..8]);
        Ok(self.salt(u64::from_le_bytes(salt)))
    }

    /// The body, ready to be signed.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(self) -> Result<TransactionBody, BuildError> {
        if self.operations.is_empty() {
            return Err(BuildError::NoOperation);
        }
        if self.memo.len() > MEMO_BYTES_MAX {
            return Err(BuildError::MemoTooLong { found: self.memo.len() });
        }
        let Self { chain_id, valid_until, salt, operations, memo } = self;
        let valid_until = valid_until.ok_or(BuildError::NoExpiry)?;
        Ok(TransactionBody { chain_id, valid_until, salt, operations, memo })
    }
}
