//! Wall clocks that jump (`threats.md` F22). Monotonic clocks drift, but never jump.

use crate::{queue::Place, world::World};

const HOUR_MS: u64 = 3_600_000;
const TEN_YEARS_MS: u64 = 10 * 365 * 24 * HOUR_MS;

impl World {
    /// By up to three seconds or an hour, either way.
    pub(super) fn jump(&mut self, place: Place) {
        let reach = if self.env.fault_prng.chance(300_000) { HOUR_MS } else { 3_000 };
        let by = i64::try_from(self.env.fault_prng.below(2 * reach)).unwrap_or(0);
        self.set_wall_clock(place, by - i64::try_from(reach).unwrap_or(0));
    }

    /// By an hour or ten years, either way; the next time the same clock is right again.
    pub(super) fn jump_far(&mut self, place: Place) {
        let (usual, _) = self.env.scenario.clocks.get(place).copied().unwrap_or((0, 0));
        let far = if self.env.later_prng.chance(500_000) { HOUR_MS } else { TEN_YEARS_MS };
        let far = i64::try_from(far).unwrap_or(0);
        let way = if self.env.later_prng.chance(500_000) { far } else { -far };
        let is_usual = self.nodes[place].clock.offset_ms == usual;
        self.env.statistics.far_clocks += 1;
        self.set_wall_clock(place, if is_usual { way } else { usual });
    }

    /// Sets how far a wall clock is off.
    pub fn set_wall_clock(&mut self, place: Place, offset_ms: i64) {
        self.nodes[place].clock.offset_ms = offset_ms;
        self.env.say(|| format!("{place}: the wall clock jumps to {offset_ms} ms off"));
    }
}
