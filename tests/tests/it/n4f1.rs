//! Four validators as real processes.

use e2e::{Cluster, hanse};

const FUNDS: u128 = 100_000_000_000;

#[test]
fn a_transfer_commits_is_proved_and_survives_a_restart() {
    let mut cluster = Cluster::start(4, &[]);
    let answer = cluster.transfer(2, 3, "12.50", 0);
    assert_eq!((answer.code, answer.json["outcome"].as_str()), (0, Some("committed")), "{answer:?}");
    let height = answer.json["height"].as_u64().unwrap();
    cluster.reach(height);
    for node in 0..4 {
        assert_eq!(cluster.balance(2, node), FUNDS - 1250, "node {node}");
        assert_eq!(cluster.balance(3, node), FUNDS + 1250, "node {node}");
    }
    let roots: Vec<_> = (0..4).map(|node| block(&cluster, node, height)).collect();
    assert!(roots.iter().all(|root| *root == roots[0]), "{roots:?}");
    for node in 0..4 {
        assert_eq!(cluster.terminate(node), 0, "SIGTERM ends cleanly: {}", cluster.log(node));
        let verified = hanse(&["verify", "ledger", "--home", &cluster.path(&format!("node{node}"))]);
        assert_eq!((verified.code, verified.json["ok"].as_bool()), (0, Some(true)), "{verified:?}");
    }
    for node in 0..4 {
        cluster.start_node(node);
    }
    cluster.reach(height);
    let again = cluster.transfer(2, 3, "0.01", 1);
    assert_eq!(again.code, 0, "{again:?}\n{}", cluster.log(1));
}

fn block(cluster: &Cluster, node: usize, height: u64) -> (String, String) {
    let height = height.to_string();
    let answer = hanse(&["query", "block", "--height", &height, "--endpoint", &cluster.endpoint(node)]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let text = |key: &str| answer.json[key].as_str().unwrap_or_default().to_owned();
    (text("header_hash"), text("state_root"))
}

#[test]
fn an_observer_that_comes_late_follows_and_proves() {
    let mut cluster = Cluster::start_with_observer(4);
    let first = cluster.transfer(2, 3, "1", 0);
    assert_eq!(first.code, 0, "{first:?}");
    cluster.start_node(4);
    cluster.reach(first.json["height"].as_u64().unwrap());
    let status = cluster.status(4);
    assert_eq!(
        (status["role"].as_str(), status["voting"].as_bool()),
        (Some("observer"), Some(false)),
        "{status}"
    );
    let second = cluster.transfer(2, 3, "1", 1);
    cluster.reach(second.json["height"].as_u64().unwrap());
    assert_eq!(cluster.balance(3, 4), FUNDS + 200, "it follows, and what it says is proved");
}
