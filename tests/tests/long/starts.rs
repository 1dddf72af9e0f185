//! Nodes that start late, and hear not everybody at first.

use std::time::{Duration, Instant};

use e2e::{Cluster, Scenario, scenario::my_turn};

use crate::LINKS;

#[test]
fn n4f1_staggered_start_with_partial_links() {
    let turn = my_turn();
    let mut cluster = Cluster::make(&LINKS);
    // At first only node 0 hears the others: everybody asks for a new view once and finds no quorum.
    for (one, other) in [(1, 2), (1, 3), (2, 3)] {
        cluster.fabric.cut_both(one, other);
    }
    for node in 0..4 {
        cluster.start_node(node);
        cluster.status(node);
        std::thread::sleep(Duration::from_secs(5));
    }
    cluster.fabric.heal();
    let end = Instant::now();
    let mut scenario = Scenario::begin("staggered start, star first, then all links", cluster, 4, turn);
    scenario.heals_after(end);
    scenario.finish();
}
