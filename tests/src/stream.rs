//! As many transfers as the nodes take, over one stream to each of them.

use std::{collections::BTreeMap, sync::Arc};

use client::{Client, Outcome, StreamReply, Trust};
use types::{Height, TransactionId};

use crate::{Cluster, Wallet};

/// Unanswered requests of one stream; the node's own limit is higher.
const IN_FLIGHT: usize = 256;

/// Sends `share` transfers to each of the first `nodes` (four at most) and waits until each is told as committed; which they were, and
/// the highest block.
///
/// # Panics
/// When one is refused for good, or ends in another way.
pub async fn drive_all(
    cluster: &Cluster,
    wallet: &Arc<Wallet>,
    nodes: usize,
    share: usize,
) -> (Vec<TransactionId>, Height) {
    let streams: Vec<_> = (0..nodes)
        .map(|node| tokio::spawn(drive(cluster.endpoint(node), Arc::clone(wallet), node, share)))
        .collect();
    let (mut all, mut top) = (Vec::new(), Height::ZERO);
    for stream in streams {
        let (told, reached) = stream.await.unwrap();
        all.extend(told);
        top = top.max(reached);
    }
    (all, top)
}

async fn drive(
    endpoint: String,
    wallet: Arc<Wallet>,
    node: usize,
    share: usize,
) -> (Vec<TransactionId>, Height) {
    let trust = Trust::Genesis(wallet.genesis.clone());
    let client = Client::connect(vec![endpoint], trust).await.unwrap();
    let (sender, mut receiver) = client.submit_stream().await.unwrap();
    let mut waiting = BTreeMap::new();
    let (mut told, mut top) = (Vec::with_capacity(share), Height::ZERO);
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
                told.push(id);
                top = top.max(executed.height);
            }
            StreamReply::Refused { retryable: true, .. } => {
                let again = waiting[&reference].bytes().clone();
                sender.send(reference, again, true).await.unwrap();
            }
            other => panic!("node {node}: {other:?}"),
        }
    }
    (told, top)
}
