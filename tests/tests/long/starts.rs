//! Nodes that start late, and hear not everybody at first.

use std::time::Instant;

use e2e::{Cluster, Scenario, cluster::PATIENCE, scenario::my_turn, until};

use crate::LINKS;

#[test]
fn n4f1_staggered_start_with_partial_links() {
    let turn = my_turn();
    let mut cluster = Cluster::make(&LINKS);
    // At first only node 0 hears the others: it alone learns from a quorum that it may vote.
    for (one, other) in [(1, 2), (1, 3), (2, 3)] {
        cluster.fabric.cut_both(one, other);
    }
    for node in 0..4 {
        cluster.start_node(node);
        hears(&cluster, node, if node == 0 { &[] } else { &["node0"] });
    }
    hears(&cluster, 0, &["node1", "node2", "node3"]);
    until("node 0 votes", PATIENCE, || match cluster.status(0) {
        status if status["voting"] == true => Ok(()),
        status => Err(format!("{status}\n{}", cluster.logs())),
    });
    for node in 1..4 {
        let status = cluster.status(node);
        assert_eq!(status["voting"], false, "node {node} hears one other: {status}");
    }
    cluster.fabric.heal();
    let end = Instant::now();
    let mut scenario = Scenario::begin("staggered start, star first, then all links", cluster, 4, turn);
    scenario.heals_after(end);
    scenario.finish();
}

/// Waits until just these are connected.
fn hears(cluster: &Cluster, node: usize, names: &[&str]) {
    until(&format!("node {node} hears {names:?}"), PATIENCE, || {
        let status = cluster.status(node);
        let peers = status["peers"].as_array().cloned().unwrap_or_default();
        let connected = peers.iter().filter(|peer| peer["connected"] == true);
        let mut heard: Vec<_> = connected.filter_map(|peer| peer["id"].as_str()).collect();
        heard.sort_unstable();
        if heard == names { Ok(()) } else { Err(format!("{status}\n{}", cluster.logs())) }
    });
}
