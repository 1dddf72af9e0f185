//! Frames: order, classes, broadcast, bounds of queues.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use p2p::{Audience, Broadcast, ClassLimits, PeerConfig, SendError, TrafficClass};

use crate::support::{Event, Node, config, key, peer, until};

fn numbered(number: u32, length: usize) -> Bytes {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(length.max(4), number as u8);
    bytes.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_of_each_class_arrive_whole_and_in_order_both_ways() {
    let (mut one, mut two) = Node::pair().await;
    assert_eq!(one.connected(&two.key).await.release, "test-2");
    assert_eq!(two.connected(&one.key).await.release, "test-1");
    let lengths = [5, 200, 8 * 1024, 8 * 1024 + 1, 100_000, 1_000_000];
    for number in 0..60 {
        let frame = numbered(number, lengths[number as usize % lengths.len()]);
        for class in TrafficClass::ALL {
            one.p2p.send(&two.key, class, frame.clone()).unwrap();
            two.p2p.send(&one.key, class, frame.clone()).unwrap();
        }
    }
    for (node, from) in [(&mut two, key(1)), (&mut one, key(2))] {
        let mut next = [0u32; 3];
        while next != [60; 3] {
            let Event::Frame(sender, class, frame) = node.event().await else { continue };
            assert_eq!(sender, from);
            let next = &mut next[TrafficClass::ALL.iter().position(|c| *c == class).unwrap()];
            assert_eq!(frame, numbered(*next, lengths[*next as usize % lengths.len()]), "{class}");
            *next += 1;
        }
        let traffic = node.p2p.peers()[0].traffic;
        let bytes = 10 * lengths.iter().sum::<usize>() as u64;
        for class in TrafficClass::ALL {
            assert_eq!((traffic.get(class).received_frames, traffic.get(class).received_bytes), (60, bytes));
        }
    }
    let sent = one.p2p.peers()[0].traffic.sync.sent_frames;
    assert_eq!(sent, 60);
    until("a round trip", || one.p2p.peers()[0].connection.as_ref().is_some_and(|c| c.rtt.is_some())).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_reaches_everybody_and_validators_only_where_wanted() {
    let observer = |of: PeerConfig| PeerConfig { index: None, ..of };
    let one = Node::start(config(1, vec![peer(2, None), peer(3, None), observer(peer(4, None))])).await;
    let mut others = Vec::new();
    for seed in 2..=4 {
        others.push(Node::start(config(seed, vec![peer(1, Some(&one))])).await);
    }
    for node in &mut others {
        node.connected(&one.key).await;
    }
    until("three connections", || one.p2p.peers().iter().all(|peer| peer.connection.is_some())).await;
    let first =
        one.p2p.broadcast(Audience::Validators, TrafficClass::Consensus, &Bytes::from_static(b"vote"));
    let second =
        one.p2p.broadcast(Audience::Everybody, TrafficClass::Consensus, &Bytes::from_static(b"certificate"));
    assert_eq!((first.queued, second.queued), (2, 3));
    for (place, node) in others.iter_mut().enumerate() {
        if place < 2 {
            assert_eq!(node.frame(&key(1), TrafficClass::Consensus).await, "vote");
        }
        assert_eq!(node.frame(&key(1), TrafficClass::Consensus).await, "certificate");
    }
    let empty = one.p2p.broadcast(Audience::Everybody, TrafficClass::Sync, &Bytes::new());
    assert_eq!(empty, Broadcast { bad_size: 3, ..Broadcast::default() });
    others.pop().unwrap().stop().await;
    until("two connections", || {
        one.p2p.broadcast(Audience::Everybody, TrafficClass::Sync, &Bytes::from_static(b"x")).not_connected
            == 1
    })
    .await;
}

/// A peer that takes no batches must not hold up votes, and gets its batches later, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_batches_do_not_delay_consensus() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    two.handler.bulk_closed.store(true, Ordering::SeqCst);
    let mut queued = 0;
    // Fill stream window, sockets and queue.
    until("a full queue", || {
        match one.p2p.send(&key(2), TrafficClass::Batches, numbered(queued, 500_000)) {
            Ok(()) => queued += 1,
            Err(error) => {
                assert_eq!(error, SendError::Full);
                return one.p2p.peers()[0].traffic.batches.dropped_full > 3;
            }
        }
        false
    })
    .await;
    for number in 0..1000 {
        one.p2p.send(&two.key, TrafficClass::Consensus, numbered(number, 200)).unwrap();
    }
    for number in 0..1000 {
        assert_eq!(two.frame(&key(1), TrafficClass::Consensus).await, numbered(number, 200));
    }
    assert_eq!(two.p2p.peers()[0].traffic.batches.pauses, 1);
    two.handler.bulk_closed.store(false, Ordering::SeqCst);
    two.p2p.resume();
    for number in 0..queued {
        assert_eq!(two.frame(&key(1), TrafficClass::Batches).await, numbered(number, 500_000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_reported_and_its_bounds_hold() {
    let small = ClassLimits { frame_bytes_max: 1_000_000, queue_frames_max: 4, queue_bytes_max: 2_000_000 };
    let mut limited = config(2, vec![]);
    limited.limits.classes.sync = small;
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    limited.peers = vec![peer(1, Some(&one))];
    let two = Node::start(limited).await;
    one.connected(&two.key).await;
    one.handler.bulk_closed.store(true, Ordering::SeqCst);
    until("a full queue", || match two.p2p.send(&key(1), TrafficClass::Sync, numbered(0, 1_000_000)) {
        Err(SendError::NotConnected) | Ok(()) => false,
        Err(error) => {
            assert_eq!(error, SendError::Full);
            true
        }
    })
    .await;
    assert_eq!(two.p2p.peers()[0].traffic.sync.dropped_full, 1);
    let too_long = two.p2p.send(&one.key, TrafficClass::Sync, numbered(0, 1_000_001));
    assert_eq!(too_long, Err(SendError::Size { found: 1_000_001, limit: 1_000_000 }));
    assert_eq!(two.p2p.send(&key(9), TrafficClass::Sync, numbered(0, 4)), Err(SendError::UnknownPeer));
    two.p2p.send(&one.key, TrafficClass::Batches, numbered(0, 4)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consensus_never_pauses() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.handler.consensus_closed.store(true, Ordering::SeqCst);
    for number in 0..10 {
        one.p2p.send(&two.key, TrafficClass::Consensus, numbered(number, 10)).unwrap();
    }
    until("ten drops", || two.p2p.peers()[0].traffic.consensus.dropped_refused == 10).await;
    two.handler.consensus_closed.store(false, Ordering::SeqCst);
    one.p2p.send(&two.key, TrafficClass::Consensus, numbered(10, 10)).unwrap();
    assert_eq!(two.frame(&key(1), TrafficClass::Consensus).await, numbered(10, 10));
}
