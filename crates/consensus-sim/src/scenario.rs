//! What a run is made of; `swarm` draws it from a seed.

use types::Parameters;

use crate::{byzantine::Behaviour, time::Micros};

/// How the network misbehaves while faults last.
#[derive(Debug, Clone)]
pub(crate) struct NetworkFaults {
    pub loss_ppm: u64,
    pub duplicate_ppm: u64,
    /// The shortest and the usual longest delay.
    pub delay: (Micros, Micros),
    /// How often a delay is doubled, again and again.
    pub tail_ppm: u64,
}

/// How long disks and executors take.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub fsync: (Micros, Micros),
    pub execution: (Micros, Micros),
    /// While faults last: a node whose disk or executor is this much slower.
    pub slow_disk: Option<(usize, u64)>,
    pub slow_executor: Option<(usize, u64)>,
}

/// The mean time between faults of a kind in the whole network; `None`: never.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rates {
    pub crash: Option<Micros>,
    pub crash_all: Option<Micros>,
    pub links: Option<Micros>,
    pub pause: Option<Micros>,
    pub clock: Option<Micros>,
    /// A process dies right after it handed something to its disk or just before it sends.
    pub failpoint_ppm: u64,
    /// How often whoever is the first to commit at a height is cut off at that moment, and how often whoever
    /// is the first to decide one is cut off while all others die.
    pub ambush_ppm: (u64, u64),
}

/// How a minority stays broken in the liveness phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Crashed,
    Isolated,
}

/// The clients' load.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// Mean time between two batches of a node.
    pub interval: Micros,
    /// At most this many transactions in a batch.
    pub transactions: u64,
    /// How often a transaction is one that was already submitted.
    pub repeat_ppm: u64,
    /// Batches in the safety phase, all nodes together.
    pub batches_max: u64,
}

/// Everything a seed decides before the run begins.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub seed: u64,
    pub n: usize,
    pub parameters: Parameters,
    pub byzantine: Vec<(usize, Behaviour)>,
    /// Validators whose key is used by a second process, at place n and up.
    pub twins: Vec<usize>,
    pub network: NetworkFaults,
    pub machine: Machine,
    pub rates: Rates,
    pub clocks: Vec<(i64, i64)>,
    /// A node whose disks are wiped at this time: its vote memory is lost.
    pub wipe: Option<(usize, Micros)>,
    pub broken: Vec<(usize, Broken)>,
    pub load: Load,
    /// When the liveness phase begins.
    pub faults_end: Micros,
    /// The latest time by which the network must have healed.
    pub healed_by: Micros,
}

impl Scenario {
    /// How many processes there are.
    pub fn places(&self) -> usize {
        self.n + self.twins.len()
    }
}
