//! Processes that die, are frozen, or never stay alive (`threats.md` F5 to F10).

use types::quorum;

use crate::{
    node::Process,
    queue::{Event, Place},
    time::{MILLISECOND, Micros, SECOND},
    world::World,
};

impl World {
    fn down_time(&mut self) -> Micros {
        if self.env.fault_prng.chance(100_000) {
            return self.env.fault_prng.range(1, 4) * SECOND;
        }
        self.env.fault_prng.range(5, 700) * MILLISECOND
    }

    /// Kills a process; it starts again after a while.
    pub fn kill(&mut self, place: Place) {
        if self.nodes[place].process == Process::Down {
            return;
        }
        let wait = self.down_time();
        self.kill_for(place, wait);
    }

    /// Kills a process; it starts again after this time.
    pub fn kill_for(&mut self, place: Place, wait: Micros) {
        self.nodes[place].crash(&mut self.env);
        self.env.queue.push(self.env.now + wait, Event::Restart { place });
    }

    pub(super) fn pause(&mut self, place: Place) {
        let wait = self.env.fault_prng.range(20, 3_000) * MILLISECOND;
        self.pause_for(place, wait);
    }

    /// Often the primary, which wakes in a view that is long over.
    pub(super) fn pause_long(&mut self, place: Place) {
        let place = self.mostly_primary(place);
        let wait = if self.env.later_prng.chance(200_000) {
            self.a_while(20_000, 120_000)
        } else {
            self.a_while(2_000, 12_000)
        };
        self.env.statistics.long_pauses += 1;
        self.pause_for(place, wait);
    }

    /// Freezes a process for this time.
    pub fn pause_for(&mut self, place: Place, wait: Micros) {
        self.nodes[place].suspend();
        self.env.statistics.pauses += 1;
        self.env.say(|| format!("{place} is suspended"));
        self.env.queue.push(self.env.now + wait, Event::Resume { place });
    }

    /// The primary dies for long, and then the next one, until f are dead.
    pub(super) fn kill_primary(&mut self) {
        let Some(place) = self.primary() else { return };
        let down = self.nodes.iter().filter(|node| node.process == Process::Down).count();
        if down >= quorum::faulty_max(self.env.scenario.n) || !self.nodes[place].is_up() {
            return;
        }
        let wait = self.a_while(1_000, 8_000);
        self.env.statistics.dead_primaries += 1;
        self.kill_for(place, wait);
        // Look for the next one as soon as the others may have changed the view.
        let soon =
            self.env.now + self.env.invariants.newest().identity.parameters.view_timeout_ms * 3 * MILLISECOND;
        self.env.queue.push(soon, Event::Fault(super::FaultKind::NextPrimary));
    }

    /// Kills so many that no quorum is left, for long; they come back one by one.
    pub(super) fn kill_quorum(&mut self) {
        let n = self.env.scenario.n;
        let count = n - quorum::quorum(n) + 1;
        let wait = self.a_while(1_000, 10_000);
        self.env.statistics.quorums_lost += 1;
        for place in self.env.later_prng.subset(n, count) {
            let more = self.a_while(0, 1_500);
            self.kill_for(place, wait + more);
        }
    }

    pub(super) fn kill_looping(&mut self) {
        if let Some((place, every)) = self.env.scenario.crash_loop {
            self.env.statistics.loop_crashes += 1;
            let wait = self.env.later_prng.below(every / 2);
            self.kill_for(place, wait);
        }
    }
}
