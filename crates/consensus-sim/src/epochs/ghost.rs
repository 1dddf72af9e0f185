//! What a wiped validator once said is said again by others (requirement 30): its view changes above all,
//! which no bound on heights makes stale.

use std::rc::Rc;

use consensus::{Message, Statement};

use crate::{environment::Environment, packet::Packet, queue::Place};

const KEPT: usize = 64;

impl Environment {
    /// Remembers what the validator that is to be wiped says before.
    pub fn remember_for_ghost(&mut self, person: Place, message: &Message) {
        let is_his =
            self.scenario.epochs.ghost && self.scenario.wipe.is_some_and(|(wiped, _)| wiped == person);
        let Message::Signed(signed) = message else { return };
        let is_vote = !matches!(signed.statement, Statement::Checkpoint(_) | Statement::VoteQuery(_));
        if !is_his || !is_vote || self.ghost.len() >= KEPT {
            return;
        }
        self.ghost.push(Rc::new(Packet::consensus(message.clone())));
    }

    /// Says it again, after the wipe.
    pub fn let_ghost_speak(&mut self) {
        let is_wiped = self.scenario.wipe.is_some_and(|(_, at)| self.now > at);
        if self.ghost.is_empty() || !is_wiped || !self.epoch_prng.chance(300_000) {
            return;
        }
        let packet = Rc::clone(&self.ghost[self.epoch_prng.index(self.ghost.len())]);
        let places = self.scenario.places();
        let (from, to) = (self.epoch_prng.index(places), self.epoch_prng.index(places));
        if from != to {
            self.post(from, to, &packet);
        }
    }
}
