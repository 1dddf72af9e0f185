//! One measurement, as `results.json` tells it. Names and meanings are a contract (`docs/benchmarks.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{load::Workload, machine::Machine, run::Fault};

/// `results.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Of this format.
    pub version: u32,
    /// In one sentence each, for people.
    pub headline: Vec<String>,
    /// In the order in which they were measured.
    pub runs: Vec<RunRecord>,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunRecord {
    /// Validators of the network.
    pub validators: usize,
    /// Due per second.
    pub offered_tps: f64,
    /// Handed to nodes per second.
    pub sent_tps: f64,
    /// Told as committed per second of the window.
    pub committed_tps: f64,
    /// In a block without effect; of all due in the window, as the next three.
    pub failed: u64,
    /// Not admitted.
    pub refused: u64,
    /// No answer in time, or not even sent.
    pub timed_out: u64,
    /// Can no longer commit.
    pub expired: u64,
    /// Views gone through in the window.
    pub view_changes: Option<u64>,
    /// Whether clients and nodes spoke TLS.
    pub tls: bool,
    /// Of the load's choices.
    pub seed: u64,
    /// The source's version, where the build knows it.
    pub commit: Option<String>,
    /// From when a transaction was due.
    pub latency_ms: LatencyMs,
    /// All of a node's threads, mean over the validators.
    pub cpu_us_per_tx_per_validator: Option<f64>,
    /// All of the load processes.
    pub cpu_us_per_tx_client: Option<f64>,
    /// The largest node.
    pub rss_mb_max: Option<f64>,
    /// Payload to other validators.
    pub bytes_sent_per_tx: Option<BytesPerTx>,
    /// Growth of a node's data directory, mean over the validators.
    pub disk_bytes_per_tx: Option<f64>,
    /// What the machine could do were signatures all there is.
    pub ceiling_tps: Option<f64>,
    /// How much of that it did.
    pub fraction_of_ceiling: Option<f64>,
    /// The measured window.
    pub duration_s: f64,
    /// The processor that all share.
    pub machine: Machine,
    /// The disk that all share.
    pub disk: Option<Disk>,

    /// Which transactions.
    pub workload: Workload,
    /// `rate`, `saturation`, `curve`, `overload` or `fault`: why this was measured.
    pub purpose: Purpose,
    /// Of equal measurements the how manieth, from 1.
    pub repetition: u32,
    /// Whether the network kept up: the rule of `max`.
    pub sustained: bool,
    /// Where it did not, in words.
    pub not_sustained_because: Vec<String>,
    /// Part of `timed_out`: due, but not even sent.
    pub not_sent: u64,
    /// Streams that broke.
    pub stream_breaks: u64,
    /// Mean over the validators, by what the threads are for.
    pub cpu_us_per_tx_by_stage: BTreeMap<String, f64>,
    /// Payload by class of traffic.
    pub bytes_sent_per_tx_by_class: Option<BytesByClass>,
    /// The signatures' costs behind the ceiling, in microseconds.
    pub sign_us: Option<f64>,
    /// To verify one of a batch.
    pub verify_us: Option<f64>,
    /// Latency of a few quiet clients beside the load, where there were any.
    pub quiet_latency_ms: Option<LatencyMs>,
    /// What was broken, and what it cost.
    pub fault: Option<FaultRecord>,
    /// Every second of warm-up, window and drain.
    pub seconds: Vec<SecondRecord>,
}

/// Why something was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// This rate was asked for.
    #[default]
    Rate,
    /// The highest rate that the network sustains.
    Saturation,
    /// A fraction of it.
    Curve,
    /// More than it.
    Overload,
    /// A fault on the way.
    Fault,
}

/// Percentiles in milliseconds; null where a percentile falls on a failure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LatencyMs {
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub max: Option<f64>,
}

/// Payload bytes per transaction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BytesPerTx {
    /// Of the primary.
    pub primary: f64,
    /// Mean of all others; null in a network of one.
    pub backup_mean: Option<f64>,
}

/// The same by class of traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BytesByClass {
    /// Of the primary.
    pub primary: BTreeMap<String, f64>,
    /// Mean of all others.
    pub backup_mean: BTreeMap<String, f64>,
}

/// The disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disk {
    /// Median of `fdatasync` after a small append.
    pub fsync_us_p50: u64,
    /// `ext4`, ...
    pub filesystem: String,
}

/// A fault and what it cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultRecord {
    /// What was done.
    pub kind: Fault,
    /// To whom.
    pub node: String,
    /// Second of the run.
    pub at_s: u64,
    /// Mean from the window's begin to the fault.
    pub committed_tps_before: f64,
    /// Mean from the first second after the fault in which half of that was reached again, to the window's end.
    pub committed_tps_after: Option<f64>,
    /// After to before.
    pub after_to_before: Option<f64>,
    /// Until that second.
    pub recovery_s: Option<u64>,
    /// When the node was started again.
    pub restarted_at_s: Option<u64>,
}

/// One second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SecondRecord {
    /// Since the load's start, from 0.
    pub second: u64,
    /// Whether it belongs to the measured window.
    pub measured: bool,
    /// Handed to nodes.
    pub sent: u64,
    /// Told as committed.
    pub committed: u64,
    /// Told as refused.
    pub refused: u64,
    /// Without answer at its end.
    pub in_flight: u64,
    /// Median of those committed.
    pub p50_ms: Option<f64>,
    /// 99 of 100 of those committed.
    pub p99_ms: Option<f64>,
    /// Largest node at its end.
    pub rss_mb: Option<f64>,
}
