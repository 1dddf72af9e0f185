//! Signed transfers and batches of them.

use bytes::Bytes;
use types::{
    AccountId, Amount, AssetId, Batch, BatchSequence, ChainId, Epoch, Operation, SecretKey, TimeMs,
    Transaction, ValidatorIndex, hash::sha256, transaction::TransactionBody,
};

/// A key by its number.
#[must_use]
pub fn key(number: u64) -> SecretKey {
    SecretKey::from_seed(&sha256("bench.key", &[&number.to_le_bytes()]))
}

/// The network.
#[must_use]
pub fn chain() -> ChainId {
    ChainId::new([7; 32])
}

/// A transfer by one of 16 accounts, one signature.
#[must_use]
pub fn transfer(salt: u64) -> Transaction {
    let account = |number: u64| AccountId::new(sha256("bench.account", &[&number.to_le_bytes()]));
    let operation = Operation::Transfer {
        source: account(salt % 16),
        asset: AssetId::of_name("TEST"),
        to: account((salt + 1) % 16),
        amount: Amount::new(1250),
    };
    let valid_until = TimeMs::new(1_767_225_660_000);
    let body = TransactionBody {
        chain_id: chain(),
        valid_until,
        salt,
        operations: vec![operation],
        memo: String::new(),
    };
    body.sign(&[&key(salt % 16)])
}

/// A batch of so many of them.
#[must_use]
pub fn batch(transactions: u64) -> Batch {
    let transactions: Vec<Bytes> = (0..transactions).map(|salt| transfer(salt).bytes().clone()).collect();
    Batch {
        author: ValidatorIndex::new(0),
        sequence: BatchSequence::new(1),
        epoch: Epoch::ZERO,
        expires: TimeMs::new(1_767_225_660_000),
        transactions,
    }
}
