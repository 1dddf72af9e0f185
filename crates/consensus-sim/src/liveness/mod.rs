//! The liveness phases (`threats.md` L1-L4; the V class of `bugs-elsewhere.md`). Faults stop, a minority may
//! stay broken, and the network must heal completely without anybody's help. Then another minority breaks,
//! and it must work again; then all are whole, and nothing may disturb it any more.

mod healed;

use types::View;

use crate::{
    faults::links::{around, out_of, towards},
    node::Process,
    queue::{Event, Place},
    scenario::Broken,
    time::{MILLISECOND, Micros},
    world::World,
};

const CHECK_INTERVAL: Micros = 50 * MILLISECOND;

/// How far the liveness phases have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Faults still strike.
    #[default]
    Faults,
    /// They stopped; those of [`crate::scenario::Scenario::broken`] are broken.
    Healing,
    /// Another minority is broken.
    Minority,
    /// All are whole.
    Whole,
    /// All have healed: from here on nothing may happen but progress, until this time, in this view.
    Quiet { until: Micros, view: View },
    /// Clients submit nothing any more: at the end nothing may be left in any replica's memory.
    Idle { until: Micros },
}

/// What must be reached.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    pub phase: Phase,
    /// Who is broken in this phase.
    broken: Vec<(Place, Broken)>,
    /// When it must be reached.
    deadline: Micros,
    began: Micros,
    /// Fresh transactions submitted at each connected correct node when the phase began.
    markers: Vec<(Place, u64)>,
    /// The highest height executed when the phase began.
    height: u64,
}

impl World {
    /// Whether this node stays dead in the present phase.
    pub fn stays_down(&self, place: Place) -> bool {
        self.liveness.broken.contains(&(place, Broken::Crashed))
    }

    /// Ends all faults but those of a minority, and submits what must be committed.
    pub fn end_faults(&mut self) {
        self.env.say(|| "faults end".into());
        self.env.calm = true;
        let broken = self.env.scenario.broken.clone();
        self.begin_phase(Phase::Healing, broken);
        self.env.queue.push(self.env.now + CHECK_INTERVAL, Event::Check);
    }

    fn begin_phase(&mut self, phase: Phase, broken: Vec<(Place, Broken)>) {
        self.env.say(|| format!("phase {phase:?}, broken {broken:?}"));
        let scenario = &self.env.scenario;
        let patience = scenario.healed_by - scenario.faults_end;
        self.liveness = Liveness {
            phase,
            broken: broken.clone(),
            deadline: self.env.now + patience,
            began: self.env.now,
            markers: Vec::new(),
            height: self.env.invariants.height().get(),
        };
        self.env.network.calm();
        for place in 0..self.nodes.len() {
            let (offset_ms, _) = self.env.scenario.clocks.get(place).copied().unwrap_or((0, 0));
            self.nodes[place].clock.offset_ms = offset_ms;
            self.nodes[place].resume(&mut self.env);
        }
        broken.into_iter().for_each(|(place, how)| self.break_for_good(place, how));
        for place in 0..self.nodes.len() {
            if self.nodes[place].process == Process::Down
                && !self.stays_down(place)
                && !self.nodes[place].retired
            {
                self.nodes[place].start(&mut self.env);
            }
            if self.is_sound(place) {
                self.env.transactions += 1;
                self.liveness.markers.push((place, self.env.transactions));
            }
        }
    }

    /// Breaks one for as long as the phase lasts.
    fn break_for_good(&mut self, place: Place, how: Broken) {
        let count = self.nodes.len();
        match how {
            Broken::Crashed => self.nodes[place].crash(&mut self.env),
            Broken::Isolated => _ = self.env.network.cut(around(count, place)),
            Broken::ReceiveOnly => _ = self.env.network.cut(out_of(count, place)),
            Broken::SendOnly => _ = self.env.network.cut(towards(count, place)),
            Broken::CrashLoop => self.env.queue.push(self.env.now, Event::LoopCrash { place }),
        }
    }

