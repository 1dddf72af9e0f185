//! `SubmitStream`: one reply per request, in any order, a bounded number unanswered.

use std::collections::BTreeMap;

use api::{
    Limits,
    pb::{self, submit_stream_reply::Reply},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use types::{Code, Transaction, admission::Refusal};

use crate::{
    fake::{admitted, transfer},
    harness::Harness,
    waiting::kind,
};

type Requests = mpsc::Sender<pb::SubmitStreamRequest>;

async fn open(harness: &Harness) -> (Requests, Streaming<pb::SubmitStreamReply>) {
    let (requests, queue) = mpsc::channel(4096);
    let replies =
        harness.transactions().submit_stream(ReceiverStream::new(queue)).await.unwrap().into_inner();
    (requests, replies)
}

fn request(reference: u64, transaction: &Transaction, wait: bool) -> pb::SubmitStreamRequest {
    let signed_transaction = transaction.bytes().clone();
    pb::SubmitStreamRequest { r#ref: reference, signed_transaction, wait, with_receipt: false }
}

async fn next(replies: &mut Streaming<pb::SubmitStreamReply>) -> (u64, Reply) {
    let reply = replies.message().await.unwrap().unwrap();
    (reply.r#ref, reply.reply.unwrap())
}

#[tokio::test]
async fn replies_carry_their_ref_in_the_order_of_certification() {
    let harness = Harness::start().await;
    let (requests, mut replies) = open(&harness).await;
    let (first, second) = (transfer(1, 2), transfer(2, 2));
    requests.send(request(10, &first, true)).await.unwrap();
    requests.send(request(11, &second, true)).await.unwrap();
    harness.pool.wait_for(2).await;
    harness.certify(&[(second, Code::Committed)]);
    let (reference, Reply::Outcome(outcome)) = next(&mut replies).await else { panic!("no outcome") };
    assert_eq!((reference, kind(&outcome)), (11, "committed"));
    harness.certify(&[(first, Code::UnknownAccount)]);
    let (reference, Reply::Outcome(outcome)) = next(&mut replies).await else { panic!("no outcome") };
    assert_eq!((reference, kind(&outcome)), (10, "failed"));
}

#[tokio::test]
async fn half_closing_drains_and_every_request_has_one_reply() {
    let harness = Harness::start().await;
    harness.pool.judge(|transaction| {
        if transaction.body().salt % 3 == 0 {
            return Err(Refusal::new(Code::Overloaded, "full", Some(*transaction.id())));
        }
        Ok(admitted(transaction))
    });
    let (requests, mut replies) = open(&harness).await;
    let all: Vec<_> = (0..300).map(|salt| transfer(salt, 2)).collect();
    for (reference, transaction) in (0u64..).zip(&all) {
        requests.send(request(reference, transaction, reference % 2 == 0)).await.unwrap();
    }
    drop(requests);
    harness.pool.wait_for(300).await;
    let block: Vec<_> = all.iter().map(|transaction| (transaction.clone(), Code::Committed)).collect();
    let mut counts = BTreeMap::new();
    let mut seen = vec![false; 300];
    // Refusals and admissions need no block; one is certified when those have come.
    for _ in 0..200 {
        let (reference, reply) = next(&mut replies).await;
        assert!(!std::mem::replace(&mut seen[usize::try_from(reference).unwrap()], true));
        *counts.entry(name(&reply)).or_insert(0) += 1;
    }
    harness.certify(&block);
    while let Some(reply) = replies.message().await.unwrap() {
        assert!(!std::mem::replace(&mut seen[usize::try_from(reply.r#ref).unwrap()], true));
        *counts.entry(name(&reply.reply.unwrap())).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("admitted", 100), ("outcome", 100), ("refused", 100)]));
}

#[tokio::test]
async fn repeated_bytes_get_the_outcome_at_once_also_with_receipt() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    harness.certify(&[(transaction.clone(), Code::Committed)]);
    let (requests, mut replies) = open(&harness).await;
    requests
        .send(pb::SubmitStreamRequest { with_receipt: true, ..request(5, &transaction, true) })
        .await
        .unwrap();
    let (5, Reply::Outcome(outcome)) = next(&mut replies).await else { panic!("no outcome") };
    let Some(pb::outcome::Outcome::Committed(executed)) = outcome.outcome else { panic!("not committed") };
    assert_eq!(executed.receipt.unwrap().signed_transaction, transaction.bytes());
    harness.pool.judge(|transaction| Err(Refusal::new(Code::Expired, "late", Some(*transaction.id()))));
    requests.send(request(6, &transaction, true)).await.unwrap();
    assert!(matches!(next(&mut replies).await, (6, Reply::Outcome(_))));
    requests.send(request(7, &transaction, false)).await.unwrap();
    assert!(matches!(next(&mut replies).await, (7, Reply::Admitted(_))));
}

#[tokio::test]
async fn a_stream_stops_reading_at_its_bound() {
    let harness = Harness::with(Limits { stream_unanswered_max: 2, ..Limits::default() }).await;
    let (requests, mut replies) = open(&harness).await;
    let all: Vec<_> = (0..50).map(|salt| transfer(salt, 2)).collect();
    for (reference, transaction) in (0u64..).zip(&all) {
        requests.send(request(reference, transaction, true)).await.unwrap();
    }
    harness.pool.wait_for(2).await;
    // Other calls on the same connection go through, further requests do not.
    for _ in 0..50 {
        harness.nodes().get_version(pb::GetVersionRequest {}).await.unwrap();
    }
    assert_eq!(*harness.pool.submitted.borrow(), 2);
    harness.certify(&[(all[0].clone(), Code::Committed)]);
    assert!(matches!(next(&mut replies).await, (0, Reply::Outcome(_))));
    harness.pool.wait_for(3).await;
}

#[tokio::test]
async fn too_many_waiters_are_refused_before_admission() {
    let harness = Harness::with(Limits { waiters_max: 1, ..Limits::default() }).await;
    let (requests, mut replies) = open(&harness).await;
    requests.send(request(0, &transfer(0, 2), true)).await.unwrap();
    requests.send(request(1, &transfer(1, 2), true)).await.unwrap();
    let (1, Reply::Refused(refused)) = next(&mut replies).await else { panic!("not refused") };
    assert_eq!((refused.code_name.as_str(), refused.retryable), ("overloaded", true));
    assert_eq!(*harness.pool.submitted.borrow(), 1);
    let status =
        harness.transactions().submit_and_wait(crate::waiting::wait(&transfer(2, 2), 10)).await.unwrap_err();
    assert_eq!(crate::harness::reason(&status), "overloaded");
    // The place is free again when the stream has gone.
    drop((requests, replies));
    let freed = async {
        while harness.transactions().submit_and_wait(crate::waiting::wait(&transfer(2, 2), 1)).await.is_err()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), freed).await.unwrap();
}

fn name(reply: &Reply) -> &'static str {
    match reply {
        Reply::Admitted(_) => "admitted",
        Reply::Refused(_) => "refused",
        Reply::Outcome(_) => "outcome",
    }
}
