//! The shell around the replica: feeds inputs, carries out effects in order, signs, writes the vote log.

use std::{collections::VecDeque, rc::Rc};

use consensus::{Effect, Input, Message, Notice, Persist, SignedStatement, Statement, record::LogRecord};
use types::ValidatorIndex;

use crate::{
    environment::Environment,
    mutant::Mutant,
    node::Node,
    packet::Packet,
    queue::{Event, Place},
};

/// The vote log is rewritten with what the replica still needs after this many records.
const LOG_RECORDS_MAX: usize = 400;

impl Node {
    /// Feeds inputs, after a tick, and whatever follows from them at once.
    pub fn feed(&mut self, env: &mut Environment, mut inputs: VecDeque<Input>) {
        inputs.push_front(Input::Tick(self.clock.read(env.now)));
        while let Some(input) = inputs.pop_front() {
            let Some(replica) = &mut self.replica else { return };
            let effects = replica.step(input);
            self.verifier.set_horizon(replica.horizon());
            let (window, validators) = (env.scenario.parameters.window, env.scenario.n);
            env.invariants.work(self.place, effects.len(), validators, window);
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
                Effect::Send { to, message } => self.send(env, Some(to), message),
                Effect::Broadcast(message) => self.send(env, None, message),
                Effect::FetchBatch { reference, from } => self.fetch_batch(env, reference, from, inputs),
                Effect::Ordered { references, .. } => self.mempool.ordered(&references),
                Effect::Execute { height, proposal } => self.decided(env, height, proposal),
                Effect::StoreCertificate(certificate) => self.store_certificate(env, certificate, inputs),
                Effect::Sync { target, from } => self.sync_to(env, &target, from),
                Effect::ReleaseBatches { references, .. } => self.mempool.release(&references),
                Effect::ExpireBatches { references } => self.mempool.expire(&references),
                Effect::Evidence(_) => env.statistics.evidence += 1,
                Effect::Notice(notice) => self.notice(env, &notice),
                Effect::Halt(halt) => self.halt(env, &halt),
            }
        }
    }

    fn persist(&mut self, env: &mut Environment, persist: Persist, inputs: &mut VecDeque<Input>) {
        let record = match persist {
            Persist::Own { statement, proposal, prepared } => {
                let signed = env.identity.state(self.index, statement);
                LogRecord::Own { signed, proposal, prepared }
            }
            Persist::Installed(signed) => LogRecord::Installed(signed),
        };
        if self.is_honest() {
            if self.memory_lost {
                let place = self.place;
                env.violate("memory_lost", format!("node {place} signs without its vote memory: {record:?}"));
            }
            env.invariants.logged(self.place, &record, &self.mempool);
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
        for record in &records {
            if self.is_honest() {
                env.invariants.synced(self.place, record);
            }
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
        let Some(replica) = &self.replica else { return };
        if self.log.len() < LOG_RECORDS_MAX || self.log_disk.len() > 0 {
            return;
        }
        let snapshot = replica.log_snapshot();
        let (place, before, after) = (self.place, self.log.len(), snapshot.len());
        env.say(|| format!("{place} compacts its vote log from {before} to {after} records"));
        self.log = snapshot;
    }

    /// Puts a message on the wire, to one validator or to all others.
    pub fn send(&mut self, env: &mut Environment, to: Option<ValidatorIndex>, message: Message) {
        if env.is_failpoint() {
            self.crash_here(env);
            return;
        }
        if self.is_honest() {
            env.invariants.sent(self.place, &message);
        }
        let (place, index) = (self.place, self.index);
        env.say(|| {
            format!("{place} sends to {}: {}", to.map_or("all".into(), |to| to.to_string()), brief(&message))
        });
        let receivers: Vec<ValidatorIndex> = match to {
            Some(to) => vec![to],
            None => env.identity.validators.indices().filter(|other| *other != index).collect(),
        };
        let Some(actor) = &mut self.actor else {
            let packet = Rc::new(Packet::consensus(message));
            receivers.into_iter().for_each(|to| env.post_to(place, to, &packet));
            return;
        };
        for to in receivers {
            for message in actor.outgoing(&env.identity, &mut env.mischief_prng, to, &message) {
                env.note_byzantine(&message);
                env.post_to(place, to, &Rc::new(Packet::consensus(message)));
            }
        }
    }

    /// A packet arrives.
    pub fn receive(&mut self, env: &mut Environment, from: Place, packet: &Rc<Packet>) {
        match &**packet {
            Packet::Consensus(message) => {
                let sender = env.index_of(from);
                match self.verifier.verify(sender, (**message).clone()) {
                    Ok(verified) => {
                        if let Some(actor) = &mut self.actor {
                            actor.overhear(message);
                        }
                        self.feed(env, [Input::Message { from: sender, message: verified }].into());
                    }
                    Err(_) => env.statistics.rejected += 1,
                }
            }
            Packet::Batch(batch) => self.receive_batch(env, from, batch),
            Packet::Acknowledge(acknowledgement) => self.receive_acknowledgement(env, acknowledgement),
            Packet::Proof(proof) => self.receive_proof(env, from, proof),
            Packet::FetchBatch(digest) => self.serve_batch(env, from, digest),
            Packet::FetchBlocks(first) => self.serve_blocks(env, from, *first),
            Packet::Blocks(blocks) => self.receive_blocks(env, blocks),
        }
    }

    /// A Byzantine actor acts of its own accord.
    pub fn make_mischief(&mut self, env: &mut Environment) {
        let place = self.place;
        let (Some(actor), Some(replica)) = (&mut self.actor, &self.replica) else { return };
        let status = replica.status();
        for (to, message) in actor.mischief(&env.identity, &mut env.mischief_prng, &status) {
            env.note_byzantine(&message);
            env.say(|| format!("{place} invents for {to}: {}", brief(&message)));
            env.post_to(place, to, &Rc::new(Packet::consensus(message)));
        }
    }

    fn notice(&mut self, env: &mut Environment, notice: &Notice) {
        let place = self.place;
        env.say(|| format!("{place} notices {notice:?}"));
        if !self.is_honest() {
            return;
        }
        match notice {
            Notice::ViewChangeStarted { .. } => env.statistics.view_changes += 1,
            Notice::ViewInstalled { view, .. } => env.statistics.views = env.statistics.views.max(view.get()),
            Notice::NotVoting { .. } | Notice::NoQuorumForHeader { .. } | Notice::ExecutedDiffers { .. } => {}
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
            env.invariants.stands(self.place, status.view, status.low, status.executed);
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

impl Environment {
    /// Which validator a place is.
    pub fn index_of(&self, place: Place) -> ValidatorIndex {
        let n = self.scenario.n;
        let place = if place < n { place } else { self.scenario.twins.get(place - n).copied().unwrap_or(0) };
        ValidatorIndex::new(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// Puts a packet on the wire to every place of a validator.
    pub fn post_to(&mut self, from: Place, to: ValidatorIndex, packet: &Rc<Packet>) {
        for place in 0..self.scenario.places() {
            if place != from && self.index_of(place) == to {
                self.post(from, place, packet);
            }
        }
    }

    /// A Byzantine actor's statements count for what may be decided.
    fn note_byzantine(&mut self, message: &Message) {
        if let Message::Signed(signed) | Message::PrePrepare { signed, .. } = message
            && self.is_signed(signed)
        {
            self.invariants.seen(signed);
        }
    }

    fn is_signed(&self, signed: &SignedStatement) -> bool {
        let bytes = signed.statement.signing_bytes(&self.identity.chain, signed.epoch);
        self.identity.is_signed(signed.signer, &bytes, &signed.signature)
    }
}

/// A message in few words.
fn brief(message: &Message) -> String {
    match message {
        Message::Signed(SignedStatement { signer, statement, .. }) => match statement {
            Statement::ViewChange(change) => format!(
                "ViewChange of {signer} to {} above {:?}, prepared {:?}",
                change.view,
                change.stable.as_ref().map(|certificate| certificate.height),
                change.prepared.iter().map(|prepared| prepared.vote).collect::<Vec<_>>()
            ),
            Statement::NewView(new_view) => format!(
                "NewView of {signer} for {} by {:?}",
                new_view.view,
                new_view.view_changes.iter().map(|change| change.signer).collect::<Vec<_>>()
            ),
            other => format!("{other:?} of {signer}"),
        },
        Message::PrePrepare { signed, proposal } => {
            format!("{:?} with {} references", signed.statement, proposal.references.len())
        }
        Message::Certificate(certificate) => format!("Certificate of {}", certificate.height),
        other => format!("{other:?}"),
    }
}
