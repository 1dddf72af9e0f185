//! The node's vote log: signs, appends, syncs in groups, answers, and is rewritten when it has grown.

use std::collections::VecDeque;

use consensus::{Input, Persist, Statement, record::LogRecord};

use crate::{environment::Environment, mutant::Mutant, node::Node, queue::Event};

/// The vote log is rewritten with what the replica still needs after this many records.
const LOG_RECORDS_MAX: usize = 400;

impl Node {
    /// Signs where it is our own, appends, and starts a sync unless one runs.
    pub fn persist(&mut self, env: &mut Environment, persist: Persist, inputs: &mut VecDeque<Input>) {
        let record = match persist {
            Persist::Own { statement, proposal, prepared } => {
                let signed = self.identity.state(self.index, statement);
                LogRecord::Own { signed, proposal, prepared }
            }
            Persist::Installed(signed) => LogRecord::Installed(signed),
        };
        if self.dies_of_full_disk(env) {
            return;
        }
        if self.forgetful
            && let LogRecord::Own { signed, .. } = &record
        {
            env.invariants.seen(signed);
        }
        if self.is_honest() {
            if self.memory_lost {
                let place = self.place;
                env.violate("memory_lost", format!("node {place} signs without its vote memory: {record:?}"));
            }
            let standing = (self.store.low(), self.log_id);
            env.invariants.logged(self.place, self.person, standing, &record, &self.mempool);
            env.note_first_commit(self.place, &record);
        }
        if let LogRecord::Own { signed, .. } = &record {
            self.note_vote(&signed.statement);
        }
        if env.mutant == Some(Mutant::SendBeforeDurable) {
            inputs.push_back(Input::Durable(record.clone()));
        }
        if self.log_disk.write(record) {
            self.begin_vote_sync(env);
        }
        if env.is_failpoint() {
            self.crash_here(env);
        }
    }

    fn note_vote(&mut self, statement: &Statement) {
        if let Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) = statement {
            self.voted = self.voted.max(vote.height.get());
        }
    }

    fn begin_vote_sync(&mut self, env: &mut Environment) {
        self.log_disk.begin_sync();
        let at = env.now + env.sync_duration(self.place);
        env.queue.push(at, Event::VotesSynced { place: self.place, run: self.run });
    }

    /// A sync of the vote log ended.
    pub fn votes_synced(&mut self, env: &mut Environment) {
        let (records, more) = self.log_disk.finish_sync();
        if !self.append_to_real_log(env, &records) {
            return;
        }
        for record in &records {
            if self.is_honest() {
                env.invariants.synced(self.place, record);
            }
            self.note_said(env, record);
        }
        self.log.extend(records.iter().cloned());
        if more {
            self.begin_vote_sync(env);
        }
        if env.is_failpoint() {
            self.crash_here(env);
            return;
        }
        if env.mutant != Some(Mutant::SendBeforeDurable) {
            self.feed(env, records.into_iter().map(Input::Durable).collect());
        }
        self.compact_log(env);
    }

    /// Rewrites the vote log when it has grown; never while records are on their way.
    fn compact_log(&mut self, env: &mut Environment) {
        let Some(status) = self.replica.as_ref().map(|replica| replica.status()) else { return };
        if self.compact_real_log(env, status.epoch, status.low) {
            return;
        }
        let Some(replica) = &self.replica else { return };
        if self.log.len() < LOG_RECORDS_MAX || self.log_disk.len() > 0 {
            return;
        }
        let snapshot = replica.log_snapshot();
        let (place, before, after) = (self.place, self.log.len(), snapshot.len());
        env.say(|| format!("{place} compacts its vote log from {before} to {after} records"));
        self.log = snapshot;
    }
}
