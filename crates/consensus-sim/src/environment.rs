//! What all nodes share: time, events, the network, the streams of randomness, the observers.

use std::rc::Rc;

use crate::{
    ambush::Firsts,
    epochs::{ChainState, Order},
    identity::Identity,
    invariants::{Invariants, Violation},
    mutant::Mutant,
    network::Network,
    packet::Packet,
    prng::Prng,
    queue::{EventQueue, Place},
    real_log::LogMedium,
    scenario::Scenario,
    statistics::Statistics,
    time::Micros,
    trace::{Trace, Verbosity},
    twins::Script,
};

/// The world without its nodes.
pub(crate) struct Environment {
    pub now: Micros,
    pub scenario: Scenario,
    /// The chain's state before the first block.
    pub genesis: Rc<ChainState>,
    /// Every order ever made.
    pub orders: Vec<Order>,
    /// How many of the planned sets the chain has had.
    pub changed: usize,
    /// Vote logs ever made to replace another.
    pub logs: u64,
    /// What the validator that is to be wiped said.
    pub ghost: Vec<Rc<Packet>>,
    pub queue: EventQueue,
    pub network: Network,
    pub invariants: Invariants,
    pub trace: Trace,
    pub statistics: Statistics,
    pub mutant: Option<Mutant>,
    pub log_medium: LogMedium,
    /// Transactions ever made by clients.
    pub transactions: u64,
    /// Faults are over.
    pub calm: bool,
    pub firsts: Firsts,
    /// Who hears whom, where a scenario of twins says so.
    pub script: Script,
    pub disk_prng: Prng,
    pub executor_prng: Prng,
    pub fault_prng: Prng,
    pub load_prng: Prng,
    pub failpoint_prng: Prng,
    pub start_prng: Prng,
    pub mischief_prng: Prng,
    pub hearing_prng: Prng,
    /// For the faults that came later.
    pub later_prng: Prng,
    pub epoch_prng: Prng,
}

impl Environment {
    /// The environment that a seed describes; `None` when its validators form no set, which is a bug.
    pub fn new(
        scenario: Scenario,
        places: usize,
        mutant: Option<Mutant>,
        verbosity: Verbosity,
    ) -> Option<Self> {
        let seed = scenario.seed;
        let genesis =
            Rc::new(ChainState::genesis(Identity::new(scenario.n, scenario.parameters.clone()).ok()?));
        Some(Self {
            now: 0,
            network: Network::new(seed, places, scenario.network.clone()),
            invariants: Invariants::new(Rc::clone(&genesis)),
            genesis,
            orders: Vec::new(),
            changed: 0,
            logs: 0,
            ghost: Vec::new(),
            queue: EventQueue::default(),
            trace: Trace::new(verbosity),
            statistics: Statistics::default(),
            mutant,
            log_medium: if scenario.real_vote_log && mutant.is_none() {
                LogMedium::Real
            } else {
                LogMedium::Model
            },
            transactions: 0,
            calm: false,
            firsts: Firsts::default(),
            script: Script::default(),
            disk_prng: Prng::stream(seed, "disk"),
            executor_prng: Prng::stream(seed, "executor"),
            fault_prng: Prng::stream(seed, "fault"),
            load_prng: Prng::stream(seed, "load"),
            failpoint_prng: Prng::stream(seed, "failpoint"),
            start_prng: Prng::stream(seed, "start"),
            mischief_prng: Prng::stream(seed, "mischief"),
            hearing_prng: Prng::stream(seed, "hearing"),
            later_prng: Prng::stream(seed, "later"),
            epoch_prng: Prng::stream(seed, "epoch"),
            scenario,
        })
    }

    /// How long a synced write takes at this place.
    pub fn sync_duration(&mut self, place: Place) -> Micros {
        let (low, high) = self.scenario.machine.fsync;
        self.disk_prng.range(low, high) * self.slowness(place, self.scenario.machine.slow_disk)
    }

    /// How long the execution of a block takes at this place.
    pub fn execution_duration(&mut self, place: Place) -> Micros {
        let (low, high) = self.scenario.machine.execution;
        self.executor_prng.range(low, high) * self.slowness(place, self.scenario.machine.slow_executor)
    }

    fn slowness(&self, place: Place, slow: Option<(usize, u64)>) -> u64 {
        match slow {
            Some((slow_place, factor)) if slow_place == place && !self.calm => factor,
            Some(_) | None => 1,
        }
    }

    /// Whether the process at this place dies here and now.
    pub fn is_failpoint(&mut self) -> bool {
        let rate = self.scenario.rates.failpoint_ppm;
        !self.calm && rate > 0 && self.failpoint_prng.chance(rate)
    }

    /// A Byzantine process of this epoch did something.
    pub fn note_mischief(&mut self, identity: &Identity, count: u64) {
        self.statistics.mischief += count;
        self.statistics.later_mischief += if identity.epoch == types::Epoch::ZERO { 0 } else { count };
    }

    /// Something that must not happen happened.
    pub fn violate(&mut self, invariant: &'static str, detail: String) {
        self.invariants.note(Err(Violation { invariant, detail }));
    }

    /// A line for readers of the trace.
    pub fn say(&mut self, words: impl FnOnce() -> String) {
        self.trace.line(self.now, words);
    }
}
