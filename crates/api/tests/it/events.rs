//! Subscriptions: gapless, ordered, resumable, never buffered without bound.

use std::time::Duration;

use api::{
    Limits,
    pb::{self, subscribe_reply::Message, subscribe_request::Start},
};
use bytes::Bytes;
use tonic::{Code as Rpc, Status, Streaming};
use types::{AccountId, Code, Height};

use crate::{
    fake::transfer,
    harness::{Harness, metadata, reason},
};

type Replies = Streaming<pb::SubscribeReply>;

async fn subscribe(
    harness: &Harness,
    filter: Option<pb::EventFilter>,
    start: Option<Start>,
) -> Result<Replies, Status> {
    let request = pb::SubscribeRequest { filter, start, omit_bodies: false };
    harness.events().subscribe(request).await.map(tonic::Response::into_inner)
}

/// The next event's place and token; progress is skipped.
async fn next(replies: &mut Replies) -> ((u64, u32), Bytes) {
    loop {
        match replies.message().await.unwrap().unwrap().message.unwrap() {
            Message::Event(event) => return ((event.height, event.index), event.resume_token),
            Message::Progress(_) => {}
        }
    }
}

async fn progress(replies: &mut Replies) -> (u64, Bytes) {
    match replies.message().await.unwrap().unwrap().message.unwrap() {
        Message::Event(event) => panic!("{event:?}"),
        Message::Progress(progress) => (progress.height, progress.resume_token),
    }
}

fn accounts(list: &[u8]) -> pb::EventFilter {
    let accounts =
        list.iter().map(|byte| Bytes::copy_from_slice(AccountId::new([*byte; 32]).as_bytes())).collect();
    pb::EventFilter { accounts, ..pb::EventFilter::default() }
}

/// Three transactions to account 2, 3, 4.
fn block(harness: &Harness, salt: u64) -> Height {
    let transactions = [2, 3, 4].map(|to| (transfer(salt * 10 + u64::from(to), to), Code::Committed));
    harness.certify(&transactions)
}

