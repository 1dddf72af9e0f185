//! What a run is made of; `swarm` draws it from a seed.

use types::Parameters;

use crate::{
    byzantine::Behaviour, epochs::plan::EpochPlan, faults::disks::Medium, sync_lies::SyncLie, time::Micros,
};

/// Which faults a seed may draw. The first ones keep the meaning of the oldest seeds that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repertoire {
    /// Only those the simulator began with.
    First,
    /// All there are.
    #[default]
    All,
}

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
    pub swizzle: Option<Micros>,
    pub ring: Option<Micros>,
    pub one_way: Option<Micros>,
    pub long_pause: Option<Micros>,
    pub far_clock: Option<Micros>,
    pub dead_primaries: Option<Micros>,
    pub no_quorum: Option<Micros>,
    pub disk_full: Option<Micros>,
}

/// Data that is put back as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Older {
    /// Vote log, ledger and batches: a whole data directory. Recall must see it, or it counts against f.
    Directory,
    /// The vote log alone; it counts against f likewise.
    VoteLog,
    /// The ledger alone: what was signed is known, so nothing is lost but time.
    Ledger,
}

impl Older {
    /// Whether the node counts against f from then on.
    pub fn counts(self) -> bool {
        match self {
            Self::Directory | Self::VoteLog => true,
            Self::Ledger => false,
        }
    }
}

/// A node whose data is copied at one time and put back at another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rollback {
    pub place: usize,
    pub older: Older,
    pub copied: Micros,
    pub restored: Micros,
}

/// How the network comes up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Start {
    /// Each process starts at a random moment up to here.
    pub stagger: Micros,
    /// Until here each link is there only with this chance.
    pub partial_until: Micros,
    pub link_ppm: u64,
}

/// How a minority stays broken in the liveness phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Crashed,
    Isolated,
    /// It hears, but nobody hears it.
    ReceiveOnly,
    /// It is heard, but hears nobody.
    SendOnly,
    /// It dies and starts again without end.
    CrashLoop,
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
    /// The size of the first set; its members are the first places.
    pub n: usize,
    pub epochs: EpochPlan,
    pub parameters: Parameters,
    pub byzantine: Vec<(usize, Behaviour)>,
    /// Validators whose key is used by a second process, at the places after all persons.
    pub twins: Vec<usize>,
    pub network: NetworkFaults,
    pub machine: Machine,
    pub rates: Rates,
    pub clocks: Vec<(i64, i64)>,
    /// A node whose disks are wiped at this time: its vote memory is lost.
    pub wipe: Option<(usize, Micros)>,
    pub broken: Vec<(usize, Broken)>,
    /// Who is broken in the second liveness phase instead.
    pub broken_later: Vec<(usize, Broken)>,
    pub rollback: Option<Rollback>,
    /// A node that dies again and again while faults last, after so long each time.
    pub crash_loop: Option<(usize, Micros)>,
    /// Who lies when others fetch blocks, and how.
    pub sync_lies: Vec<(usize, SyncLie)>,
    /// How long what was verified waits for the replica; `None`: not at all.
    pub hearing: Option<(Micros, Micros)>,
    pub medium: Medium,
    /// Whether the votes lie in the real vote log; otherwise in a list that the medium treats likewise.
    pub real_vote_log: bool,
    pub start: Start,
    /// Whether a second and a third liveness phase follow the first.
    pub thorough: bool,
    pub load: Load,
    /// When the liveness phase begins.
    pub faults_end: Micros,
    /// The latest time by which the network must have healed.
    pub healed_by: Micros,
}

impl Scenario {
    /// Whether this place counts against f for some other reason than being broken in a liveness phase.
    pub fn is_faulty(&self, place: usize) -> bool {
        self.byzantine.iter().any(|(other, _)| *other == place)
            || self.wipe.is_some_and(|(other, _)| other == place)
            || self.rollback.is_some_and(|rollback| rollback.place == place && rollback.older.counts())
            || self.sync_lies.iter().any(|(other, _)| *other == place)
    }

    /// How many processes there are.
    pub fn places(&self) -> usize {
        self.persons() + self.twins.len()
    }

    /// How many are or may become validators.
    pub fn persons(&self) -> usize {
        self.n + self.epochs.candidates
    }

    /// Whose process is at a place.
    pub fn person_of(&self, place: usize) -> usize {
        let persons = self.persons();
        if place < persons { place } else { self.twins.get(place - persons).copied().unwrap_or(0) }
    }
}
