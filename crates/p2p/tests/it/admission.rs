//! Who gets in.

use std::time::Duration;

use bytes::Bytes;
use p2p::{DisconnectReason, PeerConfig, RefusalReason, TrafficClass};
use types::ChainId;

use crate::support::{Node, config, key, peer, until};

/// C1: a key that is not configured is closed before any stream; others go on; it is told by a clear reason.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_refused_while_others_work() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    let mut stranger = Node::start(config(7, vec![peer(1, Some(&one))])).await;
    assert_eq!(stranger.refused().await, (Some(one.key), RefusalReason::ClosedEarly));
    assert_eq!(one.refused().await, (None, RefusalReason::UnknownKey));
    one.p2p.send(&two.key, TrafficClass::Consensus, Bytes::from_static(b"still here")).unwrap();
    assert_eq!(two.frame(&key(1), TrafficClass::Consensus).await, "still here");
    assert!(stranger.p2p.peers()[0].connection.is_none());
    assert_eq!(one.p2p.peers().len(), 1);
    // The key gets its place while the mesh runs.
    one.p2p.update_peers(vec![peer(2, None), peer(7, None)]);
    one.connected(&stranger.key).await;
}

/// C3: same keys, other genesis.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_genesis_is_refused_and_both_sides_know() {
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    let other = config(2, vec![peer(1, Some(&one))]);
    let mut two = Node::start(p2p::P2pConfig { network: ChainId::new([2; 32]), ..other }).await;
    assert_eq!(one.refused().await, (Some(two.key), RefusalReason::OtherNetwork));
    assert_eq!(two.refused().await, (Some(one.key), RefusalReason::OtherNetwork));
    assert_eq!(one.p2p.refusals()[&RefusalReason::OtherNetwork], 1);
    assert!(one.p2p.peers()[0].connection.is_none() && two.p2p.peers()[0].connection.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_network_is_tried_again_after_the_delay() {
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    let mut other = config(2, vec![peer(1, Some(&one))]);
    other.network = ChainId::new([2; 32]);
    other.limits.refused_delay = Duration::from_millis(50);
    let mut two = Node::start(other).await;
    for _ in 0..2 {
        assert_eq!(two.refused().await.1, RefusalReason::OtherNetwork);
        assert_eq!(one.refused().await.1, RefusalReason::OtherNetwork);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_at_the_address_is_not_taken_for_the_peer() {
    let one = Node::start(config(1, vec![peer(2, None)])).await;
    let wrong = PeerConfig { key: key(3), ..peer(1, Some(&one)) };
    let mut two = Node::start(config(2, vec![wrong])).await;
    assert_eq!(two.refused().await, (Some(key(3)), RefusalReason::OtherKey));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_peer_is_disconnected_and_stays_out() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    one.p2p.update_peers(vec![]);
    assert_eq!(one.disconnected(&two.key).await, DisconnectReason::Removed);
    assert_eq!(two.disconnected(&one.key).await, DisconnectReason::RemoteClosed);
    assert_eq!(two.refused().await, (Some(one.key), RefusalReason::ClosedEarly));
    assert_eq!(one.refused().await, (None, RefusalReason::UnknownKey));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_index_or_name_does_not_break_the_connection() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    one.p2p.update_peers(vec![PeerConfig { index: None, name: "renamed".to_owned(), ..peer(2, None) }]);
    until("the new name", || one.p2p.peers()[0].name == "renamed").await;
    assert_eq!(one.p2p.peers()[0].index, None);
    one.p2p.send(&two.key, TrafficClass::Sync, Bytes::from_static(b"same connection")).unwrap();
    assert_eq!(two.frame(&key(1), TrafficClass::Sync).await, "same connection");
    assert!(one.p2p.peers()[0].disconnects.is_empty());
}
