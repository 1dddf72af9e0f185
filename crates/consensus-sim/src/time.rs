//! Virtual time in microseconds, and each node's own idea of it.

use consensus::{Clock, Monotonic};
use types::TimeMs;

/// Microseconds of virtual time since the start of the run.
pub type Micros = u64;

/// One millisecond.
pub const MILLISECOND: Micros = 1_000;

/// One second.
pub const SECOND: Micros = 1_000_000;

/// Unix time of virtual time 0, in ms.
const WALL_START_MS: u64 = 1_700_000_000_000;

/// A node's clocks: a wall clock that may be off and drift, and a monotonic one that starts anew with
/// every run of the process.
#[derive(Debug, Clone)]
pub(crate) struct NodeClock {
    /// How far the wall clock is ahead (or behind, negative), in ms.
    pub offset_ms: i64,
    /// How much faster (or slower, negative) both clocks run, in parts per million.
    pub drift_ppm: i64,
    /// Added to the monotonic clock in this run.
    pub monotonic_start_ms: u64,
    /// When this run of the process began.
    pub run_start: Micros,
}

impl NodeClock {
    /// What a node with this clock reads at `now`.
    pub fn read(&self, now: Micros) -> Clock {
        let local = |micros: u64| {
            let drift = i128::from(micros) * i128::from(self.drift_ppm) / 1_000_000;
            u64::try_from((i128::from(micros) + drift) / 1_000).unwrap_or(0)
        };
        let wall = (WALL_START_MS + local(now)).saturating_add_signed(self.offset_ms);
        let monotonic = self.monotonic_start_ms + local(now.saturating_sub(self.run_start));
        Clock { monotonic: Monotonic(monotonic), wall: TimeMs::new(wall) }
    }

    /// The virtual time at which the monotonic clock shows `deadline` (rounded up).
    pub fn when(&self, deadline: Monotonic) -> Micros {
        let local = u128::from(deadline.0.saturating_sub(self.monotonic_start_ms)) * 1_000;
        let rate = u128::try_from(1_000_000 + i128::from(self.drift_ppm)).unwrap_or(1_000_000);
        let micros = (local * 1_000_000).div_ceil(rate);
        self.run_start.saturating_add(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{NodeClock, SECOND};

    #[test]
    fn a_deadline_is_reached_when_it_says() {
        for drift_ppm in [-200, 0, 137, 200] {
            let clock = NodeClock { offset_ms: -5, drift_ppm, monotonic_start_ms: 77, run_start: 3 * SECOND };
            for after in [0, 1, 999, 12_345] {
                let deadline = consensus::Monotonic(77 + after);
                let when = clock.when(deadline);
                assert!(clock.read(when).monotonic >= deadline, "{drift_ppm} {after}");
                assert!(when < 4 * SECOND || clock.read(when - 2_000).monotonic < deadline);
            }
        }
    }
}
