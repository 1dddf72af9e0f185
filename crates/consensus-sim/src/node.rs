//! A simulated process: the real replica with its disks, its mempool and its executor; life and death.

use std::{
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use consensus::{
    Replica,
    record::{LogRecord, Voting},
    verify::Verifier,
};
use types::ValidatorIndex;

use crate::{
    byzantine::Actor,
    disk::Disk,
    environment::Environment,
    epochs::{OUTSIDER, verifier_of},
    executor::Executor,
    faults::{
        disks::DataCopy,
        forgotten::{Forgotten, Hint},
    },
    hearing::Hearing,
    identity::{Identity, first_log},
    mempool::Mempool,
    mutant::Mutant,
    queue::{Event, Place},
    real_log::RealLog,
    store::{BlockStore, Write},
    sync::SyncState,
    time::{MILLISECOND, Micros, NodeClock},
};

/// Packets that the system buffers for a suspended process.
const INBOX_MAX: usize = 4_096;

/// How often a node looks what to resend or fetch again.
const HOUSEKEEPING: Micros = 100 * MILLISECOND;

/// What the operating system knows of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Process {
    Up,
    Suspended,
    Down,
}

/// One process with its disks.
pub(crate) struct Node {
    pub place: Place,
    /// Whose process it is.
    pub person: Place,
    /// The epoch it is in, and its part in that.
    pub identity: Rc<Identity>,
    pub index: ValidatorIndex,
    pub voting: Voting,
    /// The number of its vote log.
    pub log_id: u64,
    /// When to ask again to be named with it, and how long to wait then.
    pub rejoin_at: Micros,
    pub rejoin_after: Micros,
    pub submit_at: Micros,
    /// It was removed from the set: it will be stopped, or was.
    pub retiring: bool,
    pub retired: bool,
    pub process: Process,
    /// Which life of the process this is.
    pub run: u32,
    pub replica: Option<Replica>,
    pub verifier: Verifier,
    pub hearing: Hearing,
    /// The vote log: durable records, and those on their way.
    pub log: Vec<LogRecord>,
    pub log_disk: Disk<LogRecord>,
    /// What stands behind both, in runs on the real vote log.
    pub real_log: Option<RealLog>,
    pub memory_lost: bool,
    /// Its vote log was put back as it was before, under its old id: it counts against f.
    pub forgetful: bool,
    pub copy: Option<DataCopy>,
    pub said_since_copy: Forgotten,
    pub hint: Hint,
    pub disk_full_until: Micros,
    pub store: BlockStore,
    pub executor: Executor,
    pub mempool: Mempool,
    pub sync: SyncState,
    pub clock: NodeClock,
    pub actor: Option<Actor>,
    /// When the replica wants to be woken.
    pub wake_at: Option<Micros>,
    pub inbox: VecDeque<Event>,
    /// The highest height this node voted on in any of its lives.
    pub voted: u64,
    /// The last height whose certificate's durability was told to the replica.
    pub told_certified: u64,
}

impl Node {
    /// A process that was never started.
    pub fn new(env: &Environment, place: Place, actor: Option<Actor>) -> Self {
        let person = env.scenario.person_of(place);
        let identity = Rc::clone(&env.genesis.identity);
        let (offset_ms, drift_ppm) = env.scenario.clocks.get(place).copied().unwrap_or((0, 0));
        Self {
            place,
            person,
            index: OUTSIDER,
            voting: Voting::Observer,
            log_id: first_log(person),
            rejoin_at: 0,
            rejoin_after: 0,
            submit_at: 0,
            retiring: false,
            retired: false,
            process: Process::Down,
            run: 0,
            replica: None,
            verifier: verifier_of(&identity),
            identity,
            hearing: Hearing::default(),
            log: Vec::new(),
            log_disk: Disk::default(),
            real_log: None,
            memory_lost: false,
            forgetful: false,
            copy: None,
            said_since_copy: Forgotten::default(),
            hint: Hint::Other,
            disk_full_until: 0,
            store: BlockStore::default(),
            executor: Executor::new(Rc::clone(&env.genesis)),
            mempool: Mempool::default(),
            sync: SyncState::default(),
            clock: NodeClock { offset_ms, drift_ppm, monotonic_start_ms: 0, run_start: 0 },
            actor,
            wake_at: None,
            inbox: VecDeque::new(),
            voted: 0,
            told_certified: 0,
        }
    }

    /// Whether the invariants speak of this node: it does as it should and remembers what it signed.
    pub fn is_honest(&self) -> bool {
        self.actor.is_none() && !self.forgetful
    }

    /// Whether the process runs.
    pub fn is_up(&self) -> bool {
        self.process == Process::Up
    }

    /// Starts the process from its disks.
    pub fn start(&mut self, env: &mut Environment) {
        self.run += 1;
        self.process = Process::Up;
        self.wake_at = None;
        self.clock.run_start = env.now;
        self.clock.monotonic_start_ms = env.start_prng.below(1_000_000);
        if !self.open_real_log(env) {
            return;
        }
        self.executor = Executor::recover(Rc::clone(&env.genesis), self.store.blocks());
        self.sync = SyncState::default();
        if self.is_honest() {
            env.invariants.restarted(self.place, self.store.low());
        }
        let (place, run) = (self.place, self.run);
        let mut inputs = VecDeque::new();
        self.build_replica(env, true, &mut inputs);
        self.feed(env, inputs);
        env.queue.push(env.now + HOUSEKEEPING, Event::Housekeeping { place, run });
    }

