//! Expired, with its proof; unknown, where history is gone.

use std::{sync::Arc, time::Duration};

use api::{
    Limits,
    pb::{self, outcome::Outcome},
};
use types::{Height, Parameters, TimeMs, Transaction, state::StateKey};

use crate::{
    fake::transfer_until,
    harness::{Harness, START, certify},
    waiting::{kind, wait},
};

async fn outcome(harness: &Harness, transaction: &Transaction) -> pb::Outcome {
    let request = pb::GetOutcomeRequest {
        transaction_id: transaction.id().as_bytes().to_vec().into(),
        valid_until_ms: transaction.body().valid_until.get(),
        omit_receipt: false,
    };
    harness.transactions().get_outcome(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn an_idle_network_is_asked_for_a_block_and_the_expiry_is_proven() {
    let limits = Limits { empty_block_interval: Duration::from_millis(5), ..Limits::default() };
    let harness = Harness::with(limits).await;
    // Past by the clock, alive by block time.
    let transaction = transfer_until(1, 2, START.plus(500));
    let (chain, feed) = (Arc::clone(&harness.chain), harness.feed.clone());
    *harness.node.on_empty_request.lock().unwrap() = Some(Box::new(move || _ = certify(&chain, &feed, &[])));
    let answer =
        harness.transactions().submit_and_wait(wait(&transaction, 60_000)).await.unwrap().into_inner();
    let Some(Outcome::Expired(expired)) = answer.outcome else { panic!("{answer:?}") };
    assert_eq!(expired.valid_until_ms, START.plus(500).get());
    assert_eq!(expired.block.unwrap().certificate.unwrap().height, 1);
    let absence = expired.absence.unwrap();
    assert_eq!(absence.key, StateKey::Seen(transaction.body().valid_until, *transaction.id()).encode());
    assert_eq!(absence.value, None);
    assert!(absence.proof.is_some());
}

#[tokio::test]
async fn empty_blocks_are_asked_for_once_per_interval() {
    let limits = Limits { empty_block_interval: Duration::from_secs(3600), ..Limits::default() };
    let harness = Harness::with(limits).await;
    let transaction = transfer_until(1, 2, START.plus(500));
    for _ in 0..5 {
        assert_eq!(kind(&outcome(&harness, &transaction).await), "pending");
    }
    assert_eq!(*harness.node.empty_requests.borrow(), 1);
    let alive = transfer_until(2, 2, TimeMs::new(u64::MAX / 2));
    assert_eq!(kind(&outcome(&harness, &alive).await), "pending");
    assert_eq!(*harness.node.empty_requests.borrow(), 1);
}

#[tokio::test]
async fn past_the_grace_period_only_a_complete_index_says_expired() {
    let harness = Harness::start().await;
    let transaction = transfer_until(1, 2, START.plus(500));
    let grace = Parameters::default().expiry_grace_ms;
    harness.chain.append(&[], START.plus(500 + grace));
    let Some(Outcome::Expired(expired)) = outcome(&harness, &transaction).await.outcome else {
        panic!("not expired")
    };
    assert!(expired.absence.is_some(), "the last moment that proves it");

    harness.chain.append(&[], START.plus(501 + grace));
    let Some(Outcome::Expired(expired)) = outcome(&harness, &transaction).await.outcome else {
        panic!("not expired")
    };
    assert!(expired.absence.is_none(), "absence would prove nothing any more");

    harness.chain.prune_below(Height::new(2));
    let answer = outcome(&harness, &transaction).await;
    let Some(Outcome::Unknown(unknown)) = answer.outcome else { panic!("{answer:?}") };
    assert_eq!(unknown.first_kept_height, 2);
}

#[tokio::test]
async fn a_remembered_id_that_is_not_in_the_index_is_unknown() {
    let harness = Harness::start().await;
    let transaction = transfer_until(1, 2, START.plus(500));
    harness.chain.put(&StateKey::Seen(transaction.body().valid_until, *transaction.id()), vec![1]);
    harness.certify(&[]);
    assert_eq!(kind(&outcome(&harness, &transaction).await), "unknown");
}
