//! The real vote log under a node, over a disk that loses, tears and fails (`threats.md` F18, F21): what the
//! replica learns after a crash is what the crate `vote-log` reads back, not what a model says.

use consensus::{record::LogRecord, still_needed};
use types::{Epoch, Height, VoteLogId};
use vote_log::{
    Options, VoteLog, VoteLogError,
    testing::{FaultyDisk, Mishap},
};

use crate::{
    environment::Environment, identity::log_name, node::Node, prng::Prng, queue::Place,
    statistics::LogStrikes,
};

/// Small, so that the file grows and is written anew often.
const SIZES: Options = Options { growth: 16 << 10, compact: 96 << 10 };
/// The id of a log that is made where one was missing: never used, since none is missing here.
const FRESH: VoteLogId = VoteLogId::new([0xff; 32]);
/// How often a process gets a disk that will fail.
const MISHAP_PPM: u64 = 300_000;
/// Within so many operations.
const OPERATIONS: u64 = 400;
/// A power failure may tear each sector at one of so many bytes, drawn anew each time.
const CUTS: usize = 6;
const SECTOR: usize = 512;
const MISHAPS: [Mishap; 4] = [Mishap::Crash, Mishap::NoSpace, Mishap::Io, Mishap::Short];

/// What the nodes of a run write their votes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogMedium {
    /// A list in memory.
    Model,
    /// The real log on disks that fail at random.
    Real,
    /// The real log; one operation of one node's disk goes wrong, and no other.
    Planned(LogMishap),
}

/// An operation of a vote log's disk that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMishap {
    /// Whose.
    pub place: Place,
    /// Counted from the beginning of the run.
    pub operation: u64,
    /// How.
    pub mishap: Mishap,
}

/// A node's vote log and its disk.
#[derive(Debug)]
pub(crate) struct RealLog {
    disk: FaultyDisk,
    id: VoteLogId,
    /// What was planned for the present life, and has not been counted.
    mishap: Option<Mishap>,
    planned: Option<LogMishap>,
    log: Option<VoteLog<LogRecord, FaultyDisk>>,
    /// Handed over, and not known to be durable: after a crash only a log that was opened says so.
    pending: Vec<LogRecord>,
    /// What the log holds if it was written anew.
    rewritten: Option<Vec<LogRecord>>,
    prng: Prng,
}

impl RealLog {
    /// A new log with this id, in which these records are durable.
    fn new(env: &Environment, node: &Node) -> Result<Self, VoteLogError> {
        let (disk, id, place) = (FaultyDisk::default(), log_name(node.log_id), node.place);
        VoteLog::<LogRecord, _>::create_new(disk.clone(), id, SIZES)?;
        if !node.log.is_empty() {
            VoteLog::open(disk.clone(), FRESH, SIZES)?.0.append(&node.log)?;
        }
        let planned = match env.log_medium {
            LogMedium::Planned(mishap) if mishap.place == place => Some(mishap),
            LogMedium::Planned(_) | LogMedium::Model | LogMedium::Real => None,
        };
        let stream = format!("vote log disk {place} {}", node.log_id);
        let prng = Prng::stream(env.scenario.seed, &stream);
        Ok(Self { disk, id, mishap: None, planned, log: None, pending: Vec::new(), rewritten: None, prng })
    }