    /// A process that never stays alive for long dies.
    pub fn crash_in_loop(&mut self, place: Place) {
        if self.liveness.broken.contains(&(place, Broken::CrashLoop)) {
            let (wait, life) =
                (self.env.later_prng.range(50, 300), self.env.later_prng.range(100, 1_500) * MILLISECOND);
            self.env.statistics.loop_crashes += 1;
            self.kill_for(place, wait * MILLISECOND);
            let at = self.env.now + wait * MILLISECOND + life;
            self.env.queue.push(at, Event::LoopCrash { place });
        }
    }

    /// Honest, connected and alive in the present phase.
    pub fn is_sound(&self, place: Place) -> bool {
        self.nodes[place].is_honest()
            && !self.nodes[place].is_retired()
            && !self.is_forsaken(place)
            && !self.liveness.broken.iter().any(|(broken, _)| *broken == place)
    }

    /// Removed while it was away, and all whom it knows are gone: nobody can prove to it what came after
    /// (seed 701194).
    fn is_forsaken(&self, place: Place) -> bool {
        let (node, newest) = (&self.nodes[place], self.env.invariants.newest());
        let is_gone = |person: &Place| self.nodes[*person].is_retired() || self.stays_down(*person);
        let mut known = node.identity.persons().filter(|person| *person != node.person);
        newest.identity.index_of(node.person).is_none()
            && node.identity.epoch < newest.identity.epoch
            && known.all(|person| is_gone(&person))
    }

    /// Whether the run is over: all is well again, or a violation because it took too long.
    pub fn check_healed(&mut self) -> bool {
        self.submit_markers();
        self.check_footprints();
        match self.liveness.phase {
            Phase::Quiet { until, view } => return self.check_quiet(until, view),
            Phase::Idle { until } => return self.check_idle(until),
            Phase::Faults | Phase::Healing | Phase::Minority | Phase::Whole => {}
        }
        let missing = self.what_is_missing();
        if missing.is_none() {
            self.next_phase();
            if self.done {
                return true;
            }
        } else if self.env.now > self.liveness.deadline {
            let detail = missing.unwrap_or_default();
            self.accuse_liveness(&detail);
            return true;
        }
        self.env.queue.push(self.env.now + CHECK_INTERVAL, Event::Check);
        false
    }

    /// After the healing of one phase comes the next.
    fn next_phase(&mut self) {
        let healing = (self.env.now - self.liveness.began) / MILLISECOND;
        let broken = self.env.scenario.broken_later.clone();
        match self.liveness.phase {
            Phase::Healing => {
                self.env.statistics.healing_ms_max = healing;
                if !self.env.scenario.thorough {
                    self.done = true;
                } else if broken.is_empty() {
                    self.begin_phase(Phase::Whole, broken);
                } else {
                    self.env.statistics.later_phases += 1;
                    self.begin_phase(Phase::Minority, broken);
                }
            }
            Phase::Minority => {
                self.env.statistics.healing_ms_max = self.env.statistics.healing_ms_max.max(healing);
                self.begin_phase(Phase::Whole, Vec::new());
            }
            Phase::Whole => {
                let view = self.highest_view();
                let until = self.env.now + 4 * self.view_timeout();
                self.begin_phase(Phase::Quiet { until, view }, Vec::new());
            }
            Phase::Faults | Phase::Quiet { .. } | Phase::Idle { .. } => {}
        }
    }

    /// Each sound node packs one marker, as soon as its quota of batches allows, and again if its batch
    /// expired unordered.
    fn submit_markers(&mut self) {
        for (place, marker) in self.liveness.markers.clone() {
            let node = &self.nodes[place];
            if node.is_retired() {
                continue;
            }
            let batches = node.mempool.own.values().filter_map(|own| node.mempool.held.get(&own.digest));
            let packed = batches.into_iter().any(|held| held.batch.transactions.contains(&marker));
            if !self.env.invariants.is_executed(marker) && node.is_up() && !packed {
                self.nodes[place].pack_these(&mut self.env, vec![marker]);
            }
        }
    }
}
