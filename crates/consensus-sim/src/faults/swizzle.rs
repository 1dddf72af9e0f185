//! Swizzle-clog (FoundationDB's name): the links of a random subset are stopped one by one, each at its own
//! moment, and restored one by one in another order (`threats.md` F4).

use super::links::around;
use crate::{queue::Event, world::World};

impl World {
    pub(super) fn swizzle(&mut self) {
        let count = self.nodes.len();
        let size = 1 + self.env.later_prng.index(count);
        let subset = self.env.later_prng.subset(count, size);
        self.env.statistics.swizzles += 1;
        let mut at = self.env.now;
        for place in subset {
            at += self.a_while(10, 600);
            let back = at + self.a_while(200, 4_000);
            self.env.queue.push(at, Event::Clog { place, back });
        }
    }

    /// The links of one process are stopped until `back`.
    pub fn clog(&mut self, place: usize, back: u64) {
        if self.env.calm {
            return;
        }
        let change = self.env.network.cut(around(self.nodes.len(), place));
        self.env.say(|| format!("the links of {place} are stopped"));
        self.env.queue.push(back, Event::Heal { change });
    }
}
