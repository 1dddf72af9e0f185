//! The shell around the replica: feeds inputs, carries out effects in order.

use std::collections::VecDeque;

use consensus::{Effect, Evidence, Input, Notice};

use crate::{environment::Environment, node::Node, queue::Event};

impl Node {
    /// Feeds inputs, after a tick, and whatever follows from them at once.
    pub fn feed(&mut self, env: &mut Environment, mut inputs: VecDeque<Input>) {
        inputs.push_front(Input::Tick(self.clock.read(env.now)));
        while let Some(input) = inputs.pop_front() {
            self.note_hint(&input);
            let Some(replica) = &mut self.replica else { return };
            let effects = replica.step(input);
            self.verifier.set_horizon(replica.horizon());
            env.invariants.work(self.place, &effects, &self.identity);
            self.carry_out(env, effects, &mut inputs);
        }
        self.observe(env);
        self.set_alarm(env);
    }

    /// Does what the replica wants done, in order.
    pub fn carry_out(&mut self, env: &mut Environment, effects: Vec<Effect>, inputs: &mut VecDeque<Input>) {
        for effect in effects {
            if self.replica.is_none() {
                return;
            }
            match effect {
                Effect::Persist(persist) => self.persist(env, persist, inputs),
                Effect::Send { to, message } => {
                    if let Some(person) = self.identity.person(to) {
                        self.send(env, Some(person), message);
                    }
                }
                Effect::Broadcast(message) => self.send(env, None, message),
                Effect::FetchBatch { reference, from } => self.fetch_batch(env, reference, from, inputs),
                Effect::Ordered { height, references } => {
                    self.mempool.ordered(&references);
                    env.note_first_decision(self.place, height);
                }
                Effect::Execute { height, proposal } => self.decided(env, height, proposal),
                Effect::StoreCertificate(certificate) => self.store_certificate(env, certificate, inputs),
                Effect::Sync { target, from } => self.sync_to(env, &target, from),
                Effect::ReleaseBatches { references, .. } => self.mempool.release(&references),
                Effect::ExpireBatches { references } => self.mempool.expire(&references),
                Effect::EpochEnded { last } => self.next_epoch(env, last, inputs),
                Effect::SendEpochEnd { to, epoch } => {
                    if let Some(person) = self.identity.person(to) {
                        self.send_epoch_end(env, person, epoch);
                    }
                }
                Effect::MemoryLost => self.lose_log(env),
                Effect::Evidence(evidence) => self.accused(env, &evidence),
                Effect::Notice(notice) => self.notice(env, &notice),
                Effect::Halt(halt) => self.halt(env, &halt),
            }
        }
    }

    fn notice(&mut self, env: &mut Environment, notice: &Notice) {
        let place = self.place;
        env.say(|| format!("{place} notices {notice:?}"));
        if matches!(notice, Notice::NotVoting { .. }) {
            self.note_noticed(&mut env.statistics.rolled);
        }
        if !self.is_honest() {
            return;
        }
        match notice {
            Notice::ViewChangeStarted { reason, .. } => {
                env.statistics.view_changes += 1;
                env.statistics.slow_primaries += u64::from(*reason == "slow_primary");
                env.statistics.overdue_batches += u64::from(*reason == "overdue_batch");
            }
            Notice::ViewInstalled { view, .. } => env.statistics.views = env.statistics.views.max(view.get()),
            Notice::NotVoting { reason } if !self.memory_lost && env.mutant.is_none() => {
                env.violate("false_alarm", format!("node {place} has all its votes, but stops: {reason}"));
            }
            Notice::NoQuorumForHeader { height } => {
                env.violate("false_alarm", format!("node {place} sees no quorum for any header at {height}"));
            }
            Notice::NotVoting { .. } | Notice::ExecutedDiffers { .. } => {}
        }
    }

    /// Somebody is accused: never an honest node, and never without proof.
    fn accused(&self, env: &mut Environment, evidence: &Evidence) {
        env.statistics.evidence += 1;
        let Evidence::Equivocation { first, .. } = evidence;
        let accused = env.invariants.person(first);
        let is_faulty = accused.is_none_or(|person| env.is_faulty(person));
        if self.is_honest() {
            env.invariants.accused(self.place, evidence, is_faulty);
        }
    }

    fn halt(&mut self, env: &mut Environment, halt: &consensus::Halt) {
        if self.is_honest() {
            let place = self.place;
            env.violate("halt", format!("node {place} halts: {halt:?}"));
        }
        self.crash(env);
    }

    /// Dies at a failpoint and is restarted a little later.
    pub fn crash_here(&mut self, env: &mut Environment) {
        self.crash(env);
        let at = env.now + env.failpoint_prng.range(20_000, 800_000);
        env.queue.push(at, Event::Restart { place: self.place });
    }

    fn observe(&self, env: &mut Environment) {
        let Some(replica) = &self.replica else { return };
        if self.is_honest() {
            let status = replica.status();
            env.invariants.stands(self.place, (status.epoch, status.view), status.low, status.executed);
        }
    }

    fn set_alarm(&mut self, env: &mut Environment) {
        let Some(deadline) = self.replica.as_ref().and_then(|replica| replica.next_deadline()) else {
            return;
        };
        // A deadline in the past would be answered at once, for ever.
        let at = self.clock.when(deadline).max(env.now + 1_000);
        if self.wake_at.is_none_or(|wake_at| at < wake_at || wake_at <= env.now) {
            self.wake_at = Some(at);
            env.queue.push(at, Event::Wake { place: self.place, run: self.run, at });
        }
    }
}
