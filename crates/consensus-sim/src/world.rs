//! One run: a safety phase with faults, then a liveness phase in which everything must heal.

use crate::{
    byzantine::Actor,
    environment::Environment,
    epochs::OUTSIDER,
    faults::links::all_but,
    invariants::Violation,
    liveness::{Liveness, Phase},
    mutant::Mutant,
    node::Node,
    packet::Packet,
    queue::{Event, Place},
    real_log::{LogMedium, LogMishap},
    scenario::{Repertoire, Scenario, Start},
    statistics::Statistics,
    time::{MILLISECOND, Micros},
    trace::Verbosity,
};

/// How to run a seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How much of it is kept in words.
    pub verbosity: Verbosity,
    /// What the shell does wrong on purpose.
    pub mutant: Option<Mutant>,
    /// Which faults the seed may draw.
    pub repertoire: Repertoire,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The invariant that broke, if one did.
    pub violation: Option<Violation>,
    /// Virtual time of the end, in microseconds.
    pub end: Micros,
    /// SHA-256 over all events.
    pub trace_hash: [u8; 32],
    /// The last lines of the trace, with [`Verbosity::Tail`].
    pub tail: Vec<String>,
    /// What was counted.
    pub statistics: Statistics,
    /// The run in one line.
    pub description: String,
}

/// The nodes and what they share.
pub(crate) struct World {
    pub env: Environment,
    pub nodes: Vec<Node>,
    pub liveness: Liveness,
    loaded: u64,
    pub done: bool,
}

/// Runs a seed to its end.
#[must_use]
pub fn run(seed: u64, options: Options) -> Outcome {
    let scenario = Scenario::from_seed(seed, options.repertoire);
    let description = format!("{scenario:?}");
    let places = scenario.places();
    match Environment::new(scenario, places, options.mutant, options.verbosity) {
        Some(env) => World::new(env).run(description),
        None => unreachable!("the simulated validators are distinct"),
    }
}

/// As [`run`], on the real vote log, of which one operation goes wrong.
#[must_use]
pub fn run_with_log_mishap(seed: u64, mishap: LogMishap) -> Outcome {
    let scenario = Scenario::from_seed(seed, Repertoire::default());
    let description = format!("{scenario:?} {mishap:?}");
    let places = scenario.places();
    match Environment::new(scenario, places, None, Verbosity::Tail) {
        Some(mut env) => {
            env.log_medium = LogMedium::Planned(mishap);
            World::new(env).run(description)
        }
        None => unreachable!("the simulated validators are distinct"),
    }
}

/// As [`run`]; a panic, of the replica or of the simulator, becomes a violation.
#[must_use]
pub fn run_caught(seed: u64, options: Options) -> Outcome {
    caught(&format!("{:?}", Scenario::from_seed(seed, options.repertoire)), || run(seed, options))
}

/// A panic becomes a violation.
pub(crate) fn caught(description: &str, run: impl FnOnce() -> Outcome + std::panic::UnwindSafe) -> Outcome {
    std::panic::catch_unwind(run).unwrap_or_else(|_| Outcome {
        violation: Some(Violation { invariant: "panic", detail: "see the message above".into() }),
        end: 0,
        trace_hash: [0; 32],
        tail: Vec::new(),
        statistics: Statistics::default(),
        description: description.into(),
    })
}

impl World {
    /// The nodes of an environment, all of them down.
    pub fn new(env: Environment) -> Self {
        let behaviour = |person: Place| {
            env.scenario.byzantine.iter().find(|(byzantine, _)| *byzantine == person).map(|(_, b)| *b)
        };
        let node = |place| {
            let person = env.scenario.person_of(place);
            let index = env.genesis.identity.index_of(person).unwrap_or(OUTSIDER);
            Node::new(&env, place, behaviour(person).map(|behaviour| Actor::new(behaviour, index)))
        };
        let nodes = (0..env.scenario.places()).map(node).collect();
        Self { env, nodes, liveness: Liveness::default(), loaded: 0, done: false }
    }

    /// Runs it to its end.
    pub fn run(mut self, description: String) -> Outcome {
        self.begin();
        while self.step() {}
        self.finish(description)
    }

    /// Handles the next event; false when the run is over.
    pub fn step(&mut self) -> bool {
        if self.done || self.env.invariants.violation().is_some() {
            return false;
        }
        let Some((at, event)) = self.env.queue.pop() else { return false };
        self.env.now = at;
        self.env.statistics.events += 1;
        self.note(&event);
        self.env.invariants.pending(self.env.queue.len(), self.nodes.len());
        self.handle(event);
        true
    }

    /// What the run came to.
    pub fn finish(self, description: String) -> Outcome {
        let env = self.env;
        let mut statistics = env.statistics;
        statistics.heights = env.invariants.height().get();
        statistics.packets = env.network.sent;
        statistics.virtual_ms = env.now / MILLISECOND;
        statistics.byzantine_runs = u64::from(!env.scenario.byzantine.is_empty());
        let violation = env.invariants.violation().cloned();
        let (trace_hash, tail) = env.trace.finish();
        Outcome { violation, end: env.now, trace_hash, tail, statistics, description }
    }

