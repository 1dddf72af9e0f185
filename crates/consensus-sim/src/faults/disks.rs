//! Disks that are lost, full, or put back as they were (`threats.md` F11, F12, F18, F21).

use consensus::record::LogRecord;
use vote_log::testing::FaultyDisk;

use crate::{
    environment::Environment,
    faults::forgotten::Forgotten,
    mempool::Mempool,
    node::Node,
    queue::Place,
    real_log::RealLog,
    scenario::{Older, Rollback},
    store::BlockStore,
    time::Micros,
    world::World,
};

/// What a crash leaves of the writes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// A random prefix.
    Prefix,
    Nothing,
    Everything,
    /// A random prefix, of which the last record is cut in the middle: the reader drops it.
    Torn,
}

/// A copy of a node's data.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataCopy {
    log: Vec<LogRecord>,
    /// The files of the vote log, where it is the real one.
    files: Option<FaultyDisk>,
    log_id: u64,
    store: BlockStore,
    mempool: Mempool,
}

impl World {
    pub(super) fn wipe_planned(&mut self) {
        if let Some((place, _)) = self.env.scenario.wipe {
            self.kill(place);
            self.nodes[place].wipe(&mut self.env);
        }
    }

    /// The disk is full for a while.
    pub(super) fn fill_disk(&mut self, place: Place) {
        let until = self.env.now + self.a_while(300, 5_000);
        self.nodes[place].disk_full_until = until;
        self.env.say(|| format!("the disk of {place} is full"));
    }

    pub(super) fn copy_planned(&mut self) {
        if let Some(Rollback { place, .. }) = self.env.scenario.rollback {
            self.nodes[place].copy_data(&mut self.env);
        }
    }

    pub(super) fn restore_planned(&mut self) {
        if let Some(Rollback { place, older, .. }) = self.env.scenario.rollback {
            let wait = self.a_while(50, 1_000);
            self.kill_for(place, wait);
            self.nodes[place].restore_data(&mut self.env, older);
        }
    }
}

impl Node {
    /// Whether nothing can be written: then the process dies, and comes back to try again.
    pub fn dies_of_full_disk(&mut self, env: &mut Environment) -> bool {
        if env.now >= self.disk_full_until || env.calm {
            return false;
        }
        env.statistics.full_disks += 1;
        let wait: Micros = env.later_prng.range(100_000, 600_000);
        self.crash(env);
        env.queue.push(env.now + wait, crate::queue::Event::Restart { place: self.place });
        true
    }

    /// Copies what is durable.
    pub fn copy_data(&mut self, env: &mut Environment) {
        if self.real_log.as_ref().is_some_and(RealLog::is_unsure) {
            return;
        }
        let place = self.place;
        env.say(|| format!("the data of {place} are copied"));
        self.said_since_copy = Forgotten::default();
        let mut mempool = self.mempool.clone();
        mempool.crash(self.index, &self.bodies());
        let files = self.real_log.as_ref().map(RealLog::copy);
        self.copy = Some(DataCopy {
            log: self.log.clone(),
            files,
            log_id: self.log_id,
            store: self.store.durable_copy(),
            mempool,
        });
    }

    /// Puts a copy back under a dead process. The log keeps its id, so nobody can tell by that.
    pub fn restore_data(&mut self, env: &mut Environment, older: Older) {
        let Some(copy) = self.copy.clone() else { return };
        let place = self.place;
        env.statistics.rollbacks += 1;
        env.say(|| format!("{place} gets older data: {older:?}"));
        let next_sequence = self.mempool.next_sequence;
        match older {
            Older::VoteLog => {}
            Older::Directory | Older::Ledger => (self.store, self.mempool) = (copy.store, copy.mempool),
        }
        if older.counts() {
            self.log = copy.log;
            self.log_id = copy.log_id;
            match (&mut self.real_log, &copy.files) {
                (Some(real), Some(files)) => real.replace(files, copy.log_id),
                (Some(_) | None, _) => self.real_log = None,
            }
        }
        self.mempool.next_sequence = next_sequence;
        if older.counts() {
            self.note_rollback(&mut env.statistics.rolled);
        }
        env.invariants.wiped(place);
    }
}
