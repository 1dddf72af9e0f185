//! A configured peer that sends garbage: refused in the handshake, or disconnected with a reason.

use std::time::Duration;

use p2p::{DisconnectReason, P2pConfig, RefusalReason, TrafficClass};

use crate::{
    raw::{Raw, frame, hello, write},
    support::{Node, config, key, ordered, peer},
};

/// A node that knows the raw peer, and the raw peer's seed: it has the lower key, so it decides.
async fn node(change: impl FnOnce(&mut P2pConfig)) -> (Node, u8) {
    let (low, high) = ordered(1, 2);
    let mut settings = config(high, vec![peer(low, None)]);
    settings.limits.penalty = Duration::ZERO;
    change(&mut settings);
    (Node::start(settings).await, low)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_instead_of_a_hello_is_refused() {
    let (mut node, low) = node(|_| {}).await;
    let good = frame(&hello(1, [1; 32]));
    let cases = [
        ([&[0][..], &frame(b"not a hello")].concat(), RefusalReason::Violation),
        ([&[0][..], &u32::MAX.to_le_bytes()].concat(), RefusalReason::Violation),
        (vec![0, 0, 0, 0, 0], RefusalReason::Violation),
        ([&[2][..], &good].concat(), RefusalReason::Violation),
        ([&[0][..], &good, &frame(b"no decision")].concat(), RefusalReason::Violation),
        ([&[0][..], &frame(&hello(2, [1; 32]))].concat(), RefusalReason::OtherProtocol),
        ([&[0][..], &frame(&hello(1, [2; 32]))].concat(), RefusalReason::OtherNetwork),
    ];
    for (bytes, reason) in cases {
        let raw = Raw::dial(low, &node.address()).await;
        let _stream = raw.stream(&bytes).await;
        assert_eq!(node.refused().await, (Some(key(low)), reason), "{bytes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_stays_silent_after_its_key_is_timed_out() {
    let (mut node, low) =
        node(|settings| settings.limits.handshake_timeout = Duration::from_millis(200)).await;
    let raw = Raw::dial(low, &node.address()).await;
    assert_eq!(node.refused().await, (Some(key(low)), RefusalReason::HandshakeTimeout));
    drop(raw);
}

/// C10: streams beyond the protocol's own end the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_streams_ends_the_connection() {
    let (mut node, low) = node(|_| {}).await;
    let (raw, _control, _classes) = Raw::join(low, &node.address()).await;
    node.connected(&key(low)).await;
    let _fifth = raw.stream(&[1]).await;
    assert_eq!(node.disconnected(&key(low)).await, DisconnectReason::TooManyStreams);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_an_established_connection_ends_it_with_a_reason() {
    let (mut node, low) = node(|settings| settings.limits.frame_timeout = Duration::from_millis(100)).await;
    let cases: [(Option<usize>, Vec<u8>, DisconnectReason); 5] = [
        (None, frame(b"what?"), DisconnectReason::MalformedControl),
        (None, 1000u32.to_le_bytes().to_vec(), DisconnectReason::MalformedControl),
        (Some(0), u32::MAX.to_le_bytes().to_vec(), DisconnectReason::FrameSize),
        (Some(2), vec![0; 4], DisconnectReason::FrameSize),
        // C9: a frame that begins and does not end.
        (Some(1), vec![100, 0, 0, 0, 1], DisconnectReason::ReadStalled),
    ];
    for (class, bytes, reason) in cases {
        let (_raw, mut control, mut classes) = Raw::join(low, &node.address()).await;
        node.connected(&key(low)).await;
        let stream = class.map_or(&mut control, |class| &mut classes[class]);
        write(stream, &bytes).await;
        assert_eq!(node.disconnected(&key(low)).await, reason, "{bytes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proper_raw_peer_is_heard_and_pinged_silence_ends_it() {
    let (mut node, low) = node(|settings| settings.limits.silence_max = Duration::from_millis(200)).await;
    let (_raw, _control, mut classes) = Raw::join(low, &node.address()).await;
    let remote = node.connected(&key(low)).await;
    assert_eq!((remote.release.as_str(), remote.instance), ("raw", u64::from_le_bytes([9; 8])));
    write(&mut classes[0], &frame(b"vote")).await;
    assert_eq!(node.frame(&key(low), TrafficClass::Consensus).await, "vote");
    // It never answers a ping.
    assert_eq!(node.disconnected(&key(low)).await, DisconnectReason::Silent);
}
