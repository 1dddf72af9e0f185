//! A node's way from one epoch to the next, and out of lost memory.

use std::{collections::VecDeque, rc::Rc, sync::Arc};

use consensus::{Input, Message, Replica, config::ReplicaConfig, record::Voting, verify::Verifier};
use types::{Epoch, Height, ValidatorIndex};

use super::{ORDER, Order};
use crate::{
    environment::Environment,
    identity::Identity,
    mutant::Mutant,
    node::{Node, Process},
    packet::Packet,
    queue::Place,
    scheme::KeyedHash,
    time::{MILLISECOND, Micros},
};

/// The index of those who are not in the set.
pub(crate) const OUTSIDER: ValidatorIndex = ValidatorIndex::new(u16::MAX);
const REJOIN_FIRST: Micros = 300 * MILLISECOND;
const REJOIN_MAX: Micros = 2_000 * MILLISECOND;

/// A verifier of one epoch.
pub(crate) fn verifier_of(identity: &Identity) -> Verifier {
    Verifier::new(
        identity.chain,
        Arc::clone(&identity.validators),
        identity.epoch,
        identity.base,
        (*identity.parameters).clone(),
        Arc::new(KeyedHash),
    )
}

impl Node {
    /// Starts the replica of the epoch above the newest durable certified block.
    pub fn build_replica(&mut self, env: &mut Environment, recall: bool, inputs: &mut VecDeque<Input>) {
        self.settle_epoch(env);
        let records =
            if env.mutant == Some(Mutant::EmptyLogAtRestart) { Vec::new() } else { self.log.clone() };
        let parameters = (*self.identity.parameters).clone();
        let recovery = self.store.recovery(records, parameters.window);
        self.told_certified = recovery.low.get();
        let config = ReplicaConfig {
            chain: self.identity.chain,
            validators: Arc::clone(&self.identity.validators),
            parameters,
            epoch: self.identity.epoch,
            base: self.identity.base,
            voting: self.voting,
            recall,
        };
        let (replica, effects) = Replica::new(config, recovery, self.clock.read(env.now));
        let (place, run, voting) = (self.place, self.run, self.voting);
        env.say(|| format!("{place} starts, run {run}, {voting:?}: {replica}"));
        self.replica = Some(replica);
        self.carry_out(env, effects, inputs);
        let unreleased = self.mempool.held.values().filter(|held| !held.released && held.durable);
        inputs.extend(unreleased.map(|held| Input::BatchHeld(held.batch.reference)));
    }

    /// The epoch that the ledger stands in, and our part in it.
    fn settle_epoch(&mut self, env: &Environment) {
        let low = self.store.low();
        let state = self.store.state_at(low).unwrap_or_else(|| Rc::clone(&env.genesis));
        self.identity = Rc::clone(state.of(low.next()));
        let index = self.identity.index_of(self.person);
        self.index = index.unwrap_or(OUTSIDER);
        self.voting = match index {
            None => Voting::Observer,
            Some(index) if self.identity.log_of(self.person) == Some(self.log_id) => Voting::Active(index),
            Some(index) => Voting::MemoryLost(index),
        };
        self.memory_lost = matches!(self.voting, Voting::MemoryLost(_));
        self.verifier = verifier_of(&self.identity);
        self.mempool.keep_epoch(self.identity.epoch);
        if let Some(actor) = &mut self.actor {
            actor.set_index(self.index);
        }
    }

    /// The epoch is over: the next one begins in this process, with the same connections.
    pub fn next_epoch(&mut self, env: &mut Environment, last: Height, inputs: &mut VecDeque<Input>) {
        let recall = !self.replica.as_ref().is_some_and(Replica::has_recalled);
        let was_member = self.index != OUTSIDER;
        let void = self.mempool.end_epoch();
        env.statistics.epochs += 1;
        self.build_replica(env, recall, inputs);
        // Sync may have gone past the end of the next epoch, too.
        if self.identity.base < last && self.is_honest() {
            let (place, base) = (self.place, self.identity.base);
            env.violate(
                "epochs",
                format!("node {place} ends its epoch at {last}, the next begins at {base}"),
            );
        }
        self.retiring =
            self.index == OUTSIDER && (self.retiring || was_member && env.scenario.epochs.removed_stop);
        if !void.is_empty() {
            self.pack_these(env, void);
        }
    }

    /// Whoever is still in an older epoch gets the certificate of its last block.
    pub fn send_epoch_end(&mut self, env: &mut Environment, to: Place, epoch: Epoch) {
        let state = self.store.state_at(self.store.low()).unwrap_or_else(|| Rc::clone(&env.genesis));
        let last = usize::try_from(epoch.get()).ok().and_then(|epoch| state.ends.get(epoch).copied());
        let last = last.or(Some(self.identity.base).filter(|_| epoch.next() == self.identity.epoch));
        if let Some(certificate) = last.and_then(|last| self.store.certificate(last)) {
            let packet = Rc::new(Packet::consensus(Message::Certificate(certificate)));
            env.post_to(self.place, to, &packet);
        }
    }

    /// The vote log is not the one with which we voted: a new one takes its place.
    pub fn lose_log(&mut self, env: &mut Environment) {
        if self.actor.is_some() {
            return;
        }
        let place = self.place;
        env.say(|| format!("{place} moves its vote log away"));
        self.new_log(env);
        self.memory_lost = true;
        if let Voting::Active(index) = self.voting {
            self.voting = Voting::MemoryLost(index);
        }
        self.forgetful = false;
        self.open_real_log(env);
    }

    /// An empty vote log with an id of its own.
    pub fn new_log(&mut self, env: &mut Environment) {
        env.logs += 1;
        self.log_id = 1_000 + env.logs;
        self.log.clear();
        self.log_disk = crate::disk::Disk::default();
        self.real_log = None;
        self.rejoin_at = 0;
        self.rejoin_after = REJOIN_FIRST;
    }

    /// Asks, through a peer, to be named with the log that it has, as long as the chain names another.
    pub fn rejoin_again(&mut self, env: &mut Environment) {
        if !matches!(self.voting, Voting::MemoryLost(_)) || self.actor.is_some() || env.now < self.rejoin_at {
            return;
        }
        self.rejoin_at = env.now + self.rejoin_after;
        self.rejoin_after = (self.rejoin_after * 2).min(REJOIN_MAX);
        env.statistics.rejoins += 1;
        let id = env.order(Order::Rejoin { person: self.person, log: self.log_id });
        self.submit(env, vec![id]);
    }

    /// Hands transactions to a peer that may pack them.
    pub fn submit(&mut self, env: &mut Environment, transactions: Vec<u64>) {
        let others: Vec<_> = self.identity.persons().filter(|person| *person != self.person).collect();
        if others.is_empty() {
            return;
        }
        let to = others[env.epoch_prng.index(others.len())];
        env.post_to(self.place, to, &Rc::new(Packet::Submit(transactions)));
    }

    /// Who was removed is stopped when the next epoch works, as the operator rules say. Before that the others
    /// may need it: it was one of the quorum of the last one (seed 2000770).
    pub fn retire(&mut self, env: &mut Environment) {
        if self.retiring && self.store.low() > self.identity.base {
            self.retiring = false;
            self.retired = true;
            self.crash(env);
        }
    }

    /// Whether the process will never run again.
    pub fn is_retired(&self) -> bool {
        self.retired && self.process == Process::Down
    }
}

impl Environment {
    /// Makes an order; its transaction's id.
    pub fn order(&mut self, order: Order) -> u64 {
        self.orders.push(order);
        ORDER + self.orders.len() as u64 - 1
    }
}
