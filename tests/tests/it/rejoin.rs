//! Lost vote memory (`consensus.md`, Durability): a validator without it follows, is readmitted by the others
//! in an epoch of its own making, and votes again, without anybody's help.

use std::time::Duration;

use e2e::{Cluster, Load, hanse, until};

use crate::crashes::{more_than, nothing_lost};

const PATIENCE: Duration = Duration::from_secs(120);
/// Short epochs, so that one is crossed soon.
const SHORT: [&str; 2] = ["window=16", "activation_delay=16"];

#[test]
fn r30_a_validator_whose_vote_log_is_gone_rejoins_by_itself_under_load() {
    let mut cluster = Cluster::start(4, &SHORT);
    let load = Load::start(&cluster, 4, 8);
    more_than(&load, 50, &cluster);
    cluster.kill(2);
    std::fs::remove_dir_all(cluster.path("node2/votes")).unwrap();
    cluster.start_node(2);
    votes(&cluster, 2);
    assert!(cluster.whole_log(2).contains("an epoch begins"), "{}", cluster.log(2));
    more_than(&load, load.committed() + 50, &cluster);
    // One more may be down now: the vote of the readmitted one counts.
    cluster.kill(1);
    more_than(&load, load.committed() + 50, &cluster);
    cluster.start_node(1);
    votes(&cluster, 1);
    let told = load.stop();
    nothing_lost(&cluster, &told);
    ledgers_verify(&mut cluster);
}

#[test]
fn f12_a_wiped_directory_with_the_same_key_catches_up_and_rejoins() {
    let mut cluster = Cluster::start(4, &SHORT);
    for _ in 0..3 {
        assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0);
    }
    cluster.kill(3);
    std::fs::remove_dir_all(cluster.path("node3/votes")).unwrap();
    std::fs::remove_dir_all(cluster.path("node3/data")).unwrap();
    cluster.start_node(3);
    votes(&cluster, 3);
    let answer = cluster.transfer(2, 3, "1", 3);
    assert_eq!(answer.code, 0, "{answer:?}");
    cluster.reach(answer.json["height"].as_u64().unwrap());
}

#[test]
fn f11_a_rolled_back_home_is_found_out_puts_its_log_aside_and_rejoins() {
    let mut cluster = Cluster::start(4, &SHORT);
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0);
    assert_eq!(cluster.terminate(2), 0);
    let (home, copy) = (cluster.path("node2"), cluster.path("node2-old"));
    let copied = std::process::Command::new("cp").args(["-a", &home, &copy]).status().unwrap();
    assert!(copied.success());
    cluster.start_node(2);
    votes(&cluster, 2);
    // It votes on blocks that the copy knows nothing of, then the machine is restored from the copy. Two of
    // the others hold back until it has asked, so that its votes are still above their low.
    let load = Load::start(&cluster, 4, 8);
    more_than(&load, 30, &cluster);
    cluster.kill(0);
    cluster.kill(2);
    std::fs::remove_dir_all(&home).unwrap();
    std::fs::rename(&copy, &home).unwrap();
    cluster.start_node(2);
    cluster.start_node(0);
    votes(&cluster, 2);
    more_than(&load, load.committed() + 30, &cluster);
    let told = load.stop();
    nothing_lost(&cluster, &told);
}

#[test]
fn more_than_f_without_memory_go_on_by_the_operators_word_only() {
    let mut cluster = Cluster::start(4, &SHORT);
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0);
    for node in [1, 2] {
        cluster.kill(node);
        std::fs::remove_dir_all(cluster.path(&format!("node{node}/votes"))).unwrap();
        cluster.start_node(node);
    }
    for node in [1, 2] {
        until("no vote", PATIENCE, || {
            let status = cluster.status(node);
            let reason = status["not_voting_reason"].as_str().unwrap_or_default();
            if status["voting"] == false && reason.contains("Rejoin") {
                Ok(())
            } else {
                Err(status.to_string())
            }
        });
    }
    let home = cluster.path("node1");
    let running = hanse(&["recover", "votes", "--home", &home, "--accept-equivocation-risk"]);
    assert_eq!(running.code, 12, "a running node keeps its home: {running:?}");
    cluster.kill(1);
    let unsure = hanse(&["recover", "votes", "--home", &home]);
    assert_eq!(unsure.code, 2, "{unsure:?}");
    let done = hanse(&["recover", "votes", "--home", &home, "--accept-equivocation-risk"]);
    assert_eq!(done.code, 0, "{done:?}");
    cluster.start_node(1);
    // Three of four vote again: the network goes on and readmits first one, then the other.
    for node in [1, 2] {
        votes(&cluster, node);
    }
    let answer = cluster.transfer(2, 3, "1", 2);
    assert_eq!(answer.code, 0, "{answer:?}");
    ledgers_verify(&mut cluster);
}

/// Votes, and by right: the set names its vote log.
fn votes(cluster: &Cluster, node: usize) {
    until(&format!("node {node} votes"), PATIENCE, || {
        let status = cluster.status(node);
        let whole = status["voting"] == true && status["not_voting_reason"].is_null();
        if whole { Ok(()) } else { Err(format!("{status}\n{}", cluster.log(node))) }
    });
}

fn ledgers_verify(cluster: &mut Cluster) {
    for node in 0..4 {
        assert_eq!(cluster.terminate(node), 0, "{}", cluster.log(node));
        let answer = hanse(&["verify", "ledger", "--home", &cluster.path(&format!("node{node}"))]);
        assert_eq!((answer.code, &answer.json["ok"]), (0, &serde_json::Value::Bool(true)), "{answer:?}");
    }
}
