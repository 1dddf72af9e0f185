//! One admitted transaction, and the words for where it stands.

use std::time::Instant;

use types::{
    AccountId, Authority, BatchDigest, CheckedTransaction, Operation, Transaction, TransactionId,
    WitnessHash, admission::ClientId,
};

/// Identity and witness: the same body signed otherwise is another candidate for the same outcome, since
/// one of them may be void.
pub(crate) type Key = (TransactionId, WitnessHash);

/// The key of a transaction.
pub(crate) const fn key_of(transaction: &Transaction) -> Key {
    (*transaction.id(), *transaction.witness())
}

/// The account whose quota a transaction uses: the first operation's source. A validator's key stands for an
/// account of its own.
pub(crate) fn account_of(transaction: &Transaction) -> AccountId {
    match transaction.body().operations.first().map(Operation::authority) {
        Some(Authority::Account(account)) => *account,
        Some(Authority::Validator(key)) => AccountId::new(*key.as_bytes()),
        None => AccountId::default(),
    }
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Waits for a batch, with its ticket.
    Queued(u64),
    /// Taken for a batch that is being packed.
    Batching,
    /// In an own batch.
    Batched(BatchDigest),
    /// In another's certified batch.
    Elsewhere(BatchDigest),
    /// In an ordered batch.
    Ordered,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) transaction: CheckedTransaction,
    pub(super) client: Option<ClientId>,
    pub(super) account: AccountId,
    pub(super) place: Place,
}

/// What is known of a submitted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    No,
    /// It waits here.
    Waiting,
    /// Its batch was ordered; unless it was executed, it is free to be batched again.
    Ordered,
}

/// When the next batch is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing waits.
    Never,
    /// A full batch waits.
    Now,
    /// The oldest has waited since then.
    Since(Instant),
}