    /// Whether it may lose what its file holds at present.
    pub fn is_unsure(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Its files as they are now, when nothing is being written.
    pub fn copy(&self) -> FaultyDisk {
        let copy = self.disk.fork();
        copy.mend();
        copy
    }

    /// Other files take the place of its own.
    pub fn replace(&mut self, files: &FaultyDisk, id: u64) {
        (self.disk, self.id) = (files.fork(), log_name(id));
        self.pending.clear();
    }

    fn open(&mut self, medium: LogMedium, calm: bool) -> Result<Vec<LogRecord>, VoteLogError> {
        if calm {
            self.disk.mend();
        } else if let Some(LogMishap { operation, mishap, .. }) = self.planned {
            self.plan(operation, mishap);
        } else if medium == LogMedium::Real && self.prng.chance(MISHAP_PPM) {
            let mishap = MISHAPS[self.prng.index(MISHAPS.len())];
            let operation = self.disk.operations() + self.prng.below(OPERATIONS);
            self.plan(operation, mishap);
        }
        let (log, records) = VoteLog::open(self.disk.clone(), FRESH, SIZES)?;
        self.log = Some(log);
        Ok(records)
    }

    fn plan(&mut self, operation: u64, mishap: Mishap) {
        self.disk.plan(operation, mishap);
        self.mishap = Some(mishap).filter(|_| self.disk.is_planned());
    }

    /// Counts what was planned, once it struck.
    fn count(&mut self, strikes: &mut LogStrikes) {
        if let Some(mishap) = self.mishap.filter(|_| !self.disk.is_planned()) {
            self.mishap = None;
            match mishap {
                Mishap::Crash => strikes.power += 1,
                Mishap::NoSpace => strikes.no_space += 1,
                Mishap::Io => strikes.io += 1,
                Mishap::Short => strikes.short += 1,
            }
        }
    }

    fn append(&mut self, records: &[LogRecord]) -> Result<(), VoteLogError> {
        self.pending = records.to_vec();
        if let Some(log) = &mut self.log {
            log.append(records)?;
        }
        self.pending.clear();
        Ok(())
    }

    /// Returns what it holds when it was written anew.
    fn compact(&mut self, epoch: Epoch, low: Height) -> Result<Option<Vec<LogRecord>>, VoteLogError> {
        let Self { log: Some(log), rewritten, .. } = self else { return Ok(None) };
        log.compact_if_long(|records| {
            let kept = still_needed(records, epoch, low);
            *rewritten = Some(kept.clone());
            kept
        })?;
        Ok(rewritten.take())
    }

    /// The process dies while it syncs these records; half of the time the power fails, too.
    fn crash(&mut self, syncing: &[LogRecord], strikes: &mut LogStrikes) {
        self.count(strikes);
        if self.log.is_some() && self.pending.is_empty() && !syncing.is_empty() {
            if !self.disk.is_planned() {
                self.disk.plan(self.disk.operations() + self.prng.below(4), Mishap::Crash);
            }
            self.pending = syncing.to_vec();
            if let Some(log) = &mut self.log {
                // It fails, or succeeds and nobody is left to be told: either way it is only pending.
                let _ = log.append(syncing);
            }
        }
        (self.log, self.mishap) = (None, None);
        if self.prng.chance(500_000) {
            self.lose_power(strikes);
        } else {
            self.disk.mend();
        }
    }

    /// Each sector that waits is old, new, or new up to some byte.
    fn lose_power(&mut self, strikes: &mut LogStrikes) {
        let prng = &mut self.prng;
        let cuts: Vec<usize> = (0..CUTS).map(|_| 1 + prng.index(SECTOR - 1)).collect();
        self.disk.set_cuts(&cuts);
        self.disk.crash(&mut |alternatives| {
            let chosen = prng.index(alternatives);
            strikes.torn += u64::from(alternatives == CUTS + 2 && chosen > 1);
            chosen
        });
    }

    /// What a reader finds now: what was acknowledged, perhaps written anew; and behind it nothing, or what
    /// was pending.
    fn find(&mut self, acknowledged: &[LogRecord]) -> Result<Vec<LogRecord>, String> {
        let opened = VoteLog::<LogRecord, _>::open(self.disk.fork(), FRESH, SIZES);
        let (log, found) = opened.map_err(|error| error.to_string())?;
        if log.id() != self.id {
            return Err(format!("the log is {} instead of {}", log.id(), self.id));
        }
        let pending = std::mem::take(&mut self.pending);
        for durable in [Some(acknowledged.to_vec()), self.rewritten.take()].into_iter().flatten() {
            match found.strip_prefix(&durable[..]) {
                Some(more) if more.is_empty() || more == pending => {
                    self.pending = more.to_vec();
                    return Ok(durable);
                }
                Some(_) | None => {}
            }
        }
        Err(format!("{} records came back of {} acknowledged ones", found.len(), acknowledged.len()))
    }
}

impl Node {
    /// Opens the real log where the run has one; false when that killed the process.
    pub fn open_real_log(&mut self, env: &mut Environment) -> bool {
        if env.log_medium == LogMedium::Model {
            return true;
        }
        if self.real_log.is_none() {
            match RealLog::new(env, self) {
                Ok(log) => self.real_log = Some(log),
                Err(error) => env.violate("vote_log", error.to_string()),
            }
        }
        let Some(real) = &mut self.real_log else { return true };
        match real.open(env.log_medium, env.calm) {
            Ok(records) if records.strip_prefix(&self.log[..]) == Some(&real.pending) => {
                let pending = std::mem::take(&mut real.pending);
                for record in pending {
                    self.note_said(env, &record);
                    if self.actor.is_none() && !self.forgetful {
                        env.invariants.synced(self.place, &record);
                    }
                    self.log.push(record);
                }
                true
            }
            Ok(records) => {
                let (place, expected) = (self.place, self.log.len());
                let found = records.len();
                env.violate("vote_log", format!("node {place} opens {found} records instead of {expected}"));
                true
            }
            Err(error) => self.dies_of_log(env, &error),
        }
    }

    /// Makes records durable in the real log; false when that killed the process.
    pub fn append_to_real_log(&mut self, env: &mut Environment, records: &[LogRecord]) -> bool {
        let Some(real) = &mut self.real_log else { return true };
        if env.calm {
            real.count(&mut env.statistics.log);
            real.disk.mend();
        }
        match real.append(records) {
            Ok(()) => true,
            Err(error) => self.dies_of_log(env, &error),
        }
    }

    /// Writes the real log anew when it is long; true where the run has one.
    pub fn compact_real_log(&mut self, env: &mut Environment, epoch: Epoch, low: Height) -> bool {
        let Some(real) = &mut self.real_log else { return false };
        match real.compact(epoch, low) {
            Ok(Some(kept)) => {
                env.statistics.log.rewritten += 1;
                self.log = kept;
            }
            Ok(None) => {}
            Err(error) => {
                self.dies_of_log(env, &error);
            }
        }
        true
    }

    /// The process dies: what was acknowledged must be in the real log. Whether the run has one.
    pub fn crash_real_log(&mut self, env: &mut Environment) -> bool {
        let Some(real) = &mut self.real_log else { return false };
        let strikes = &mut env.statistics.log;
        real.crash(self.log_disk.syncing(), strikes);
        strikes.operations = strikes.operations.max(real.disk.operations());
        match real.find(&self.log) {
            Ok(durable) => self.log = durable,
            Err(what) => {
                let place = self.place;
                env.violate("vote_log", format!("node {place}: {what}"));
            }
        }
        true
    }

    fn dies_of_log(&mut self, env: &mut Environment, error: &VoteLogError) -> bool {
        let place = self.place;
        env.statistics.log.deaths += 1;
        env.say(|| format!("{place}: {error}"));
        if matches!(error, VoteLogError::Damaged { .. } | VoteLogError::Stopped { .. }) {
            env.violate("vote_log", format!("node {place}: {error}"));
        }
        self.crash_here(env);
        false
    }
}
