//! A process with an unknown key, and one of another genesis: refused with a clear line on each side.

use e2e::{
    Cluster,
    cluster::PATIENCE,
    hanse,
    process::{Launch, Process},
    until,
};

#[test]
fn n4f1_a_process_with_an_unknown_key_is_refused() {
    let cluster = Cluster::start(4, &[]);
    let other = Cluster::prepare(4, &[]);
    let home = other.directory().join("node0");
    std::fs::copy(cluster.path("genesis.json"), home.join("genesis.json")).unwrap();
    // Its keys have no seat in this genesis: it can only try as an observer.
    let mut config = std::fs::read_to_string(home.join("config.toml")).unwrap();
    config = config.replace("role = \"validator\"", "role = \"observer\"");
    for node in 1..4 {
        config = config.replace(&other.p2p_address(node), &cluster.p2p_address(node));
    }
    std::fs::write(home.join("config.toml"), config).unwrap();
    let _stranger = Process::start(&home, &Launch::default());
    said(&other, 0, "is our node key in its genesis");
    said(&cluster, 1, "its node key is not configured here");
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0, "the network goes on");
}

#[test]
fn n4f1_a_process_of_another_genesis_is_refused() {
    let mut cluster = Cluster::start(4, &[]);
    cluster.kill(3);
    // The same keys and addresses, another genesis: all members approve a copy with another nonce.
    let text = std::fs::read_to_string(cluster.path("genesis.json")).unwrap();
    let mut genesis: serde_json::Value = serde_json::from_str(&text).unwrap();
    genesis["nonce"] = "another".into();
    genesis["approvals"] = serde_json::json!([]);
    let mut file = cluster.path("other0.json");
    std::fs::write(&file, serde_json::to_string(&genesis).unwrap()).unwrap();
    for member in 0..4 {
        let (key, out) =
            (cluster.path(&format!("node{member}/keys/validator.key")), cluster.path(&format!("o{member}")));
        let approved = hanse(&["genesis", "approve", &file, "--key", &key, "--out", &out]);
        assert_eq!(approved.code, 0, "{approved:?}");
        file = out;
    }
    std::fs::copy(&file, cluster.path("node3/genesis.json")).unwrap();
    std::fs::remove_dir_all(cluster.path("node3/data")).unwrap();
    cluster.start_node(3);
    said(&cluster, 3, "compare the genesis files");
    said(&cluster, 0, "network");
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0, "the network goes on");
}

fn said(cluster: &Cluster, node: usize, words: &str) {
    until(&format!("a line with {words:?} on node {node}"), PATIENCE, || {
        let log = cluster.whole_log(node);
        if log.contains(words) { Ok(()) } else { Err(log) }
    });
}
