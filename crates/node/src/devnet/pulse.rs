//! Asking the nodes how they do.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bench::load::Snapshot;
use client::{Client, ClientError, NodeReport, Trust};
use types::Height;

use super::nodes::Node;

/// How long a node has to answer before the picture is drawn without it.
const PATIENCE: Duration = Duration::from_millis(800);
/// Headers asked for between two pictures; at a higher rate of blocks the transactions of the rest are not
/// counted.
const HEADERS_MAX: u64 = 400;

/// One picture of the network.
#[derive(Debug, Clone)]
pub(super) struct Beat {
    pub(super) nodes: Vec<NodeBeat>,
    pub(super) load: Option<Snapshot>,
}

/// One node in it.
#[derive(Debug, Clone)]
pub(super) struct NodeBeat {
    pub(super) name: String,
    pub(super) running: bool,
    /// What it said, if it did.
    pub(super) report: Option<NodeReport>,
    /// Transactions per second that it certified since the last picture.
    pub(super) tps: f64,
    /// Median from due to committed, by the demo load on this node.
    pub(super) latency: Option<Duration>,
}

/// Connections and what was seen so far.
pub(super) struct Pulse {
    nodes: Vec<Watched>,
    /// Transactions per height, as far as some node's progress needs it.
    counts: BTreeMap<Height, u32>,
    last: Instant,
}

struct Watched {
    name: String,
    url: String,
    client: Option<Client>,
    height: Option<Height>,
}

impl Pulse {
    pub(super) fn new(nodes: &[Node]) -> Self {
        let watch = |node: &Node| Watched {
            name: node.name.clone(),
            url: node.grpc.clone(),
            client: None,
            height: None,
        };
        Self { nodes: nodes.iter().map(watch).collect(), counts: BTreeMap::new(), last: Instant::now() }
    }

    /// Asks all nodes at once.
    pub(super) async fn take(&mut self, running: &[bool], figures: &[Snapshot]) -> Beat {
        let asked = self.nodes.iter_mut().zip(running).map(|(node, running)| node.ask(*running));
        let reports: Vec<Option<NodeReport>> = futures::future::join_all(asked).await;
        self.count(&reports).await;
        let seconds = self.last.elapsed().as_secs_f64().max(0.001);
        self.last = Instant::now();
        let mut nodes = Vec::with_capacity(reports.len());
        for (place, (node, report)) in self.nodes.iter_mut().zip(reports).enumerate() {
            let height = report.as_ref().map(|report| report.status.height);
            let committed: u64 = match (node.height, height) {
                (Some(before), Some(now)) if before < now => {
                    self.counts.range(before.next()..=now).map(|(_, count)| u64::from(*count)).sum()
                }
                _ => 0,
            };
            node.height = height.or(node.height);
            nodes.push(NodeBeat {
                name: node.name.clone(),
                running: running.get(place).copied().unwrap_or(false),
                report,
                tps: committed as f64 / seconds,
                latency: figures.get(place).and_then(|figure| figure.latency).map(|latency| latency.p50),
            });
        }
        if let Some(lowest) = self.nodes.iter().filter_map(|node| node.height).min() {
            self.counts = self.counts.split_off(&lowest);
        }
        Beat { nodes, load: (!figures.is_empty()).then(|| sum(figures)) }
    }

    /// Learns how many transactions the new heights have, from the node that is furthest.
    async fn count(&mut self, reports: &[Option<NodeReport>]) {
        let height_of = |place: &usize| reports[*place].as_ref().map(|report| report.status.height);
        let Some(best) = (0..reports.len()).max_by_key(height_of) else { return };
        let (Some(top), Some(client)) = (height_of(&best), self.nodes[best].client.clone()) else { return };
        let known = self.counts.last_key_value().map(|(height, _)| *height);
        let Some(from) = known.or_else(|| self.nodes.iter().filter_map(|node| node.height).min()) else {
            return;
        };
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut height = from.next().max(top.minus(HEADERS_MAX));
        while height <= top {
            let asked = tokio::time::timeout_at(deadline, client.header(Some(height))).await;
            let Ok(Ok(found)) = asked else { return };
            self.counts.insert(height, found.value.header.transaction_count);
            height = height.next();
        }
    }
}

impl Watched {
    async fn ask(&mut self, running: bool) -> Option<NodeReport> {
        if !running {
            self.client = None;
            return None;
        }
        let answer = tokio::time::timeout(PATIENCE, self.report()).await;
        let report = answer.ok().and_then(Result::ok);
        if report.is_none() {
            self.client = None;
        }
        report
    }

    async fn report(&mut self) -> Result<NodeReport, ClientError> {
        if let Some(client) = &self.client {
            return client.status().await;
        }
        let client = Client::connect(vec![self.url.clone()], Trust::None).await?;
        let report = client.status().await?;
        self.client = Some(client);
        Ok(report)
    }
}

fn sum(figures: &[Snapshot]) -> Snapshot {
    figures.iter().fold(Snapshot::default(), |sum, figure| Snapshot {
        sent: sum.sent + figure.sent,
        committed: sum.committed + figure.committed,
        failed: sum.failed + figure.failed,
        refused: sum.refused + figure.refused,
        expired: sum.expired + figure.expired,
        not_sent: sum.not_sent + figure.not_sent,
        in_flight: sum.in_flight + figure.in_flight,
        breaks: sum.breaks + figure.breaks,
        latency: sum.latency.max(figure.latency),
    })
}
