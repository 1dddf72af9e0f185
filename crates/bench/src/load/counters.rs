//! What happened, counted per target.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::time::Instant;

use super::{Answer, Tally};

/// Latencies above this are counted as this.
const LATENCY_MAX: Duration = Duration::from_secs(600);

/// The counts of one target at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Transfers handed to the stream.
    pub sent: u64,
    /// In a block, with effect.
    pub committed: u64,
    /// In a block, without effect.
    pub failed: u64,
    /// Not admitted.
    pub refused: u64,
    /// Can no longer commit, or nobody knows.
    pub expired: u64,
    /// Due, but not sent: no connection, or too many unanswered.
    pub not_sent: u64,
    /// Waiting for their answer now.
    pub in_flight: u64,
    /// Streams that broke or could not be opened.
    pub breaks: u64,
    /// Of transfers committed since the last snapshot, from when they were due; `None`: there were none.
    pub latency: Option<Latency>,
}

/// A distribution of latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Latency {
    /// Half were faster.
    pub p50: Duration,
    /// 99 of 100 were faster.
    pub p99: Duration,
    /// The slowest.
    pub max: Duration,
}

/// Shared by the connections of a target.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) sent: AtomicU64,
    pub(super) committed: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) expired: AtomicU64,
    pub(super) not_sent: AtomicU64,
    pub(super) in_flight: AtomicU64,
    pub(super) breaks: AtomicU64,
    /// Microseconds; `None` only if the bounds were refused, which a test rules out.
    latencies: Mutex<Option<Histogram<u64>>>,
}

impl Default for Counters {
    fn default() -> Self {
        let bound = u64::try_from(LATENCY_MAX.as_micros()).unwrap_or(u64::MAX);
        Self {
            sent: AtomicU64::default(),
            committed: AtomicU64::default(),
            failed: AtomicU64::default(),
            refused: AtomicU64::default(),
            expired: AtomicU64::default(),
            not_sent: AtomicU64::default(),
            in_flight: AtomicU64::default(),
            breaks: AtomicU64::default(),
            latencies: Mutex::new(Histogram::new_with_max(bound, 3).ok()),
        }
    }
}

impl Counters {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// A transfer committed this long after it was due.
    fn record(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        if let Some(histogram) = self.latencies.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            histogram.saturating_record(micros);
        }
    }

    pub(super) fn take(&self) -> Snapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            sent: read(&self.sent),
            committed: read(&self.committed),
            failed: read(&self.failed),
            refused: read(&self.refused),
            expired: read(&self.expired),
            not_sent: read(&self.not_sent),
            in_flight: read(&self.in_flight),
            breaks: read(&self.breaks),
            latency: self.take_latency(),
        }
    }

    fn take_latency(&self) -> Option<Latency> {
        let mut guard = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = guard.as_mut()?;
        if histogram.is_empty() {
            return None;
        }
        let latency = Latency {
            p50: Duration::from_micros(histogram.value_at_quantile(0.5)),
            p99: Duration::from_micros(histogram.value_at_quantile(0.99)),
            max: Duration::from_micros(histogram.max()),
        };
        histogram.reset();
        Some(latency)
    }
}

impl Tally for Counters {
    fn sent(&self, _due: Instant) {
        Self::count(&self.sent);
        Self::count(&self.in_flight);
    }

    fn not_sent(&self, _due: Instant) {
        Self::count(&self.not_sent);
    }

    fn answered(&self, due: Instant, answer: Answer) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        match answer {
            Answer::Committed => {
                Self::count(&self.committed);
                self.record(due.elapsed());
            }
            Answer::Failed => Self::count(&self.failed),
            Answer::Refused => Self::count(&self.refused),
            Answer::Expired | Answer::Unknown => Self::count(&self.expired),
        }
    }

    fn broke(&self) {
        Self::count(&self.breaks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_summed_up_and_forgotten() {
        let counters = Counters::default();
        assert_eq!(counters.take().latency, None);
        for milliseconds in 1..=100 {
            counters.record(Duration::from_millis(milliseconds));
        }
        let latency = counters.take().latency.expect("recorded");
        // Three significant digits.
        assert!((49_000..=51_000).contains(&latency.p50.as_micros()), "{latency:?}");
        assert!((98_000..=100_100).contains(&latency.p99.as_micros()), "{latency:?}");
        assert_eq!(counters.take().latency, None);
    }

    #[test]
    fn the_slowest_are_not_lost() {
        let counters = Counters::default();
        counters.record(Duration::from_secs(86_400));
        let latency = counters.take().latency.expect("recorded");
        assert!(latency.max >= LATENCY_MAX, "{latency:?}");
    }
}
