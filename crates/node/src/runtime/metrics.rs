//! Metrics of `operations.md`, read from the threads' counters at each scrape.

use std::{collections::BTreeMap, fmt, sync::Arc};

use mempool::MempoolHandle;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};

use types::ports::NodeInformation as _;

use super::{board::Board, network::Network, status::Information};

/// Everything that is counted.
pub struct NodeMetrics {
    board: Arc<Board>,
    information: Arc<Information>,
    pool: MempoolHandle,
    network: Network,
}

impl NodeMetrics {
    /// A registry that reads these at each scrape.
    #[must_use]
    pub fn registry(
        board: Arc<Board>,
        information: Arc<Information>,
        pool: MempoolHandle,
        network: Network,
    ) -> Registry {
        let mut registry = Registry::with_prefix("hanse");
        registry.register_collector(Box::new(Self { board, information, pool, network }));
        registry
    }

    fn gauges(&self, out: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.information.status();
        let lag = status.sync_target.map_or(0, |target| target.since(status.height));
        let seat = self.information.seats.get();
        let gauges: [(&str, &str, u64); 11] = [
            ("height", "Newest certified block", status.height.get()),
            ("view", "View of consensus", status.view),
            ("voting", "1 when this node votes", u64::from(status.voting)),
            ("validators", "Validators of the active set", seat.epoch.set.len() as u64),
            ("epoch", "Epoch of consensus", seat.epoch.epoch.get()),
            ("sync_lag_blocks", "Certified blocks known and not yet here", lag),
            ("mempool_transactions", "Transactions waiting here", status.mempool.transactions),
            ("mempool_bytes", "Their bytes", status.mempool.bytes),
            (
                "last_block_timestamp_seconds",
                "Block time of the newest certified block",
                self.information.block_time().get() / 1000,
            ),
            ("batches_unordered", "Own batches not yet ordered", status.mempool.batches_unordered),
            ("batches_held", "Batches kept here, of all authors", self.pool.held().len() as u64),
        ];
        for (name, help, value) in gauges {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            gauge(out, name, help, value)?;
        }
        let kept = self.board.footprint().named().map(|(kind, number)| {
            (vec![("kind", kind.replace(' ', "_"))], i64::try_from(number).unwrap_or(i64::MAX))
        });
        labelled(out, "consensus_entries", "What the replica keeps in memory", kept)?;
        let peers =
            status.peers.iter().map(|peer| (vec![("peer", peer_label(peer))], i64::from(peer.connected)));
        labelled(out, "peer_connected", "1 while connected", peers)
    }

    fn traffic(&self, out: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut sent = Vec::new();
        let mut received = Vec::new();
        for peer in self.network.peers() {
            let label = peer.index.map_or(peer.name.clone(), |index| index.to_string());
            for (class, traffic) in peer.traffic.into_pairs() {
                let labels = vec![("class", class.name().to_owned()), ("peer", label.clone())];
                sent.push((labels.clone(), traffic.sent_bytes));
                received.push((labels, traffic.received_bytes));
            }
        }
        counters(out, "sent_bytes", "Payload bytes sent", sent)?;
        counters(out, "received_bytes", "Payload bytes received", received)
    }

    fn mempool(&self, out: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.pool.counters();
        let refused =
            counts.refused.iter().map(|(code, count)| (vec![("reason", code.name().to_owned())], *count));
        counters(out, "transactions_rejected", "Submissions refused", refused.collect())?;
        let verified = [("good", counts.signatures_good), ("bad", counts.signatures_bad)];
        let verified = verified.map(|(result, count)| (vec![("result", result.to_owned())], count));
        counters(out, "signature_verifications", "Client signatures checked", verified.to_vec())?;
        let batches: [(&str, &str, u64); 4] = [
            ("batches_made", "Own batches closed", counts.batches_made),
            ("batches_received", "Batches that arrived", counts.batches_received),
            ("batches_stored", "Batches verified and durable here", counts.batches_stored),
            ("batches_invalid", "Batches refused as invalid", counts.batches_invalid),
        ];
        for (name, help, value) in batches {
            counters(out, name, help, vec![(Vec::new(), value)])?;
        }
        Ok(())
    }

    fn consensus(&self, out: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let label = |name: &'static str, counts: BTreeMap<&'static str, u64>| -> Vec<Counted> {
            counts.into_iter().map(|(value, count)| (vec![(name, value.to_owned())], count)).collect()
        };
        counters(out, "blocks_committed", "Blocks certified here", vec![(Vec::new(), self.board.blocks())])?;
        counters(
            out,
            "transactions_committed",
            "Transactions in blocks",
            label("result", self.board.results()),
        )?;
        counters(out, "view_changes", "View changes asked for", label("reason", self.board.view_changes()))?;
        counters(out, "messages_dropped", "Messages not used", label("reason", self.board.drops()))?;
        let evidence = vec![(vec![("kind", "equivocation".to_owned())], self.board.evidence_count())];
        counters(out, "evidence", "Provable misbehaviour seen", evidence)
    }
}

impl Collector for NodeMetrics {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        self.gauges(&mut out)?;
        self.consensus(&mut out)?;
        self.mempool(&mut out)?;
        self.traffic(&mut out)?;
        let build = vec![("version", crate::VERSION.to_owned())];
        let mut family = out.encode_descriptor("build_info", "The release", None, MetricType::Gauge)?;
        use prometheus_client::encoding::EncodeMetric as _;
        ConstGauge::new(1i64).encode(family.encode_family(&build)?)
    }
}

impl fmt::Debug for NodeMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeMetrics")
    }
}

/// The text of one scrape.
#[must_use]
pub fn scrape(registry: &Registry) -> String {
    let mut out = String::new();
    match text::encode(&mut out, registry) {
        Ok(()) => out,
        Err(_) => String::new(),
    }
}

/// Labels and a count.
type Counted = (Vec<(&'static str, String)>, u64);

fn labelled(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (Vec<(&'static str, String)>, i64)>,
) -> fmt::Result {
    use prometheus_client::encoding::EncodeMetric as _;
    let mut family = out.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn gauge(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    use prometheus_client::encoding::EncodeMetric as _;
    ConstGauge::new(value).encode(out.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn counters(out: &mut DescriptorEncoder<'_>, name: &str, help: &str, counts: Vec<Counted>) -> fmt::Result {
    use prometheus_client::encoding::EncodeMetric as _;
    let mut family = out.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, count) in counts {
        ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn peer_label(peer: &types::ports::PeerStatus) -> String {
    peer.index.map_or_else(|| peer.id.clone(), |index| index.to_string())
}
