//! Memory comes back: load in rounds, and what the nodes keep after each. Tables are empty again; resident memory is a
//! plateau (caches and write buffers of RocksDB fill once, to the size that is configured), not a slope.

use std::{sync::Arc, time::Duration};

use e2e::{Cluster, Wallet, cluster::PATIENCE, oracle, report::note, scenario::my_turn, stream, until};

/// Of load.
const ROUNDS: usize = 8;
/// Caches and buffers have their size after so many.
const WARM: usize = 4;
/// Transfers of each node in a round.
const SHARE: usize = 8_000;
/// What is free goes back to the system step by step: it has, when so many looks in a row find no less.
const LOOKS: usize = 8;
const BETWEEN: Duration = Duration::from_millis(500);
/// Small caches and write buffers are full soon: what still grows then is not they.
const SMALL: [(&str, &str); 2] =
    [("HANSE_LEDGER__CACHE_BYTES", "8388608"), ("HANSE_LEDGER__WRITE_BUFFER_BYTES", "8388608")];
/// How much more may be resident at the end than when caches were warm: a tenth, and this, in MiB.
const NOISE_MIB: u64 = 16;

#[test]
fn n4f1_memory_returns_after_each_round_of_load() {
    let _turn = my_turn();
    let mut cluster = Cluster::prepare(4, &[]);
    for node in 0..4 {
        cluster.launch(node, None, &SMALL);
    }
    for node in 0..4 {
        cluster.status(node);
    }
    let wallet = Arc::new(Wallet::open(&cluster));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut resident = Vec::new();
    let mut told = Vec::new();
    for round in 0..ROUNDS {
        let (committed, top) = runtime.block_on(stream::drive_all(&cluster, &wallet, 4, SHARE));
        told.extend(committed);
        cluster.reach(top.get());
        let busy = each(&mut cluster);
        for node in 0..4 {
            until(&format!("node {node} keeps nothing of round {round}"), PATIENCE, || idle(&cluster, node));
        }
        let rested = at_rest(&mut cluster);
        note(&format!("| - memory, round {round} | | | | | | | {top} | {busy:?} -> {rested:?} |"));
        resident.push(rested);
    }
    for node in 0..4 {
        let (warm, end) = (resident[WARM - 1][node], resident[ROUNDS - 1][node]);
        assert!(end <= warm + warm / 10 + NOISE_MIB, "node {node}: {resident:?}");
    }
    oracle::check(&mut cluster, &told, 1);
}

fn each(cluster: &mut Cluster) -> Vec<u64> {
    (0..4).map(|node| cluster.process(node).resident_mib()).collect()
}

/// When nothing goes back to the system any more.
fn at_rest(cluster: &mut Cluster) -> Vec<u64> {
    let (mut least, mut same) = (each(cluster), 0);
    while same < LOOKS {
        std::thread::sleep(BETWEEN);
        let now = each(cluster);
        same = if now.iter().zip(&least).any(|(now, least)| now < least) { 0 } else { same + 1 };
        least = now.into_iter().zip(least).map(|(now, least)| now.min(least)).collect();
    }
    least
}

/// Whether nothing is left but what is kept by height.
fn idle(cluster: &Cluster, node: usize) -> Result<(), String> {
    let metrics = cluster.metrics(node);
    let empty = [
        "hanse_mempool_transactions",
        "hanse_mempool_bytes",
        "hanse_batches_unordered",
        "hanse_batches_held",
        "hanse_consensus_entries{kind=\"certified_batches\"}",
        "hanse_consensus_entries{kind=\"batches_waited_for\"}",
    ];
    match empty.iter().all(|name| metrics.get(*name) == Some(&0.0)) {
        true => Ok(()),
        false => Err(format!("{metrics:#?}")),
    }
}
