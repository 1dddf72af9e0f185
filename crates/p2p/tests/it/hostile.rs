//! Peers and strangers that do not keep to the protocol (threats C6, C7, C9, C10).

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use p2p::{ClassLimits, DisconnectReason, RefusalReason, TrafficClass};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::support::{Event, Node, config, key, peer};

/// C7: a length above the limit closes the connection; the peer is shut out shortly and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oversize_frame_closes_the_connection() {
    let mut narrow = config(1, vec![peer(2, None)]);
    narrow.limits.classes.batches =
        ClassLimits { frame_bytes_max: 1000, queue_frames_max: 10, queue_bytes_max: 10_000 };
    let mut one = Node::start(narrow).await;
    let mut two = Node::start(config(2, vec![peer(1, Some(&one))])).await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    two.p2p.send(&one.key, TrafficClass::Batches, Bytes::from(vec![1; 1000])).unwrap();
    assert_eq!(one.frame(&key(2), TrafficClass::Batches).await.len(), 1000);
    two.p2p.send(&one.key, TrafficClass::Batches, Bytes::from(vec![1; 1001])).unwrap();
    assert_eq!(one.disconnected(&two.key).await, DisconnectReason::FrameSize);
    assert_eq!(one.p2p.peers()[0].disconnects[&DisconnectReason::FrameSize], 1);
    one.connected(&two.key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_frame_costs_a_penalty() {
    let mut strict = config(1, vec![peer(2, None)]);
    strict.limits.penalty = Duration::from_secs(3600);
    let mut one = Node::start(strict).await;
    let mut two = Node::start(config(2, vec![peer(1, Some(&one))])).await;
    two.connected(&one.key).await;
    two.p2p.send(&one.key, TrafficClass::Consensus, Bytes::from_static(b"malformed")).unwrap();
    assert_eq!(one.disconnected(&two.key).await, DisconnectReason::MalformedFrame);
    two.disconnected(&one.key).await;
    assert_eq!(one.refused().await, (Some(two.key), RefusalReason::Penalty));
}

/// A peer that stops reading is disconnected, not buffered for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_read_is_disconnected() {
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    let mut hasty = config(2, vec![peer(1, Some(&one))]);
    hasty.limits.frame_timeout = Duration::from_millis(100);
    hasty.limits.bytes_per_second_min = u32::MAX;
    let mut two = Node::start(hasty).await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    one.handler.bulk_closed.store(true, Ordering::SeqCst);
    while two.p2p.send(&one.key, TrafficClass::Batches, Bytes::from(vec![1; 1_000_000])).is_ok() {}
    assert_eq!(two.disconnected(&one.key).await, DisconnectReason::WriteStalled);
    let lost = two.p2p.peers()[0].traffic.batches.dropped_disconnected;
    assert!(lost > 0, "what was queued is counted as lost");
    // The reader that waited for its handler is ended too, and the frame it held is not delivered later.
    one.disconnected(&two.key).await;
    one.handler.bulk_closed.store(false, Ordering::SeqCst);
    loop {
        match one.event().await {
            Event::Connected(..) => break,
            Event::Frame(..) => panic!("a frame of a connection that ended"),
            Event::Disconnected(..) | Event::Refused(..) => {}
        }
    }
}

/// C9: connections that say nothing are bounded in number and time; a validator still gets in afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_are_capped_and_timed_out() {
    let mut small = config(1, vec![peer(2, None)]);
    small.limits.pending_max = 3;
    small.limits.handshake_timeout = Duration::from_millis(300);
    let mut one = Node::start(small).await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(TcpStream::connect(one.address()).await.unwrap());
    }
    let mut reasons = Vec::new();
    for _ in 0..5 {
        let (who, reason) = one.refused().await;
        assert_eq!(who, None);
        reasons.push(reason);
    }
    reasons.sort();
    let expected =
        [vec![RefusalReason::HandshakeTimeout; 3], vec![RefusalReason::TooManyPending; 2]].concat();
    assert_eq!(reasons, expected);
    let two = Node::start(config(2, vec![peer(1, Some(&one))])).await;
    one.connected(&two.key).await;
    drop(sockets);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_handshake_are_refused() {
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    for garbage in [&b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"[..], &[0xff; 70_000], &[0, 0, 0, 0]] {
        let mut socket = TcpStream::connect(one.address()).await.unwrap();
        let _ = socket.write_all(garbage).await;
        let _ = socket.shutdown().await;
        assert_eq!(one.refused().await, (None, RefusalReason::HandshakeFailed));
    }
}
