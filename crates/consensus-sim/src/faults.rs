//! The fault injector: each kind of fault strikes at its own random rate until faults end.

use crate::{
    node::Process,
    queue::{Event, Place},
    time::{MILLISECOND, Micros, SECOND},
    world::World,
};

/// What can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// One process dies.
    Crash,
    /// All processes die at once.
    CrashAll,
    /// Links are cut, in one direction or both.
    Links,
    /// A process is suspended (SIGSTOP).
    Pause,
    /// A wall clock jumps.
    Clock,
    /// A process dies and its disks are lost.
    Wipe,
}

impl World {
    /// Plans the first fault of each kind.
    pub fn plan_faults(&mut self) {
        for kind in
            [FaultKind::Crash, FaultKind::CrashAll, FaultKind::Links, FaultKind::Pause, FaultKind::Clock]
        {
            self.plan(kind);
        }
        if let Some((_, at)) = self.env.scenario.wipe {
            self.env.queue.push(at, Event::Fault(FaultKind::Wipe));
        }
    }

    fn plan(&mut self, kind: FaultKind) {
        let rates = &self.env.scenario.rates;
        let mean = match kind {
            FaultKind::Crash => rates.crash,
            FaultKind::CrashAll => rates.crash_all,
            FaultKind::Links => rates.links,
            FaultKind::Pause => rates.pause,
            FaultKind::Clock => rates.clock,
            FaultKind::Wipe => None,
        };
        if let Some(mean) = mean {
            let at = self.env.now + self.env.fault_prng.waiting(mean);
            self.env.queue.push(at, Event::Fault(kind));
        }
    }

    /// A fault strikes; the next one of its kind is planned.
    pub fn strike(&mut self, kind: FaultKind) {
        if self.env.calm {
            return;
        }
        let place = self.env.fault_prng.index(self.nodes.len());
        match kind {
            FaultKind::Crash => self.kill(place),
            FaultKind::CrashAll => (0..self.nodes.len()).for_each(|place| self.kill(place)),
            FaultKind::Links => self.cut_links(),
            FaultKind::Pause => self.pause(place),
            FaultKind::Clock => self.jump(place),
            FaultKind::Wipe => self.wipe(),
        }
        self.plan(kind);
    }

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
        self.nodes[place].crash(&mut self.env);
        let at = self.env.now + self.down_time();
        self.env.queue.push(at, Event::Restart { place });
    }

    fn wipe(&mut self) {
        if let Some((place, _)) = self.env.scenario.wipe {
            self.kill(place);
            self.nodes[place].wipe(&mut self.env);
        }
    }

    fn pause(&mut self, place: Place) {
        self.nodes[place].suspend();
        self.env.statistics.pauses += 1;
        self.env.say(|| format!("{place} is suspended"));
        let at = self.env.now + self.env.fault_prng.range(20, 3_000) * MILLISECOND;
        self.env.queue.push(at, Event::Resume { place });
    }

    fn jump(&mut self, place: Place) {
        let reach = if self.env.fault_prng.chance(300_000) { 3_600_000 } else { 3_000 };
        let by = i64::try_from(self.env.fault_prng.below(2 * reach)).unwrap_or(0);
        self.nodes[place].clock.offset_ms = by - i64::try_from(reach).unwrap_or(0);
        let offset = self.nodes[place].clock.offset_ms;
        self.env.say(|| format!("{place}: the wall clock jumps to {offset} ms off"));
    }

    /// Cuts links: one node off, two halves, a bridge, some one-way links.
    fn cut_links(&mut self) {
        let count = self.nodes.len();
        let prng = &mut self.env.fault_prng;
        let all = |keep: &dyn Fn(Place, Place) -> bool| -> Vec<(Place, Place)> {
            let pairs = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
            pairs.filter(|(from, to)| from != to && !keep(*from, *to)).collect()
        };
        let one = prng.index(count);
        let links = match prng.below(6) {
            0 => all(&|from, to| from != one && to != one),
            1 => all(&|from, _| from != one),
            2 => all(&|_, to| to != one),
            3 => {
                let side = 1 + prng.index(count - 1);
                let half = prng.subset(count, side);
                all(&|from, to| half.contains(&from) == half.contains(&to))
            }
            4 => {
                let half = prng.subset(count, count / 2);
                all(&|from, to| from == one || to == one || half.contains(&from) == half.contains(&to))
            }
            _ => {
                let cut: Vec<bool> = (0..count * count).map(|_| prng.chance(350_000)).collect();
                all(&|from, to| !cut[from * count + to])
            }
        };
        self.cut_for_a_while(links, (30, 4_000));
    }

    /// Cuts these links for so many ms, at least and at most.
    pub fn cut_for_a_while(&mut self, links: Vec<(Place, Place)>, (shortest, longest): (u64, u64)) {
        let duration = self.env.fault_prng.range(shortest, longest) * MILLISECOND;
        self.env.say(|| format!("links are cut: {links:?}"));
        self.env.statistics.link_faults += 1;
        let change = self.env.network.cut(links);
        self.env.queue.push(self.env.now + duration, Event::Heal { change });
    }
}
