//! Counts by second, and of the measured window.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::time::Instant;

use super::{Distribution, SecondLine, WindowLine, WorkerPlan};
use crate::load::{Answer, Tally};

/// Counts for the lines of a load process.
#[derive(Debug)]
pub(super) struct WindowTally {
    from: Instant,
    to: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    second: SecondLine,
    window: WindowLine,
    in_flight: u64,
    second_latency: Option<Histogram<u64>>,
    window_latency: Option<Histogram<u64>>,
}

impl WindowTally {
    pub(super) fn new(plan: &WorkerPlan, start: Instant) -> Self {
        let from = start + plan.warmup();
        let counts = Counts {
            second_latency: Distribution::histogram(),
            window_latency: Distribution::histogram(),
            ..Counts::default()
        };
        Self { from, to: from + plan.duration(), counts: Mutex::new(counts) }
    }

    /// Sent and without answer.
    pub(super) fn in_flight(&self) -> u64 {
        self.lock().in_flight
    }

    /// What happened since the last call.
    pub(super) fn second(&self, second: u64) -> SecondLine {
        let mut counts = self.lock();
        let latency = counts.second_latency.as_ref().map(Distribution::of).unwrap_or_default();
        if let Some(histogram) = counts.second_latency.as_mut() {
            histogram.reset();
        }
        let line = std::mem::take(&mut counts.second);
        SecondLine { second, in_flight: counts.in_flight, latency, ..line }
    }

    /// What became of the window; what has no answer now timed out.
    pub(super) fn window(&self) -> WindowLine {
        let counts = self.lock();
        let mut window = counts.window.clone();
        let answered = window.committed + window.failed + window.refused + window.expired + window.timed_out;
        window.timed_out += window.sent.saturating_sub(answered);
        window.latency = counts.window_latency.as_ref().map(Distribution::of).unwrap_or_default();
        window
    }

    fn measured(&self, due: Instant) -> bool {
        self.from <= due && due < self.to
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally for WindowTally {
    fn sent(&self, due: Instant) {
        let mut counts = self.lock();
        counts.second.sent += 1;
        counts.in_flight += 1;
        if self.measured(due) {
            counts.window.due += 1;
            counts.window.sent += 1;
        }
    }

    fn not_sent(&self, due: Instant) {
        let mut counts = self.lock();
        counts.second.not_sent += 1;
        if self.measured(due) {
            counts.window.due += 1;
        }
    }

    fn answered(&self, due: Instant, answer: Answer) {
        let now = Instant::now();
        let measured = self.measured(due);
        let micros = micros(now.saturating_duration_since(due));
        let mut guard = self.lock();
        let counts = &mut *guard;
        counts.in_flight = counts.in_flight.saturating_sub(1);
        match answer {
            Answer::Committed => {
                counts.second.committed += 1;
                record(&mut counts.second_latency, micros);
                counts.window.committed_within += u64::from(self.measured(now));
                if measured {
                    counts.window.committed += 1;
                    record(&mut counts.window_latency, micros);
                }
            }
            Answer::Failed => {
                counts.second.failed += 1;
                counts.window.failed += u64::from(measured);
            }
            Answer::Refused => {
                counts.second.refused += 1;
                counts.window.refused += u64::from(measured);
            }
            Answer::Expired => counts.window.expired += u64::from(measured),
            Answer::Unknown => counts.window.timed_out += u64::from(measured),
        }
    }

    fn broke(&self) {
        self.lock().window.breaks += 1;
    }
}

fn record(histogram: &mut Option<Histogram<u64>>, micros: u64) {
    if let Some(histogram) = histogram {
        histogram.saturating_record(micros);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
