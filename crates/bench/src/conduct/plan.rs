//! What is asked for.

use std::{path::PathBuf, time::Duration};

use types::ChainId;

use crate::{load::Workload, run::Fault};

/// A whole benchmark.
#[derive(Debug, Clone)]
pub struct BenchPlan {
    /// The `hanse` executable.
    pub program: PathBuf,
    /// Where the files go, and the networks' homes meanwhile.
    pub output: PathBuf,
    /// Sizes of networks, one after the other.
    pub validators: Vec<usize>,
    /// Instead of them: a network that runs already.
    pub external: Option<External>,
    /// How much load.
    pub rate: Rate,
    /// The first rate that a search tries.
    pub first_rate: f64,
    /// More load than the highest sustained: factors.
    pub overload: Vec<f64>,
    /// Load before each window.
    pub warmup: Duration,
    /// Each measured window.
    pub duration: Duration,
    /// The window of one try of a search.
    pub probe: Duration,
    /// How long answers are waited for after a window.
    pub drain: Duration,
    /// How often each measurement is repeated.
    pub repeat: u32,
    /// Which transactions.
    pub workload: Workload,
    /// Client accounts of a network of ours.
    pub accounts: usize,
    /// Load processes.
    pub workers: usize,
    /// Streams of each load process to each node.
    pub connections: usize,
    /// Makes the choices.
    pub seed: u64,
    /// What is broken, each in a measurement of its own.
    pub faults: Vec<Fault>,
    /// When a broken node is started again.
    pub restart_after: Option<Duration>,
    /// Chain parameters `name=value`.
    pub parameters: Vec<String>,
    /// Whether the networks' homes stay.
    pub keep: bool,
    /// The source's version, where the build knows it.
    pub commit: Option<String>,
}

/// How much load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// The highest that the network sustains.
    Max,
    /// That, and parts of it.
    Sweep,
    /// So many per second.
    Fixed(f64),
}

/// A network that runs already.
#[derive(Debug, Clone)]
pub struct External {
    /// gRPC URLs.
    pub endpoints: Vec<String>,
    /// The network.
    pub chain_id: ChainId,
    /// Directory of `accountN.key` and `accountN.json`.
    pub accounts: PathBuf,
    /// How many of them.
    pub account_count: usize,
    /// What is paid.
    pub asset: String,
}