    /// Staggered start, load, mischief and faults.
    pub fn begin(&mut self) {
        let description = format!("{:?}", self.env.scenario);
        self.env.say(|| description);
        for place in 0..self.nodes.len() {
            let latest = self.env.scenario.start.stagger / MILLISECOND;
            let at = self.env.start_prng.below(latest) * MILLISECOND;
            self.env.queue.push(at, Event::Restart { place });
            let at = self.env.load_prng.waiting(self.env.scenario.load.interval);
            self.env.queue.push(at, Event::Load { place });
            if !self.nodes[place].is_honest() {
                self.env.queue.push(self.env.scenario.load.interval, Event::Mischief { place });
            }
        }
        self.env.queue.push(self.env.scenario.faults_end, Event::FaultsEnd);
        self.plan_changes();
        self.start_with_partial_links();
        self.plan_faults();
    }

    /// Some links are there from the beginning, the others only later (fabric #1917).
    fn start_with_partial_links(&mut self) {
        let Start { partial_until, link_ppm, .. } = self.env.scenario.start;
        if partial_until == 0 {
            return;
        }
        let count = self.nodes.len();
        let there: Vec<bool> = (0..count * count).map(|_| self.env.later_prng.chance(link_ppm)).collect();
        self.env.statistics.partial_starts += 1;
        self.cut_for(all_but(count, |from, to| there[from * count + to]), partial_until);
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Deliver { to: place, .. }
            | Event::Heard { place, .. }
            | Event::Wake { place, .. }
            | Event::VotesSynced { place, .. }
            | Event::StoreSynced { place, .. }
            | Event::BatchSynced { place, .. }
            | Event::Executed { place, .. }
            | Event::Housekeeping { place, .. } => self.nodes[place].handle(&mut self.env, event),
            Event::Load { place } => self.load(place, event),
            Event::Mischief { place } => {
                self.nodes[place].handle(&mut self.env, event.clone());
                let at = self.env.now + self.env.mischief_prng.waiting(150 * MILLISECOND);
                self.env.queue.push(at, event);
            }
            Event::Fault(kind) => self.strike(kind),
            Event::Ambush(ambush) => self.spring(ambush),
            Event::Restart { place } => self.restart(place),
            Event::Resume { place } => self.nodes[place].resume(&mut self.env),
            Event::Clog { place, back } => self.clog(place, back),
            Event::LoopCrash { place } => self.crash_in_loop(place),
            Event::Heal { change } => self.env.network.heal(change),
            Event::Drive => self.drive(),
            Event::FaultsEnd => self.end_faults(),
            Event::Check => self.done = self.check_healed(),
        }
    }

    fn restart(&mut self, place: Place) {
        if self.nodes[place].process == crate::node::Process::Down
            && !self.stays_down(place)
            && !self.nodes[place].retired
        {
            self.nodes[place].start(&mut self.env);
        }
    }

    /// Clients submit; in the liveness phase without end, at a steady rate.
    fn load(&mut self, place: Place, event: Event) {
        self.env.let_ghost_speak();
        let is_idle = matches!(self.liveness.phase, Phase::Idle { .. });
        if !is_idle && (self.env.calm || self.loaded < self.env.scenario.load.batches_max) {
            self.loaded += 1;
            self.nodes[place].handle(&mut self.env, event.clone());
        }
        let at = self.env.now + self.env.load_prng.waiting(self.env.scenario.load.interval);
        self.env.queue.push(at, event);
    }

    /// The event goes into the trace's hash.
    fn note(&mut self, event: &Event) {
        let numbers = match event {
            Event::Deliver { from, to, packet } => [1, *from as u64, *to as u64, u64::from(packet.tag())],
            Event::Wake { place, run, at } => [2, *place as u64, u64::from(*run), *at],
            Event::VotesSynced { place, run } => [3, *place as u64, u64::from(*run), 0],
            Event::StoreSynced { place, run } => [4, *place as u64, u64::from(*run), 0],
            Event::BatchSynced { place, run, .. } => [5, *place as u64, u64::from(*run), 0],
            Event::Executed { place, run } => [6, *place as u64, u64::from(*run), 0],
            Event::Housekeeping { place, run } => [7, *place as u64, u64::from(*run), 0],
            Event::Load { place } => [8, *place as u64, 0, 0],
            Event::Mischief { place } => [9, *place as u64, 0, 0],
            Event::Fault(kind) => [10, *kind as u64, 0, 0],
            Event::Restart { place } => [11, *place as u64, 0, 0],
            Event::Resume { place } => [12, *place as u64, 0, 0],
            Event::Heal { change } => [13, *change, 0, 0],
            Event::Drive => [19, 0, 0, 0],
            Event::FaultsEnd => [14, 0, 0, 0],
            Event::Ambush(_) => [16, 0, 0, 0],
            Event::Clog { place, back } => [17, *place as u64, *back, 0],
            Event::LoopCrash { place } => [18, *place as u64, 0, 0],
            Event::Heard { place, run } => [20, *place as u64, u64::from(*run), 0],
            Event::Check => [15, self.env.invariants.height().get(), 0, 0],
        };
        self.env.trace.event(self.env.now, numbers, || describe(event));
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Deliver { from, to, packet } => match &**packet {
            Packet::Consensus(_) => format!("{to} <- {from}: kind {}", packet.tag()),
            Packet::Batch(batch) => format!("{to} <- {from}: batch {:?}", batch.reference.digest),
            Packet::Blocks(blocks) => format!("{to} <- {from}: {} blocks", blocks.len()),
            other => format!("{to} <- {from}: {other:?}"),
        },
        other => format!("{other:?}"),
    }
}
