//! The fault injector: each kind of fault strikes at its own random rate until faults end. One file for
//! each thing that breaks.

pub(crate) mod clocks;
pub(crate) mod disks;
pub(crate) mod forgotten;
pub(crate) mod links;
pub(crate) mod processes;
mod swizzle;

use crate::{
    queue::{Event, Place},
    time::{MILLISECOND, Micros},
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
    /// Links are stopped one by one and restored in another order.
    Swizzle,
    /// Everybody hears only its neighbours in a ring.
    Ring,
    /// One process, often the primary, is for long only heard, or only hears.
    OneWay,
    /// A process, often the primary, is suspended for long.
    LongPause,
    /// A wall clock jumps by an hour or by ten years.
    FarClock,
    /// The primary dies, and the next one, and so on, up to f.
    DeadPrimaries,
    /// The next one of them.
    NextPrimary,
    /// So many die that nobody can decide anything for a while.
    NoQuorum,
    /// A disk is full: its process dies at the next write, and again after each start.
    DiskFull,
    /// One process dies again and again.
    CrashLoop,
    /// A node's data is copied.
    CopyData,
    /// The copy is put back.
    RestoreData,
}

/// The kinds with a rate, in the order in which they are planned first.
const RANDOM: [FaultKind; 13] = [
    FaultKind::Crash,
    FaultKind::CrashAll,
    FaultKind::Links,
    FaultKind::Pause,
    FaultKind::Clock,
    FaultKind::Swizzle,
    FaultKind::Ring,
    FaultKind::OneWay,
    FaultKind::LongPause,
    FaultKind::FarClock,
    FaultKind::DeadPrimaries,
    FaultKind::NoQuorum,
    FaultKind::DiskFull,
];

impl World {
    /// Plans the first fault of each kind.
    pub fn plan_faults(&mut self) {
        for kind in RANDOM {
            self.plan(kind);
        }
        let scenario = &self.env.scenario;
        let once = [
            scenario.wipe.map(|(_, at)| (at, FaultKind::Wipe)),
            scenario.rollback.map(|rollback| (rollback.copied, FaultKind::CopyData)),
            scenario.rollback.map(|rollback| (rollback.restored, FaultKind::RestoreData)),
            scenario.crash_loop.map(|(_, every)| (every, FaultKind::CrashLoop)),
        ];
        for (at, kind) in once.into_iter().flatten() {
            self.env.queue.push(at, Event::Fault(kind));
        }
    }

    /// The mean time to the next fault of a kind.
    fn rate(&self, kind: FaultKind) -> Option<Micros> {
        let rates = &self.env.scenario.rates;
        match kind {
            FaultKind::Crash => rates.crash,
            FaultKind::CrashAll => rates.crash_all,
            FaultKind::Links => rates.links,
            FaultKind::Pause => rates.pause,
            FaultKind::Clock => rates.clock,
            FaultKind::Swizzle => rates.swizzle,
            FaultKind::Ring => rates.ring,
            FaultKind::OneWay => rates.one_way,
            FaultKind::LongPause => rates.long_pause,
            FaultKind::FarClock => rates.far_clock,
            FaultKind::DeadPrimaries => rates.dead_primaries,
            FaultKind::NoQuorum => rates.no_quorum,
            FaultKind::DiskFull => rates.disk_full,
            FaultKind::CrashLoop => self.env.scenario.crash_loop.map(|(_, every)| every),
            FaultKind::Wipe | FaultKind::NextPrimary | FaultKind::CopyData | FaultKind::RestoreData => None,
        }
    }

    fn plan(&mut self, kind: FaultKind) {
        if let Some(mean) = self.rate(kind) {
            let at = self.env.now + self.fault_prng(kind).waiting(mean);
            self.env.queue.push(at, Event::Fault(kind));
        }
    }

    /// The first kinds keep their stream, so that their seeds keep their meaning.
    fn fault_prng(&mut self, kind: FaultKind) -> &mut crate::prng::Prng {
        match kind {
            FaultKind::Crash
            | FaultKind::CrashAll
            | FaultKind::Links
            | FaultKind::Pause
            | FaultKind::Clock
            | FaultKind::Wipe => &mut self.env.fault_prng,
            FaultKind::Swizzle
            | FaultKind::Ring
            | FaultKind::OneWay
            | FaultKind::LongPause
            | FaultKind::FarClock
            | FaultKind::DeadPrimaries
            | FaultKind::NextPrimary
            | FaultKind::NoQuorum
            | FaultKind::DiskFull
            | FaultKind::CrashLoop
            | FaultKind::CopyData
            | FaultKind::RestoreData => &mut self.env.later_prng,
        }
    }

    /// A fault strikes; the next one of its kind is planned.
    pub fn strike(&mut self, kind: FaultKind) {
        if self.env.calm {
            return;
        }
        let count = self.nodes.len();
        let place = self.fault_prng(kind).index(count);
        match kind {
            FaultKind::Crash => self.kill(place),
            FaultKind::CrashAll => (0..count).for_each(|place| self.kill(place)),
            FaultKind::Links => self.cut_links(),
            FaultKind::Pause => self.pause(place),
            FaultKind::Clock => self.jump(place),
            FaultKind::Wipe => self.wipe_planned(),
            FaultKind::Swizzle => self.swizzle(),
            FaultKind::Ring => self.cut_to_ring(),
            FaultKind::OneWay => self.cut_one_way(place),
            FaultKind::LongPause => self.pause_long(place),
            FaultKind::FarClock => self.jump_far(place),
            FaultKind::DeadPrimaries | FaultKind::NextPrimary => self.kill_primary(),
            FaultKind::NoQuorum => self.kill_quorum(),
            FaultKind::DiskFull => self.fill_disk(place),
            FaultKind::CrashLoop => self.kill_looping(),
            FaultKind::CopyData => self.copy_planned(),
            FaultKind::RestoreData => self.restore_planned(),
        }
        self.plan(kind);
    }

    /// Mostly the primary, as its faults matter most; otherwise `other`.
    fn mostly_primary(&mut self, other: Place) -> Place {
        if self.env.later_prng.chance(600_000) { self.primary().unwrap_or(other) } else { other }
    }

    /// The primary in the eyes of most replicas that run.
    pub fn primary(&self) -> Option<Place> {
        let views = self.nodes.iter().filter(|node| node.is_honest() && node.is_up());
        let primaries = views.filter_map(|node| {
            let primary = node.replica.as_ref()?.status().primary;
            node.identity.person(primary)
        });
        let mut votes = vec![0; self.env.scenario.persons()];
        for primary in primaries {
            votes[primary] += 1;
        }
        (0..votes.len()).filter(|place| votes[*place] > 0).max_by_key(|place| votes[*place])
    }

    /// A while of so many ms, at least and at most.
    fn a_while(&mut self, shortest: u64, longest: u64) -> Micros {
        self.env.later_prng.range(shortest, longest) * MILLISECOND
    }
}
