//! `kill -9` under load: the network goes on, the node comes back and votes, nothing acknowledged is lost.

use std::time::Duration;

use client::{Client, Trust};
use e2e::{Cluster, Load, Wallet, until};
use types::TransactionId;

const PATIENCE: Duration = Duration::from_secs(90);

#[test]
fn n4f1_each_node_killed_in_turn_the_primary_included() {
    let mut cluster = Cluster::start(4, &[]);
    let load = Load::start(&cluster, 4, 16);
    for node in 0..4 {
        let before = load.committed();
        cluster.kill(node);
        // The network goes on without it ...
        more_than(&load, before + 50, &cluster);
        cluster.start_node(node);
        // ... and it comes back, catches up and votes.
        let height = cluster.height((node + 1) % 4);
        votes_again(&cluster, node, height);
    }
    let told = load.stop();
    nothing_lost(&cluster, &told);
}

#[test]
fn n4f1_all_killed_at_once_go_on() {
    let mut cluster = Cluster::start(4, &[]);
    let load = Load::start(&cluster, 4, 16);
    for _ in 0..2 {
        more_than(&load, load.committed() + 50, &cluster);
        for node in 0..4 {
            cluster.kill(node);
        }
        for node in 0..4 {
            cluster.start_node(node);
        }
        more_than(&load, load.committed() + 50, &cluster);
    }
    let told = load.stop();
    nothing_lost(&cluster, &told);
}

pub fn more_than(load: &Load, goal: usize, cluster: &Cluster) {
    until(&format!("{goal} transfers committed"), PATIENCE, || {
        let found = load.committed();
        if found >= goal {
            Ok(())
        } else {
            Err(format!("{found} so far\n{}\n{}", cluster.log(0), cluster.log(1)))
        }
    });
}

fn votes_again(cluster: &Cluster, node: usize, height: u64) {
    until(&format!("node {node} back at {height} and voting"), PATIENCE, || {
        let status = cluster.status(node);
        let back = status["height"].as_u64() >= Some(height) && status["voting"] == true;
        if back { Ok(()) } else { Err(format!("{status}\n{}", cluster.log(node))) }
    });
}

/// Every acknowledged transfer is in the chain of every node, once, with equal headers.
pub fn nothing_lost(cluster: &Cluster, told: &[TransactionId]) {
    let wallet = Wallet::open(cluster);
    let top = (0..4).map(|node| cluster.height(node)).max().unwrap();
    cluster.reach(top);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for node in 0..4 {
            let trust = Trust::Genesis(wallet.genesis.clone());
            let client = Client::connect(vec![cluster.endpoint(node)], trust).await.unwrap();
            for id in told {
                let receipt = client
                    .transaction(id)
                    .await
                    .unwrap_or_else(|error| panic!("node {node} lost {id}: {error}"));
                assert!(receipt.value.is_committed());
            }
        }
    });
    let total: u128 = (0..16).map(|account| cluster.balance(account, 3)).sum();
    assert_eq!(total, 16 * 100_000_000_000, "the supply is conserved");
}