    /// Kills the process: what is not durable is gone.
    pub fn crash(&mut self, env: &mut Environment) {
        if self.process == Process::Down {
            return;
        }
        let place = self.place;
        env.statistics.crashes += 1;
        env.say(|| format!("{place} dies"));
        self.process = Process::Down;
        self.replica = None;
        self.inbox.clear();
        self.hearing = Hearing::default();
        let is_real = self.crash_real_log(env);
        let medium = env.scenario.medium;
        let left = self.log_disk.crash(&mut env.disk_prng, medium);
        env.statistics.lost_writes += left.lost as u64;
        env.statistics.torn_writes += u64::from(left.torn);
        for record in left.records.into_iter().filter(|_| !is_real) {
            if self.is_honest() {
                env.invariants.synced(self.place, &record);
            }
            self.note_said(env, &record);
            self.log.push(record);
        }
        if env.mutant == Some(Mutant::CrashLosesSyncedVotes) {
            self.log.truncate(self.log.len().saturating_sub(5));
        }
        for write in self.store.crash(&mut env.disk_prng, medium).records {
            if let (Write::Block(_, checkpoint), true) = (write, self.is_honest()) {
                env.invariants.checkpoint_synced(self.place, checkpoint);
            }
        }
        self.executor = Executor::new(Rc::clone(&env.genesis));
        self.mempool.survive(&mut env.later_prng, medium);
        self.mempool.crash(self.index, &self.bodies());
    }

    /// The batches that durable blocks contain.
    pub fn bodies(&self) -> BTreeSet<types::BatchDigest> {
        let bodies = self.store.blocks().flat_map(|block| &block.batches);
        bodies.map(|batch| batch.reference.digest).collect()
    }

    /// Loses all disks of a dead process; its new vote log has another id than the set names.
    pub fn wipe(&mut self, env: &mut Environment) {
        let place = self.place;
        env.say(|| format!("{place} is wiped"));
        self.memory_lost = true;
        self.new_log(env);
        self.store.wipe();
        let next_sequence = self.mempool.next_sequence;
        self.mempool = Mempool { next_sequence, ..Mempool::default() };
        env.invariants.wiped(self.place);
    }

    /// Freezes the process; its clocks go on.
    pub fn suspend(&mut self) {
        if self.process == Process::Up {
            self.process = Process::Suspended;
        }
    }

    /// Lets a frozen process go on with what was buffered for it.
    pub fn resume(&mut self, env: &mut Environment) {
        if self.process != Process::Suspended {
            return;
        }
        self.process = Process::Up;
        for event in std::mem::take(&mut self.inbox) {
            self.handle(env, event);
        }
    }

    /// An event for this node.
    pub fn handle(&mut self, env: &mut Environment, event: Event) {
        match self.process {
            Process::Up => self.dispatch(env, event),
            Process::Suspended if self.inbox.len() < INBOX_MAX => self.inbox.push_back(event),
            Process::Suspended | Process::Down => {}
        }
    }

    fn dispatch(&mut self, env: &mut Environment, event: Event) {
        let is_current = |run: u32| run == self.run;
        match event {
            Event::Deliver { from, packet, .. } => self.receive(env, from, &packet),
            Event::Heard { run, .. } if is_current(run) => self.hear(env),
            Event::Wake { run, at, .. } if is_current(run) && self.wake_at == Some(at) => {
                self.wake_at = None;
                self.feed(env, VecDeque::new());
            }
            Event::VotesSynced { run, .. } if is_current(run) => self.votes_synced(env),
            Event::StoreSynced { run, .. } if is_current(run) => self.store_synced(env),
            Event::BatchSynced { run, digest, .. } if is_current(run) => self.batch_synced(env, &digest),
            Event::Executed { run, .. } if is_current(run) => self.executed(env),
            Event::Housekeeping { run, place } if is_current(run) => {
                self.spread_again(env);
                self.sync_again(env);
                self.rejoin_again(env);
                self.retire(env);
                env.queue.push(env.now + HOUSEKEEPING, Event::Housekeeping { place, run });
            }
            Event::Load { .. } => self.pack(env),
            Event::Mischief { .. } => self.make_mischief(env),
            Event::Heard { .. }
            | Event::Wake { .. }
            | Event::VotesSynced { .. }
            | Event::StoreSynced { .. }
            | Event::BatchSynced { .. }
            | Event::Executed { .. }
            | Event::Housekeeping { .. }
            | Event::Fault(_)
            | Event::Ambush(_)
            | Event::Restart { .. }
            | Event::Resume { .. }
            | Event::Clog { .. }
            | Event::LoopCrash { .. }
            | Event::Heal { .. }
            | Event::Drive
            | Event::FaultsEnd
            | Event::Check => {}
        }
    }
}
