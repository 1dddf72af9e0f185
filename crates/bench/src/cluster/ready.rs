//! Waiting until a network serves.

use std::time::Duration;

use client::{Client, NodeReport, Trust};
use tokio::time::Instant;

use super::Cluster;
use crate::BenchError;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// Waits until every node serves, votes and has its peers.
pub(super) async fn wait(cluster: &mut Cluster, patience: Duration) -> Result<(), BenchError> {
    let deadline = Instant::now() + patience;
    let nodes = cluster.nodes().to_vec();
    for node in &nodes {
        loop {
            cluster.check_alive()?;
            let last = match ask(&node.grpc).await {
                Ok(report) => match complaint(&report, nodes.len()) {
                    None => break,
                    Some(complaint) => complaint,
                },
                Err(error) => error,
            };
            if Instant::now() >= deadline {
                let (name, url, seconds) = (node.name.clone(), node.grpc.clone(), patience.as_secs());
                return Err(BenchError::NotReady { name, url, seconds, last });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// A node's picture of itself.
pub(crate) async fn ask(url: &str) -> Result<NodeReport, String> {
    let asked = async {
        let client = Client::connect(vec![url.to_owned()], Trust::None).await?;
        client.status().await
    };
    match tokio::time::timeout(ANSWER, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

fn complaint(report: &NodeReport, validators: usize) -> Option<String> {
    let status = &report.status;
    let connected = status.peers.iter().filter(|peer| peer.connected).count();
    if !status.voting {
        return Some(status.not_voting_reason.clone().unwrap_or_else(|| "it does not vote".to_owned()));
    }
    (connected + 1 < validators).then(|| format!("connected to {connected} of {} peers", validators - 1))
}
