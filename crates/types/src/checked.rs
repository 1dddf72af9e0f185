//! Proof in the type that every client signature was verified here: the ledger executes nothing else.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    Batch, BatchRef, ChainId, Code, Parameters, Transaction,
    batch::BatchError,
    crypto::{SignedBytes, verify_batch, verify_each},
    signing::transaction_signing_bytes,
    transaction::TransactionError,
};

/// A transaction whose every signature verifies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CheckedTransaction(Arc<Transaction>);

/// A batch whose every transaction is well-formed and every signature verifies.
#[derive(Debug, Clone)]
pub struct CheckedBatch {
    reference: BatchRef,
    encoded: Bytes,
    transactions: Vec<CheckedTransaction>,
}

/// Why a batch is invalid: a pure function of its bytes, the genesis and the limits of its epoch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBatch {
    /// The batch itself.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// One of its transactions.
    #[error("transaction {index}: {error}")]
    Transaction {
        /// Its place, from 0.
        index: usize,
        /// What is wrong.
        error: TransactionError,
    },
    /// At least one signature is bad.
    #[error("a client signature in the batch does not verify")]
    Signature,
}

impl CheckedTransaction {
    /// Verifies many at once; one answer for each, in order.
    #[must_use]
    pub fn check_each(transactions: Vec<Transaction>) -> Vec<Result<Self, Code>> {
        let messages: Vec<_> = transactions.iter().map(message_of).collect();
        let mut owners = Vec::new();
        let mut items = Vec::new();
        for (place, transaction) in transactions.iter().enumerate() {
            for item in items_of(transaction, &messages[place]) {
                owners.push(place);
                items.push(item);
            }
        }
        let mut good = vec![true; transactions.len()];
        for (owner, verified) in owners.into_iter().zip(verify_each(&items)) {
            good[owner] &= verified;
        }
        let answer = |(transaction, good)| {
            if good { Ok(Self(Arc::new(transaction))) } else { Err(Code::BadSignature) }
        };
        transactions.into_iter().zip(good).map(answer).collect()
    }

    /// The transaction.
    #[must_use]
    pub fn get(&self) -> &Transaction {
        &self.0
    }
}

impl CheckedBatch {
    /// Decodes a batch and verifies all signatures in one go.
    ///
    /// # Errors
    /// [`InvalidBatch`]; invalid here means invalid at every honest validator.
    pub fn check(encoded: Bytes, chain: &ChainId, parameters: &Parameters) -> Result<Self, InvalidBatch> {
        UncheckedBatch::read(encoded, chain, parameters, |_| None)?.verify()
    }

    /// Packs transactions that are verified already: no signature is checked again.
    #[must_use]
    pub fn pack(batch: &Batch, transactions: Vec<CheckedTransaction>) -> Self {
        let encoded: Bytes = batch.encode().into();
        Self { reference: batch.reference_of(&encoded), encoded, transactions }
    }

    /// Identity and declared sizes.
    #[must_use]
    pub const fn reference(&self) -> &BatchRef {
        &self.reference
    }

    /// The canonical bytes.
    #[must_use]
    pub const fn encoded(&self) -> &Bytes {
        &self.encoded
    }

    /// The transactions in order.
    #[must_use]
    pub fn transactions(&self) -> &[CheckedTransaction] {
        &self.transactions
    }
}

/// A well-formed batch whose signatures were not verified yet.
#[derive(Debug)]
pub struct UncheckedBatch {
    reference: BatchRef,
    encoded: Bytes,
    /// Those verified here before, and new ones.
    transactions: Vec<Result<CheckedTransaction, Transaction>>,
}

impl UncheckedBatch {
    /// Decodes a batch. Transactions that `known` returns (by their exact bytes: verified here before) are
    /// not verified again.
    ///
    /// # Errors
    /// [`InvalidBatch`]; invalid here means invalid at every honest validator.
    pub fn read(
        encoded: Bytes,
        chain: &ChainId,
        parameters: &Parameters,
        known: impl Fn(&Transaction) -> Option<CheckedTransaction>,
    ) -> Result<Self, InvalidBatch> {
        let (batch, reference) = Batch::decode(&encoded, parameters.max_batch_bytes)?;
        let mut transactions = Vec::with_capacity(batch.transactions.len());
        for (index, bytes) in batch.transactions.into_iter().enumerate() {
            let transaction = Transaction::decode(bytes, chain, parameters)
                .map_err(|error| InvalidBatch::Transaction { index, error })?;
            let known = known(&transaction).filter(|known| known.get().witness() == transaction.witness());
            transactions.push(known.ok_or(transaction));
        }
        Ok(Self { reference, encoded, transactions })
    }

    /// Identity and declared sizes.
    #[must_use]
    pub const fn reference(&self) -> &BatchRef {
        &self.reference
    }

    /// Signatures to be verified.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.fresh().map(|transaction| transaction.signatures().len()).sum()
    }

    /// Verifies its signatures in one go.
    ///
    /// # Errors
    /// [`InvalidBatch::Signature`].
    pub fn verify(self) -> Result<CheckedBatch, InvalidBatch> {
        if Self::are_good(std::slice::from_ref(&self)) {
            Ok(self.trusted())
        } else {
            Err(InvalidBatch::Signature)
        }
    }

    /// Verifies the signatures of several in one go, which costs less than one batch after the other; only when one
    /// is bad each batch is verified by itself. One answer for each, in order.
    #[must_use]
    pub fn verify_together(batches: Vec<Self>) -> Vec<Result<CheckedBatch, InvalidBatch>> {
        if batches.len() > 1 && Self::are_good(&batches) {
            return batches.into_iter().map(|batch| Ok(batch.trusted())).collect();
        }
        batches.into_iter().map(Self::verify).collect()
    }

    fn fresh(&self) -> impl Iterator<Item = &Transaction> {
        self.transactions.iter().filter_map(|transaction| transaction.as_ref().err())
    }

    fn are_good(batches: &[Self]) -> bool {
        let fresh: Vec<_> = batches.iter().flat_map(Self::fresh).collect();
        let messages: Vec<_> = fresh.iter().map(|transaction| message_of(transaction)).collect();
        let items: Vec<_> = fresh
            .iter()
            .zip(&messages)
            .flat_map(|(transaction, message)| items_of(transaction, message))
            .collect();
        verify_batch(&items).is_ok()
    }

    fn trusted(self) -> CheckedBatch {
        let join = |transaction: Result<_, Transaction>| {
            transaction.unwrap_or_else(|fresh| CheckedTransaction(Arc::new(fresh)))
        };
        let transactions = self.transactions.into_iter().map(join).collect();
        CheckedBatch { reference: self.reference, encoded: self.encoded, transactions }
    }
}

fn message_of(transaction: &Transaction) -> [u8; 79] {
    transaction_signing_bytes(&transaction.body().chain_id, transaction.id())
}

fn items_of<'m>(
    transaction: &'m Transaction,
    message: &'m [u8; 79],
) -> impl Iterator<Item = SignedBytes<'m>> {
    transaction.signatures().iter().map(move |signature| SignedBytes {
        key: signature.public_key,
        signature: signature.signature,
        message,
    })
}
