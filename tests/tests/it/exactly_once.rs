//! The same signed bytes at all nodes, at once and again: executed once, the same outcome every time.

use std::time::Duration;

use client::{Client, Outcome, Trust};
use e2e::{Cluster, Wallet};
use types::{Height, Transaction};

const WAIT: Duration = Duration::from_secs(20);

#[test]
fn n4f1_the_same_bytes_everywhere_execute_once() {
    let cluster = Cluster::start(4, &[]);
    let wallet = Wallet::open(&cluster);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut clients = Vec::new();
        for node in 0..4 {
            let trust = Trust::Genesis(wallet.genesis.clone());
            clients.push(Client::connect(vec![cluster.endpoint(node)], trust).await.unwrap());
        }
        let transfer = wallet.transfer(4, 5, 700);
        let first = everywhere(&clients, &transfer).await;
        let again = everywhere(&clients, &transfer).await;
        assert!(first.iter().chain(&again).all(|place| *place == first[0]), "{first:?} {again:?}");
    });
    assert_eq!(cluster.balance(5, 2), 100_000_000_000 + 700);
}

async fn everywhere(clients: &[Client], transfer: &Transaction) -> Vec<(Height, u32)> {
    let ask = |client: &Client| {
        let (client, transfer) = (client.clone(), transfer.clone());
        tokio::spawn(async move { client.submit_and_wait(&transfer, WAIT).await.unwrap().value })
    };
    let asked: Vec<_> = clients.iter().map(ask).collect();
    let mut places = Vec::new();
    for answer in asked {
        match answer.await.unwrap() {
            Outcome::Committed(executed) => places.push((executed.height, executed.index)),
            other => panic!("{other:?}"),
        }
    }
    places
}
