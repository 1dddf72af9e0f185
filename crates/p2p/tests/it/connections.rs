//! Connections come back, and there is exactly one.

use std::time::Duration;

use bytes::Bytes;
use p2p::{DisconnectReason, RefusalReason, TrafficClass};

use crate::support::{Node, config, key, ordered, peer, until, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_restarts_on_its_port_is_connected_again() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    let address = one.address();
    one.stop().await;
    assert_eq!(two.disconnected(&key(1)).await, DisconnectReason::RemoteClosed);
    assert_eq!(two.refused().await, (Some(key(1)), RefusalReason::Unreachable));
    let mut again = config(1, vec![peer(2, None)]);
    again.listen = Some(address);
    let mut one = Node::start(again).await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    two.p2p.send(&one.key, TrafficClass::Batches, Bytes::from_static(b"hello again")).unwrap();
    assert_eq!(one.frame(&key(2), TrafficClass::Batches).await, "hello again");
}

/// A process that died without a word leaves a connection that looks alive; its successor replaces it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_peer_replaces_its_dead_connection() {
    for (dead, alive) in [ordered(1, 2), {
        let (low, high) = ordered(1, 2);
        (high, low)
    }] {
        let mut survivor = Node::start(config(alive, vec![peer(dead, None)])).await;
        let first = Node::start(config(dead, vec![peer(alive, Some(&survivor))])).await;
        survivor.connected(&first.key).await;
        // A second process with the same key stands for the restarted one: the first connection stays open.
        let mut second = Node::start(config(dead, vec![peer(alive, Some(&survivor))])).await;
        second.connected(&survivor.key).await;
        assert_eq!(survivor.disconnected(&key(dead)).await, DisconnectReason::Replaced);
        first.p2p.shutdown();
    }
}

/// Trap 4: both dial at the same moment; one connection remains, the same on both ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simultaneous_dials_converge_to_one_connection() {
    for round in 0..10u8 {
        let mut configs = [config(1, vec![peer(2, None)]), config(2, vec![peer(1, None)])];
        for config in &mut configs {
            config.limits.dial_stagger = Duration::ZERO;
            config.limits.ping_interval = Duration::from_secs(60);
        }
        let [one, two] = configs;
        let (mut one, mut two) = (Node::start(one).await, Node::start(two).await);
        one.p2p.update_peers(vec![peer(2, Some(&two))]);
        two.p2p.update_peers(vec![peer(1, Some(&one))]);
        // On one connection exactly one end sees the port at which the other listens.
        until("one connection", || {
            let dialled = |from: &Node, to: &Node| {
                let connection = from.p2p.peers()[0].connection.clone();
                connection.map(|connection| connection.address.to_string() == to.address())
            };
            match (dialled(&one, &two), dialled(&two, &one)) {
                (Some(first), Some(second)) => first != second,
                _ => false,
            }
        })
        .await;
        let text = Bytes::from(vec![round + 1]);
        one.p2p.send(&two.key, TrafficClass::Consensus, text.clone()).unwrap();
        two.p2p.send(&one.key, TrafficClass::Consensus, text.clone()).unwrap();
        assert_eq!(two.frame(&key(1), TrafficClass::Consensus).await, text);
        assert_eq!(one.frame(&key(2), TrafficClass::Consensus).await, text);
        // The second connection was refused, not used for a moment.
        assert!(one.p2p.peers()[0].disconnects.is_empty() && two.p2p.peers()[0].disconnects.is_empty());
        tokio::join!(one.stop(), two.stop());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_address_is_dialled_at_once() {
    let mut one = Node::start(config(1, vec![peer(2, None)])).await;
    let mut lost = peer(1, Some(&one));
    lost.address = Some("127.0.0.1:1".to_owned());
    let mut settings = config(2, vec![lost]);
    settings.limits.dial_delay_min = Duration::from_secs(3600);
    settings.limits.dial_delay_max = Duration::from_secs(3600);
    let mut two = Node::start(settings).await;
    assert_eq!(two.refused().await, (Some(one.key), RefusalReason::Unreachable));
    two.p2p.update_peers(vec![peer(1, Some(&one))]);
    one.connected(&two.key).await;
    two.connected(&one.key).await;
}

/// A panic in the node's own handler must not leave half a mesh behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_panics_ends_the_mesh_with_an_error() {
    let (mut one, two) = Node::pair().await;
    one.connected(&two.key).await;
    one.p2p.send(&two.key, TrafficClass::Sync, Bytes::from_static(b"panic")).unwrap();
    let ended = within("the end", two.task).await.unwrap();
    assert!(matches!(ended, Err(p2p::P2pError::TaskEnded { .. })), "{ended:?}");
    // Its connections end with it.
    one.disconnected(&key(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_disconnect_it_does_and_comes_back() {
    let (mut one, mut two) = Node::pair().await;
    one.connected(&two.key).await;
    two.connected(&one.key).await;
    one.p2p.disconnect(&two.key);
    assert_eq!(one.disconnected(&two.key).await, DisconnectReason::Asked);
    one.connected(&two.key).await;
    assert_eq!(one.p2p.peers()[0].disconnects[&DisconnectReason::Asked], 1);
}
