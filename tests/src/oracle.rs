//! What must be true of the ledgers after any faults: everything that a client was told of stands on every node
//! exactly once, all headers and state roots are equal and certified, the supply is conserved, nobody saw two
//! statements of one validator for one slot, and each ledger verifies offline.

use std::{collections::BTreeMap, ops::RangeInclusive};

use client::{Client, Trust};
use types::{BlockHash, Height, StateRoot, TransactionId};

use crate::{Cluster, Wallet, hanse};

/// The sixteen accounts' minor units of TEST in the genesis.
const SUPPLY: u128 = 16 * 100_000_000_000;

/// One node's chain.
#[derive(Debug, PartialEq, Eq)]
struct Chain {
    headers: Vec<(BlockHash, StateRoot)>,
    transactions: BTreeMap<TransactionId, u32>,
}

/// Checks all nodes that run from a height on, then ends them and verifies their whole ledgers. Nothing may be
/// submitted meanwhile.
///
/// # Panics
/// When anything is lost, doubled, different or damaged.
pub fn check(cluster: &mut Cluster, told: &[TransactionId], first_height: u64) -> u64 {
    let nodes = cluster.started();
    let top = nodes.iter().map(|node| cluster.height(*node)).max().unwrap();
    cluster.reach(top);
    let wallet = Wallet::open(cluster);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut first: Option<Chain> = None;
    for node in &nodes {
        assert_eq!(cluster.status(*node)["evidence"], 0, "node {node} saw a faulty validator");
        let chain = runtime.block_on(read(cluster, &wallet, *node, first_height..=top));
        for id in told {
            let times = chain.transactions.get(id).copied().unwrap_or(0);
            assert_eq!(times, 1, "node {node}: the acknowledged {id} stands there {times} times");
        }
        for (id, times) in &chain.transactions {
            assert_eq!(*times, 1, "node {node}: {id} stands there {times} times");
        }
        match &first {
            None => first = Some(chain),
            Some(first) => same(first, &chain, *node),
        }
    }
    let total: u128 = (0..16).map(|account| cluster.balance(account, nodes[0])).sum();
    assert_eq!(total, SUPPLY, "the supply is conserved");
    for node in nodes {
        assert_eq!(cluster.terminate(node), 0, "node {node}: SIGTERM\n{}", cluster.log(node));
        let verified = hanse(&["verify", "ledger", "--home", cluster.home(node).to_str().unwrap()]);
        assert_eq!((verified.code, verified.json["ok"].as_bool()), (0, Some(true)), "{verified:?}");
    }
    top
}

async fn read(cluster: &Cluster, wallet: &Wallet, node: usize, heights: RangeInclusive<u64>) -> Chain {
    let trust = Trust::Genesis(wallet.genesis.clone());
    let client = Client::connect(vec![cluster.endpoint(node)], trust).await.unwrap();
    let mut chain = Chain { headers: Vec::new(), transactions: BTreeMap::new() };
    for height in heights {
        let block = client.block(Some(Height::new(height))).await.unwrap();
        assert!(block.verified, "node {node}, height {height}");
        let header = &block.value.block.header;
        chain.headers.push((header.hash(), header.state_root));
        for transaction in &block.value.transactions {
            *chain.transactions.entry(transaction.id).or_default() += 1;
        }
    }
    chain
}

fn same(first: &Chain, chain: &Chain, node: usize) {
    let fork = first.headers.iter().zip(&chain.headers).position(|(one, other)| one != other);
    assert_eq!(fork, None, "node {node} has another block at the height after this");
    assert_eq!(first, chain, "node {node} has another chain");
}
