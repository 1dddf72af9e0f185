//! `SubmitAndWait` tells the one outcome whenever the block is certified.

use std::{sync::Arc, time::Duration};

use api::pb::{self, outcome::Outcome};
use tonic::Request;
use types::{Code, TimeMs, Transaction, admission::Refusal};

use crate::{
    fake::transfer,
    harness::{Harness, certify},
};

pub fn wait(transaction: &Transaction, wait_ms: u64) -> pb::SubmitAndWaitRequest {
    pb::SubmitAndWaitRequest { signed_transaction: transaction.bytes().clone(), wait_ms, omit_receipt: false }
}

pub fn kind(outcome: &pb::Outcome) -> &'static str {
    match outcome.outcome.as_ref().unwrap() {
        Outcome::Pending(_) => "pending",
        Outcome::Committed(_) => "committed",
        Outcome::Failed(_) => "failed",
        Outcome::Expired(_) => "expired",
        Outcome::Unknown(_) => "unknown",
    }
}

async fn submit(harness: &Harness, transaction: &Transaction) -> pb::Outcome {
    harness.transactions().submit_and_wait(wait(transaction, 20_000)).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_block_certified_before_the_pool_answers_is_seen() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    let (chain, feed, block) = (Arc::clone(&harness.chain), harness.feed.clone(), transaction.clone());
    harness.pool.before_reply(move || _ = certify(&chain, &feed, &[(block, Code::Committed)]));
    let outcome = submit(&harness, &transaction).await;
    let Some(Outcome::Committed(executed)) = &outcome.outcome else { panic!("{outcome:?}") };
    assert_eq!((executed.height, executed.index, executed.code_name.as_str()), (1, 0, "committed"));
    let receipt = executed.receipt.as_ref().unwrap();
    assert_eq!(receipt.signed_transaction, transaction.bytes());
    assert_eq!(receipt.result.as_ref().unwrap().transaction_id, transaction.id().as_bytes().as_slice());
    assert_eq!(receipt.block.as_ref().unwrap().certificate.as_ref().unwrap().signatures.len(), 3);
}

#[tokio::test]
async fn a_block_certified_right_after_the_look_up_is_seen() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    let (chain, feed, block) = (Arc::clone(&harness.chain), harness.feed.clone(), transaction.clone());
    harness.chain.after_miss(move || _ = certify(&chain, &feed, &[(block, Code::Committed)]));
    assert_eq!(kind(&submit(&harness, &transaction).await), "committed");
}

#[tokio::test]
async fn any_interleaving_ends_in_the_outcome() {
    let harness = Arc::new(Harness::start().await);
    for salt in 0..100 {
        let transaction = transfer(salt, 2);
        let (waiting, sent) = (Arc::clone(&harness), transaction.clone());
        let outcome = tokio::spawn(async move { submit(&waiting, &sent).await });
        harness.pool.wait_for(usize::try_from(salt).unwrap() + 1).await;
        harness
            .certify(&[(transfer(1_000 + salt, 2), Code::Committed), (transaction, Code::InsufficientFunds)]);
        let outcome = outcome.await.unwrap();
        let Some(Outcome::Failed(executed)) = outcome.outcome else { panic!("{outcome:?}") };
        assert_eq!((executed.index, executed.code_name.as_str()), (1, "insufficient_funds"));
    }
}

#[tokio::test]
async fn answers_pending_in_time_and_the_receipt_can_be_left_out() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    let outcome = harness.transactions().submit_and_wait(wait(&transaction, 20)).await.unwrap().into_inner();
    let Some(Outcome::Pending(pending)) = outcome.outcome else { panic!("{outcome:?}") };
    assert_eq!(pending.valid_until_ms, transaction.body().valid_until.get());

    // Before the call's own deadline, although asked to wait longer.
    let mut request = Request::new(wait(&transaction, 60_000));
    request.set_timeout(Duration::from_millis(700));
    let outcome = harness.transactions().submit_and_wait(request).await.unwrap().into_inner();
    assert_eq!(kind(&outcome), "pending");

    harness.certify(&[(transaction.clone(), Code::Committed)]);
    let request = pb::SubmitAndWaitRequest { omit_receipt: true, ..wait(&transaction, 0) };
    let outcome = harness.transactions().submit_and_wait(request).await.unwrap().into_inner();
    let Some(Outcome::Committed(executed)) = outcome.outcome else { panic!("{outcome:?}") };
    assert_eq!(executed.receipt, None);
}

#[tokio::test]
async fn a_void_transaction_is_no_outcome() {
    let harness = Arc::new(Harness::start().await);
    let transaction = transfer(1, 2);
    harness.certify(&[(transaction.clone(), Code::Unauthorised)]);
    let outcome = harness.transactions().submit_and_wait(wait(&transaction, 20)).await.unwrap().into_inner();
    assert_eq!(kind(&outcome), "pending");

    let (waiting, sent) = (Arc::clone(&harness), transaction.clone());
    let outcome = tokio::spawn(async move { submit(&waiting, &sent).await });
    harness.pool.wait_for(2).await;
    harness.certify(&[(transaction.clone(), Code::Unauthorised)]);
    harness.certify(&[(transaction, Code::Committed)]);
    assert_eq!(kind(&outcome.await.unwrap()), "committed");
}

#[tokio::test]
async fn executed_bytes_that_are_refused_later_answer_with_the_one_outcome() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    harness.certify(&[(transaction.clone(), Code::InsufficientFunds)]);
    harness.pool.judge(|transaction| Err(Refusal::new(Code::Expired, "too late", Some(*transaction.id()))));
    assert_eq!(kind(&submit(&harness, &transaction).await), "failed");
    let request = pb::SubmitRequest { signed_transaction: transaction.bytes().clone() };
    let response = harness.transactions().submit(request).await.unwrap().into_inner();
    assert_eq!(response.transaction_id, transaction.id().as_bytes().as_slice());
    assert_eq!(TimeMs::new(response.valid_until_ms), transaction.body().valid_until);
    // What was never executed stays refused.
    let status = harness.transactions().submit_and_wait(wait(&transfer(2, 2), 0)).await.unwrap_err();
    assert_eq!(crate::harness::reason(&status), "expired");
}

#[tokio::test]
async fn stopping_answers_those_who_wait() {
    let mut harness = Harness::start().await;
    let (mut client, request) = (harness.transactions(), wait(&transfer(1, 2), 100_000));
    let outcome = tokio::spawn(async move { client.submit_and_wait(request).await });
    harness.pool.wait_for(1).await;
    harness.stop().await;
    assert_eq!(kind(&outcome.await.unwrap().unwrap().into_inner()), "pending");
}
