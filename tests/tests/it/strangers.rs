//! A process with an unknown key, and one of another genesis: refused with a clear line on each side.

use std::process::Child;

use e2e::{Cluster, cluster::spawn, until};

/// Ends its process with the test.
struct Stranger(Child);

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A node of another test network, made to dial this one: its genesis, or ours, with foreign keys.
fn stranger(cluster: &Cluster, genesis: Option<&str>) -> (Cluster, Stranger) {
    let other = Cluster::prepare(4, &[]);
    let home = other.directory().join("node0");
    if let Some(genesis) = genesis {
        std::fs::copy(genesis, home.join("genesis.json")).unwrap();
    }
    let config = std::fs::read_to_string(home.join("config.toml")).unwrap();
    let mut text = String::new();
    for line in config.lines() {
        let peer = line
            .split_once(" = ")
            .filter(|(name, value)| name.starts_with("node") && value.contains("127.0.0.1:"));
        match peer
            .and_then(|(name, _)| name.trim_start_matches("node").parse::<usize>().ok().map(|i| (name, i)))
        {
            Some((name, index)) if line.starts_with("node") => {
                text.push_str(&format!("{name} = \"{}\"\n", cluster.p2p_address(index)));
            }
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    std::fs::write(home.join("config.toml"), text.replace("role = \"validator\"", &role(genesis))).unwrap();
    let child = spawn(&home);
    (other, Stranger(child))
}

/// With our genesis its keys have no seat: it can only try as an observer.
fn role(genesis: Option<&str>) -> String {
    if genesis.is_some() { "role = \"observer\"".to_owned() } else { "role = \"validator\"".to_owned() }
}

fn said(cluster: &Cluster, node: usize, words: &[&str]) {
    until(&format!("a line with {words:?}"), e2e::cluster::PATIENCE, || {
        let log = cluster.whole_log(node);
        let line = log.lines().find(|line| words.iter().all(|word| line.contains(word)));
        line.map(|_| ()).ok_or(log.clone())
    });
}

#[test]
fn n4f1_a_process_with_an_unknown_key_is_refused() {
    let cluster = Cluster::start(4, &[]);
    let (other, _stranger) = stranger(&cluster, Some(&cluster.path("genesis.json")));
    said(&cluster, 1, &["key", "not"]);
    said(&other, 0, &["node key"]);
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0, "the network goes on");
}

#[test]
fn n4f1_a_process_of_another_genesis_is_refused() {
    let cluster = Cluster::start(4, &[]);
    let (other, _stranger) = stranger(&cluster, None);
    said(&other, 0, &["no connection"]);
    assert_eq!(cluster.transfer(2, 3, "1", 0).code, 0, "the network goes on");
}
