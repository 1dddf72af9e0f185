//! Many transfers from sixteen accounts through all four nodes, each confirmed; then all nodes agree on every
//! header, the supply is conserved, and each ledger verifies. 5,000 in `make test`, 100,000 in `make e2e`.

use std::sync::Arc;

use client::{Client, Trust};
use e2e::{Cluster, Wallet, hanse, stream};
use types::{BlockHash, Height, StateRoot};

fn transfers() -> usize {
    if std::env::var("HANSE_E2E").is_ok_and(|which| which == "all") { 100_000 } else { 5_000 }
}

#[test]
fn n4f1_every_transfer_is_confirmed_and_all_nodes_agree() {
    let mut cluster = Cluster::start(4, &[]);
    let wallet = Arc::new(Wallet::open(&cluster));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let share = transfers() / 4;
    let top = runtime.block_on(stream::drive_all(&cluster, &wallet, 4, share)).1;
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
