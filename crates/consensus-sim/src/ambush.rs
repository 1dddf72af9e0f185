//! Faults at the worst moment: whoever is first to commit or to decide a height is cut off just then. What
//! it knows must survive into the next view without it (requirement 29; cothority #2080, neo-modules #792).

use consensus::{LogRecord, Statement};
use types::Height;

use crate::{
    environment::Environment,
    epochs::Strike,
    queue::{Event, Place},
    time::MILLISECOND,
    world::World,
};

/// Who is ambushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ambush {
    /// The first to sign a commit at a height is cut off.
    Committer(Place),
    /// The first to decide a height is cut off, and all others die.
    Decider(Place),
    /// At a height near the boundary of an epoch.
    Boundary(Strike),
}

/// How far anybody came.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Firsts {
    committed: Height,
    decided: Height,
}

impl Environment {
    /// A node logs a record; the first commit of a height may be an occasion.
    pub fn note_first_commit(&mut self, place: Place, record: &LogRecord) {
        let LogRecord::Own { signed, .. } = record else { return };
        let Statement::Commit(vote) = &signed.statement else { return };
        if vote.height > self.firsts.committed {
            self.firsts.committed = vote.height;
            let (rate, _) = self.scenario.rates.ambush_ppm;
            self.ambush(rate, Ambush::Committer(place));
        }
    }

    /// A node decides a height; the first decision may be an occasion.
    pub fn note_first_decision(&mut self, place: Place, height: Height) {
        if height > self.firsts.decided {
            self.firsts.decided = height;
            let (_, rate) = self.scenario.rates.ambush_ppm;
            self.ambush(rate, Ambush::Decider(place));
        }
    }

    fn ambush(&mut self, rate: u64, ambush: Ambush) {
        if !self.calm && rate > 0 && self.fault_prng.chance(rate) {
            // A commit is let out first, sometimes: then one other knows, too.
            let wait = self.fault_prng.below(20) * MILLISECOND;
            self.queue.push(self.now + wait, Event::Ambush(ambush));
        }
    }
}

impl World {
    /// Cuts off whoever was first; kills the others where that is the ambush.
    pub fn spring(&mut self, ambush: Ambush) {
        if self.env.calm {
            return;
        }
        let (first, all_die) = match ambush {
            Ambush::Committer(place) => (place, false),
            Ambush::Decider(place) => (place, true),
            Ambush::Boundary(strike) => return self.strike_boundary(strike),
        };
        self.env.say(|| format!("ambush: {ambush:?}"));
        let others = (0..self.nodes.len()).filter(|other| *other != first);
        let links = others.clone().flat_map(|other| [(first, other), (other, first)]).collect();
        self.cut_for_a_while(links, (300, 4_000));
        if all_die {
            others.for_each(|other| self.kill(other));
        }
    }
}
