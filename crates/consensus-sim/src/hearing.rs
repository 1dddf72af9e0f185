//! Between the verifier and the replica: messages are verified against the set of one epoch, and wait; the
//! replica may be that of the next epoch by the time it takes them. One order for all that a node hears.

use std::collections::VecDeque;

use consensus::Input;

use crate::{
    environment::Environment,
    node::Node,
    queue::Event,
    time::{MILLISECOND, Micros},
};

/// What was verified and waits, each with the time at which the replica takes it.
#[derive(Debug, Default)]
pub(crate) struct Hearing(VecDeque<(Micros, Input)>);

/// The longest wait when faults are over.
const CALM_MAX: Micros = 5 * MILLISECOND;

impl Node {
    /// The replica will take this, after what came before it.
    pub fn will_hear(&mut self, env: &mut Environment, input: Input) {
        let Some((shortest, longest)) = env.scenario.hearing else {
            return self.feed(env, [input].into());
        };
        let longest = if env.calm { longest.min(CALM_MAX) } else { longest };
        let ready = env.now + env.hearing_prng.range(shortest, longest);
        let at = self.hearing.0.back().map_or(ready, |(last, _)| ready.max(*last));
        self.hearing.0.push_back((at, input));
        env.queue.push(at, Event::Heard { place: self.place, run: self.run });
    }

    /// Feeds what is due; several things where events of a suspended process were dropped.
    pub fn hear(&mut self, env: &mut Environment) {
        while let Some((_, input)) = self.hearing.0.pop_front_if(|(at, _)| *at <= env.now) {
            self.feed(env, [input].into());
        }
    }
}
