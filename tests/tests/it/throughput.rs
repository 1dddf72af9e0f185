//! Many transfers from sixteen accounts through all four nodes, each confirmed; then all nodes agree on every
//! header, the supply is conserved, and each ledger verifies. 5,000 in `make test`, 100,000 in `make e2e`.

use std::{collections::BTreeMap, sync::Arc};

use client::{Client, Outcome, StreamReply, Trust};
use e2e::{Cluster, Wallet, hanse};
use types::{BlockHash, Height, StateRoot};

/// Unanswered requests of one stream; the node's own limit is higher.
const IN_FLIGHT: usize = 256;

fn transfers() -> usize {
    if std::env::var("HANSE_E2E").is_ok_and(|which| which == "all") { 100_000 } else { 5_000 }
}

#[test]
fn n4f1_every_transfer_is_confirmed_and_all_nodes_agree() {
    let mut cluster = Cluster::start(4, &[]);
    let wallet = Arc::new(Wallet::open(&cluster));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let share = transfers() / 4;
    let heights = runtime.block_on(async {
        let streams: Vec<_> = (0..4)
            .map(|node| tokio::spawn(drive(cluster.endpoint(node), Arc::clone(&wallet), node, share)))
            .collect();
        let mut heights = Vec::new();
        for stream in streams {
            heights.push(stream.await.unwrap());
        }
        heights
    });
    let top = heights.into_iter().max().unwrap();
    cluster.reach(top.get());
    runtime.block_on(agree(&cluster, &wallet, top));
    let total: u128 = (0..16).map(|account| cluster.balance(account, 2)).sum();
    assert_eq!(total, 16 * 100_000_000_000, "the supply is conserved");
    for node in 0..4 {
        assert_eq!(cluster.terminate(node), 0);
        let verified = hanse(&["verify", "ledger", "--home", &cluster.path(&format!("node{node}"))]);
        assert_eq!((verified.code, verified.json["ok"].as_bool()), (0, Some(true)), "{verified:?}");
        assert_eq!(verified.json["transactions"].as_u64(), Some(4 * share as u64));
    }
}

/// Sends `share` transfers over one stream and waits until each is told as committed; the highest block.
async fn drive(endpoint: String, wallet: Arc<Wallet>, node: usize, share: usize) -> Height {
    let trust = Trust::Genesis(wallet.genesis.clone());
    let client = Client::connect(vec![endpoint], trust).await.unwrap();
    let (sender, mut receiver) = client.submit_stream().await.unwrap();
    let mut waiting = BTreeMap::new();
    let mut top = Height::ZERO;
    let mut sent = 0;
    while sent < share || !waiting.is_empty() {
        while sent < share && waiting.len() < IN_FLIGHT {
            let from = node * 4 + sent % 4;
            let transfer = wallet.transfer(from, (from + 1) % 16, 1);
            sender.send(sent as u64, transfer.bytes().clone(), true).await.unwrap();
            waiting.insert(sent as u64, transfer);
            sent += 1;
        }
        let (reference, reply) = receiver.next().await.unwrap().unwrap();
        match reply {
            StreamReply::Outcome { id, outcome: Outcome::Committed(executed) } => {
                let transfer = waiting.remove(&reference).unwrap();
                assert_eq!(id, *transfer.id());
                top = top.max(executed.height);
            }
            StreamReply::Refused { retryable: true, .. } => {
                let again = waiting[&reference].bytes().clone();
                sender.send(reference, again, true).await.unwrap();
            }
            other => panic!("node {node}: {other:?}"),
        }
    }
    top
}

/// Equal header hashes and state roots at every height, each certified.
async fn agree(cluster: &Cluster, wallet: &Wallet, top: Height) {
    let mut first: Option<Vec<(BlockHash, StateRoot)>> = None;
    for node in 0..4 {
        let trust = Trust::Genesis(wallet.genesis.clone());
        let client = Client::connect(vec![cluster.endpoint(node)], trust).await.unwrap();
        let mut chain = Vec::new();
        let mut height = Height::new(1);
        while height <= top {
            let header = client.header(Some(height)).await.unwrap();
            assert!(header.verified, "node {node}, height {height}");
            chain.push((header.value.header.hash(), header.value.header.state_root));
            height = height.next();
        }
        let expected = first.get_or_insert_with(|| chain.clone());
        assert_eq!(*expected, chain, "node {node} disagrees");
    }
}
