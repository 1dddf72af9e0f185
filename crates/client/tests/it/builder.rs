//! Building bodies.

use std::time::{Duration, UNIX_EPOCH};

use client::{BuildError, TransactionBuilder};
use types::{AccountId, Amount, AssetId, ChainId, Operation, TimeMs, Transaction};

fn operation() -> Operation {
    let source = AccountId::new([1; 32]);
    Operation::Redeem { source, asset: AssetId::of_name("TEST"), amount: Amount::new(1) }
}

#[test]
fn builds_what_nodes_decode() {
    let chain = ChainId::new([7; 32]);
    let now = UNIX_EPOCH + Duration::from_millis(1_000);
    let builder = TransactionBuilder::new(chain).operation(operation()).memo("hi").salt(3);
    let body = builder.valid_for(now, Duration::from_secs(60)).build().unwrap();
    assert_eq!(body.valid_until, TimeMs::new(61_000));
    let signed = body.clone().sign(&[&crate::fixture::key(1)]);
    assert_eq!(*Transaction::decode_any(signed.bytes().clone()).unwrap().body(), body);
}

#[test]
fn refuses_what_no_node_takes() {
    let builder = || TransactionBuilder::new(ChainId::new([7; 32])).valid_until(TimeMs::new(1));
    assert_eq!(builder().build(), Err(BuildError::NoOperation));
    let long = builder().operation(operation()).memo("x".repeat(257)).build();
    assert_eq!(long, Err(BuildError::MemoTooLong { found: 257 }));
    let endless = TransactionBuilder::new(ChainId::new([7; 32])).operation(operation()).build();
    assert_eq!(endless, Err(BuildError::NoExpiry));
}

#[test]
fn drawn_salts_differ() {
    let draw =
        || TransactionBuilder::new(ChainId::new([7; 32])).operation(operation()).valid_until(TimeMs::new(1));
    let salt = || draw().salt_random().unwrap().build().unwrap().salt;
    assert_ne!(salt(), salt());
}
