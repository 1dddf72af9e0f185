//! What a load process and its parent say to each other.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use types::ChainId;

use super::Distribution;
use crate::load::Workload;

/// What one load process is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerPlan {
    /// gRPC URLs.
    pub targets: Vec<String>,
    /// Streams to each.
    pub connections: usize,
    /// Transactions per second of this process.
    pub rate: f64,
    /// The network.
    pub chain_id: ChainId,
    /// `accountN.key` and `accountN.json` of these accounts.
    pub accounts: PathBuf,
    /// The number of the first account that pays.
    pub first_account: usize,
    /// How many pay.
    pub account_count: usize,
    /// What is paid.
    pub asset: String,
    /// Which transactions.
    pub workload: Workload,
    /// Makes the choices.
    pub seed: u64,
    /// Load before the measured window, in ms.
    pub warmup_ms: u64,
    /// The measured window, in ms.
    pub duration_ms: u64,
    /// How long answers are waited for after it, in ms.
    pub drain_ms: u64,
    /// How long a transaction may wait for its block, in ms.
    pub lifetime_ms: u64,
}

/// When the first transaction is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Unix ms.
    pub start_ms: u64,
}

/// A line of a load process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Keys are read.
    Ready,
    /// What happened in one second.
    Second(SecondLine),
    /// What became of the measured window; the last line.
    Window(Box<WindowLine>),
}

/// What happened in one second, whenever it was due.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SecondLine {
    /// Since the start, from 0.
    pub second: u64,
    /// Handed to streams.
    pub sent: u64,
    /// Due, but not sent.
    pub not_sent: u64,
    /// Told as committed.
    pub committed: u64,
    /// Told as failed.
    pub failed: u64,
    /// Told as refused.
    pub refused: u64,
    /// Without answer at the end of the second.
    pub in_flight: u64,
    /// Of the committed ones.
    pub latency: Distribution,
}

/// What became of the transactions that were due in the measured window.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WindowLine {
    /// All that were due.
    pub due: u64,
    /// Handed to streams.
    pub sent: u64,
    /// With effect.
    pub committed: u64,
    /// Without effect.
    pub failed: u64,
    /// Not admitted.
    pub refused: u64,
    /// Can no longer commit.
    pub expired: u64,
    /// No answer in time, or none that says what became of it.
    pub timed_out: u64,
    /// Streams that broke, in the whole run.
    pub breaks: u64,
    /// Told as committed within the window, whenever they were due.
    pub committed_within: u64,
    /// Of the committed ones, from when they were due.
    pub latency: Distribution,
}

impl WorkerPlan {
    /// Load before the measured window.
    #[must_use]
    pub fn warmup(&self) -> Duration {
        Duration::from_millis(self.warmup_ms)
    }

    /// The measured window.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.duration_ms)
    }
}

impl SecondLine {
    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.not_sent += other.not_sent;
        self.committed += other.committed;
        self.failed += other.failed;
        self.refused += other.refused;
        self.in_flight += other.in_flight;
        self.latency.add(&other.latency);
    }
}

impl WindowLine {
    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.due += other.due;
        self.sent += other.sent;
        self.committed += other.committed;
        self.failed += other.failed;
        self.refused += other.refused;
        self.expired += other.expired;
        self.timed_out += other.timed_out;
        self.breaks += other.breaks;
        self.committed_within += other.committed_within;
        self.latency.add(&other.latency);
    }

    /// All that were due and did not commit: they rank as infinitely late.
    #[must_use]
    pub const fn failures(&self) -> u64 {
        self.due.saturating_sub(self.committed)
    }
}
