//! The consortium: proposes one set after the other, until each is there; and the faults that strike at
//! the heights around a boundary.

use std::rc::Rc;

use types::Height;

use super::{Order, plan::Change};
use crate::{
    ambush::Ambush,
    environment::Environment,
    queue::{Event, Place},
    store::StoredBlock,
    time::{MILLISECOND, Micros},
    world::World,
};

const DRIVE_INTERVAL: Micros = 150 * MILLISECOND;
const PROMPT_INTERVAL: Micros = 20 * MILLISECOND;

/// What strikes at a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strike {
    CutPrimary,
    CutOne(Place),
    KillOne(Place),
    KillAll,
    CutHalf,
}

impl World {
    /// The next look at the plan.
    pub fn plan_changes(&mut self) {
        if self.env.changed < self.env.scenario.epochs.changes.len() {
            let prompt = self.env.scenario.epochs.is_prompt;
            let interval = if prompt { PROMPT_INTERVAL } else { DRIVE_INTERVAL };
            self.env.queue.push(self.env.now + interval, Event::Drive);
        }
    }

    /// Proposes the next set, through any member, until the chain has it.
    pub fn drive(&mut self) {
        let state = self.env.invariants.newest();
        let changes = &self.env.scenario.epochs.changes;
        let Some(Change { at, members, parameters }) = changes.get(self.env.changed).cloned() else { return };
        let persons: Vec<Place> = state.identity.persons().collect();
        let brings_parameters = parameters.is_some();
        let parameters = parameters.unwrap_or_else(|| Rc::clone(&state.identity.parameters));
        if persons == members && state.identity.parameters == parameters {
            self.env.changed += 1;
            self.env.statistics.changed_parameters += u64::from(brings_parameters);
        } else if self.env.now >= at && self.is_time_to_propose() {
            self.wake_retired(&members);
            let log = |person: &Place| {
                let old = state.identity.log_of(*person);
                (*person, old.unwrap_or(self.nodes[*person].log_id))
            };
            let members = members.iter().map(log).collect();
            let id = self.env.order(Order::Change { from: state.identity.epoch, members, parameters });
            let through = persons[self.env.epoch_prng.index(persons.len())];
            if self.nodes[through].is_up() {
                self.nodes[through].pack_these(&mut self.env, vec![id]);
            }
        }
        self.plan_changes();
    }

    fn is_time_to_propose(&mut self) -> bool {
        if self.env.scenario.epochs.is_prompt {
            self.env.invariants.newest().pending.is_none()
        } else {
            self.env.epoch_prng.chance(300_000)
        }
    }

    /// Whoever was removed and stopped comes back before it is a member again.
    fn wake_retired(&mut self, members: &[Place]) {
        for person in members {
            if self.nodes[*person].is_retired() {
                self.nodes[*person].retired = false;
                self.env.queue.push(self.env.now, Event::Restart { place: *person });
            }
        }
    }

    /// A strike at a boundary.
    pub fn strike_boundary(&mut self, strike: Strike) {
        self.env.statistics.boundary_strikes += 1;
        let count = self.nodes.len();
        match strike {
            Strike::CutPrimary => {
                let place = self.primary().unwrap_or(0);
                let links = crate::faults::links::around(count, place);
                self.cut_for_a_while(links, (100, 3_000));
            }
            Strike::CutOne(place) => {
                let links = crate::faults::links::around(count, place);
                self.cut_for_a_while(links, (100, 4_000));
            }
            Strike::KillOne(place) => self.kill(place),
            Strike::KillAll => (0..count).for_each(|place| self.kill(place)),
            Strike::CutHalf => {
                let half = self.env.epoch_prng.subset(count, count / 2);
                let links = crate::faults::links::all_but(count, |from, to| {
                    half.contains(&from) == half.contains(&to)
                });
                self.cut_for_a_while(links, (100, 3_000));
            }
        }
    }
}

impl Environment {
    /// Somebody is the first to execute a block: near a boundary that may be an occasion.
    pub fn note_first_execution(&mut self, place: Place, block: &StoredBlock) {
        let height = block.header.height;
        let is_near = |last: Height| height.get().abs_diff(last.get()) <= 2;
        let before = block.state.boundary().is_some_and(is_near);
        let after = block.state.identity.base > Height::ZERO && is_near(block.state.identity.base);
        let rate = self.scenario.epochs.strike_ppm;
        if self.calm || rate == 0 || !(before || after) || !self.epoch_prng.chance(rate) {
            return;
        }
        let other = self.epoch_prng.index(self.scenario.places());
        let strike = match self.epoch_prng.below(6) {
            0 | 1 => Strike::CutPrimary,
            2 => Strike::CutOne(place),
            3 => Strike::KillOne(other),
            4 => Strike::KillAll,
            _ => Strike::CutHalf,
        };
        let wait = self.epoch_prng.below(25) * MILLISECOND;
        self.queue.push(self.now + wait, Event::Ambush(Ambush::Boundary(strike)));
    }
}
