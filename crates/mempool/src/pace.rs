//! How loaded the network is, by how long proofs of own batches take: what exceeds the least is queueing (as delay
//! tells of congestion in TCP Vegas: Brakmo and Peterson 1995, section 3.2).

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A tick, where the usual time is counted in ticks; see [`crate::MempoolConfig::tick_interval`].
pub(crate) const TICK_MS: u64 = 50;
/// The least forgets: it doubles in this time, so that it follows a network that became slower, but not a load.
const FORGETTING: Duration = Duration::from_secs(600);
/// What took longer than this says nothing of load: somebody was away.
const TOOK_MAX: Duration = Duration::from_secs(2);
/// Without a proof for so long nothing is known of the load.
const FRESH: Duration = Duration::from_secs(10);
/// The weight of the newest proof in the average is one of so many.
const MEMORY: u32 = 4;

/// What is known of the time from making a batch to its proof by q.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    least: Duration,
    average: Duration,
    at: Instant,
}

impl Pace {
    /// A batch was proven, so long after it was made.
    pub(crate) fn proven(&self, took: Duration, at: Instant) {
        let took = took.min(TOOK_MAX);
        let mut known = self.known.lock();
        let before = known.unwrap_or(Known { least: took, average: took, at });
        let since = at.saturating_duration_since(before.at).div_duration_f64(FORGETTING).min(1.0);
        let least = took.min(before.least + before.least.mul_f64(since));
        let average = (before.average * (MEMORY - 1) + took) / MEMORY;
        *known = Some(Known { least, average, at });
    }

    fn fresh(&self, now: Instant) -> Option<Known> {
        self.known.lock().filter(|known| now.saturating_duration_since(known.at) < FRESH)
    }

    /// So many times the usual time, in ticks: who is not heard of for that long may need another copy.
    pub(crate) fn ticks(&self, times: u64, now: Instant) -> u64 {
        let usual = self.fresh(now).map_or(Duration::ZERO, |known| known.average);
        u64::try_from(usual.as_millis()).unwrap_or(u64::MAX).saturating_mul(times) / TICK_MS
    }

    /// The part of it that is waiting behind other work.
    pub(crate) fn queueing(&self, now: Instant) -> Duration {
        self.fresh(now).map_or(Duration::ZERO, |known| known.average.saturating_sub(known.least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Twenty proofs a second, for so many seconds.
    fn run(pace: &Pace, clock: &mut Instant, seconds: u64, took: Duration) {
        for _ in 0..20 * seconds {
            *clock += ms(50);
            pace.proven(took, *clock);
        }
    }

    #[test]
    fn a_far_network_that_is_idle_has_no_queue_and_a_busy_one_has() {
        let (pace, mut clock) = (Pace::default(), Instant::now());
        assert_eq!(pace.queueing(clock), ms(0));
        run(&pace, &mut clock, 1, ms(200));
        assert!(pace.queueing(clock) < ms(1), "{:?}", pace.queueing(clock));
        run(&pace, &mut clock, 60, ms(700));
        assert!(pace.queueing(clock) > ms(450), "a minute of load is no rule: {:?}", pace.queueing(clock));
        run(&pace, &mut clock, 1, ms(200));
        assert!(pace.queueing(clock) < ms(10), "{:?}", pace.queueing(clock));
    }

    #[test]
    fn patience_with_others_is_counted_in_ticks() {
        let (pace, clock) = (Pace::default(), Instant::now());
        assert_eq!(pace.ticks(4, clock), 0);
        pace.proven(ms(500), clock);
        assert_eq!(pace.ticks(4, clock), 40);
    }

    #[test]
    fn who_was_away_is_no_load_for_long() {
        let (pace, mut clock) = (Pace::default(), Instant::now());
        run(&pace, &mut clock, 1, ms(20));
        pace.proven(Duration::from_secs(600), clock);
        assert!(pace.queueing(clock) <= TOOK_MAX / MEMORY, "{:?}", pace.queueing(clock));
        assert_eq!(
            (pace.queueing(clock + FRESH), pace.ticks(4, clock + FRESH)),
            (ms(0), 0),
            "nothing is known"
        );
    }

    #[test]
    fn what_stays_slow_becomes_the_rule() {
        let (pace, mut clock) = (Pace::default(), Instant::now());
        run(&pace, &mut clock, 1, ms(100));
        run(&pace, &mut clock, 1_200, ms(300));
        assert!(pace.queueing(clock) < ms(10), "{:?}", pace.queueing(clock));
    }
}
