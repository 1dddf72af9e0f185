//! How loaded the network is, by how long proofs of own batches take: what exceeds the least is queueing (as delay
//! tells of congestion in TCP Vegas: Brakmo and Peterson 1995, section 3.2).

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// A tick, where the usual time is counted in ticks; see [`crate::MempoolConfig::tick_interval`].
pub(crate) const TICK: Duration = Duration::from_millis(50);
/// The least forgets: it doubles in this time, so that it follows a network that became slower, but not a load.
const FORGETTING: Duration = Duration::from_secs(600);
/// The weight of the newest proof in the average is one of so many.
const MEMORY: u32 = 4;

/// What is known of the time from making a batch to its proof by q.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    known: Mutex<Option<Known>>,
    queueing_us: AtomicU64,
    average_us: AtomicU64,
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
        let mut known = self.known.lock();
        let before = known.unwrap_or(Known { least: took, average: took, at });
        let since = at.saturating_duration_since(before.at).div_duration_f64(FORGETTING).min(1.0);
        let least = took.min(before.least + before.least.mul_f64(since));
        let average = (before.average * (MEMORY - 1) + took) / MEMORY;
        *known = Some(Known { least, average, at });
        let us = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.queueing_us.store(us(average.saturating_sub(least)), Ordering::Relaxed);
        self.average_us.store(us(average), Ordering::Relaxed);
    }

    /// So many times the usual time, in ticks of `tick`: who is not heard of for that long may need another copy.
    pub(crate) fn ticks(&self, times: u64, tick: Duration) -> u64 {
        let us = self.average_us.load(Ordering::Relaxed).saturating_mul(times);
        us.checked_div(u64::try_from(tick.as_micros()).unwrap_or(u64::MAX)).unwrap_or(0)
    }

    /// The part of it that is waiting behind other work.
    pub(crate) fn queueing(&self) -> Duration {
        Duration::from_micros(self.queueing_us.load(Ordering::Relaxed))
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
        assert_eq!(pace.queueing(), ms(0));
        run(&pace, &mut clock, 1, ms(200));
        assert!(pace.queueing() < ms(1), "{:?}", pace.queueing());
        run(&pace, &mut clock, 60, ms(700));
        assert!(pace.queueing() > ms(450), "a minute of load is no rule: {:?}", pace.queueing());
        run(&pace, &mut clock, 1, ms(200));
        assert!(pace.queueing() < ms(10), "{:?}", pace.queueing());
    }

    #[test]
    fn patience_with_others_is_counted_in_ticks() {
        let pace = Pace::default();
        assert_eq!(pace.ticks(4, ms(50)), 0);
        pace.proven(ms(500), Instant::now());
        assert_eq!(pace.ticks(4, ms(50)), 40);
        assert_eq!(pace.ticks(4, ms(0)), 0, "who ticks by hand");
    }

    #[test]
    fn what_stays_slow_becomes_the_rule() {
        let (pace, mut clock) = (Pace::default(), Instant::now());
        run(&pace, &mut clock, 1, ms(100));
        run(&pace, &mut clock, 1_200, ms(300));
        assert!(pace.queueing() < ms(10), "{:?}", pace.queueing());
    }
}