#[tokio::test]
async fn history_then_feed_without_gap_across_reconnects() {
    let harness = Harness::start().await;
    (0..5).for_each(|salt| _ = block(&harness, salt));
    let expected: Vec<_> =
        (1..=10u64).flat_map(|height| (0..3u32).map(move |index| (height, index))).collect();
    let mut replies = subscribe(&harness, None, Some(Start::FromHeight(0))).await.unwrap();
    let mut seen = Vec::new();
    let mut salt = 5;
    while seen.len() < expected.len() {
        let (place, token) = next(&mut replies).await;
        seen.push(place);
        // New blocks come while the old ones are read, and the connection breaks in the middle of blocks.
        if salt < 10 {
            block(&harness, salt);
            salt += 1;
        }
        if seen.len() % 4 == 0 {
            replies = subscribe(&harness, None, Some(Start::ResumeToken(token))).await.unwrap();
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_idle_subscriber_knows_where_it_is_and_hears_of_progress() {
    let harness =
        Harness::with(Limits { progress_interval: Duration::from_millis(10), ..Limits::default() }).await;
    block(&harness, 0);
    let mut replies = subscribe(&harness, None, None).await.unwrap();
    let (height, token) = progress(&mut replies).await;
    assert_eq!(height, 1);
    assert_eq!(progress(&mut replies).await.0, 1, "again after the interval");
    drop(replies);
    // What came while it was away is not lost.
    block(&harness, 1);
    let mut replies = subscribe(&harness, None, Some(Start::ResumeToken(token))).await.unwrap();
    assert_eq!(next(&mut replies).await.0, (2, 0));
}

#[tokio::test]
async fn a_filter_selects_and_blocks_without_match_are_told_as_progress() {
    let harness = Harness::start().await;
    let filter = pb::EventFilter { operations: vec!["asset.transfer".to_owned()], ..accounts(&[3]) };
    let mut replies = subscribe(&harness, Some(filter), Some(Start::FromHeight(1))).await.unwrap();
    assert_eq!(progress(&mut replies).await.0, 0);
    block(&harness, 0);
    assert_eq!(next(&mut replies).await.0, (1, 1));
    harness.certify(&[(transfer(99, 9), Code::Committed)]);
    assert_eq!(progress(&mut replies).await.0, 2);
    let none = pb::EventFilter { operations: vec!["asset.issue".to_owned()], ..accounts(&[3]) };
    let mut replies = subscribe(&harness, Some(none), Some(Start::FromHeight(1))).await.unwrap();
    assert_eq!(progress(&mut replies).await.0, 0);
    assert_eq!(progress(&mut replies).await.0, 2);
}

#[tokio::test]
async fn tokens_belong_to_their_filter_on_any_node() {
    let (harness, other) = (Harness::start().await, Harness::start().await);
    for harness in [&harness, &other] {
        block(harness, 0);
        block(harness, 1);
    }
    let mut replies = subscribe(&harness, Some(accounts(&[2, 4])), Some(Start::FromHeight(1))).await.unwrap();
    let (place, token) = next(&mut replies).await;
    assert_eq!(place, (1, 0));
    let resumed = Some(Start::ResumeToken(token.clone()));
    // The same filter, written differently, at another node.
    let mut replies = subscribe(&other, Some(accounts(&[4, 2, 2])), resumed.clone()).await.unwrap();
    assert_eq!(next(&mut replies).await.0, (1, 2));
    let refused = subscribe(&other, Some(accounts(&[2])), resumed).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Rpc::InvalidArgument, "bad_request"));
    let short = Some(Start::ResumeToken(token.slice(1..)));
    assert_eq!(
        subscribe(&other, Some(accounts(&[2, 4])), short).await.unwrap_err().code(),
        Rpc::InvalidArgument
    );
}

#[tokio::test]
async fn pruned_history_is_out_of_range() {
    let harness = Harness::start().await;
    (0..4).for_each(|salt| _ = block(&harness, salt));
    harness.chain.prune_below(Height::new(3));
    let status = subscribe(&harness, None, Some(Start::FromHeight(2))).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Rpc::OutOfRange, "below_retention"));
    assert_eq!(metadata(&status, "first_kept_height").unwrap(), "3");
    let mut replies = subscribe(&harness, None, Some(Start::FromHeight(3))).await.unwrap();
    assert_eq!(next(&mut replies).await.0, (3, 0));
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_and_can_resume() {
    let limits =
        Limits { subscriber_events_max: 4, slow_reader_max: Duration::from_millis(20), ..Limits::default() };
    let harness = Harness::with(limits).await;
    // More bytes than the connection's windows and buffers take.
    for height in 0..40 {
        let transactions: Vec<_> =
            (0..50).map(|n| (transfer(height * 100 + n, 2), Code::Committed)).collect();
        harness.certify(&transactions);
    }
    let mut replies = subscribe(&harness, None, Some(Start::FromHeight(1))).await.unwrap();
    let cut = async {
        while harness.api.counters().slow_readers_cut == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), cut).await.unwrap();
    let mut last = None;
    let mut count = 0;
    let status = loop {
        match replies.message().await {
            Ok(reply) => {
                if let Some(Message::Event(event)) = reply.unwrap().message {
                    last = Some(event.resume_token);
                    count += 1;
                }
            }
            Err(status) => break status,
        }
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Rpc::ResourceExhausted, "slow_reader"));
    assert!(metadata(&status, "resume_token").is_some());
    assert!(count < 2_000, "it was cut before the end");
    let mut replies = subscribe(&harness, None, last.map(Start::ResumeToken)).await.unwrap();
    for place in count..2_000u64 {
        let expected = (place / 50 + 1, u32::try_from(place % 50).unwrap());
        assert_eq!(next(&mut replies).await.0, expected);
    }
}

#[tokio::test]
async fn subscriptions_are_bounded_and_their_places_come_back() {
    let harness = Harness::with(Limits { subscriptions_max: 1, ..Limits::default() }).await;
    let first = subscribe(&harness, None, None).await.unwrap();
    let status = subscribe(&harness, None, None).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Rpc::ResourceExhausted, "too_many_subscriptions"));
    drop(first);
    let freed = async {
        while subscribe(&harness, None, None).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), freed).await.unwrap();
}

#[tokio::test]
async fn stopping_ends_subscriptions_with_advice() {
    let mut harness = Harness::start().await;
    let mut replies = subscribe(&harness, None, None).await.unwrap();
    progress(&mut replies).await;
    harness.stop().await;
    let status = replies.message().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Rpc::Unavailable, "stopping"));
}
