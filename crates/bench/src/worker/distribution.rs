//! Latencies as counts, which add up over processes, and percentiles in which failures are infinitely late.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Latencies above ten minutes count as that.
const LATENCY_MAX_US: u64 = 600_000_000;
/// Three digits are kept.
const DIGITS: u8 = 3;

/// How often each latency was seen: pairs of microseconds (ascending) and counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Distribution(Vec<(u64, u64)>);

impl Distribution {
    /// Of a histogram of microseconds.
    #[must_use]
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let pair = |step: hdrhistogram::iterators::IterationValue<u64>| {
            (step.value_iterated_to(), step.count_at_value())
        };
        Self(histogram.iter_recorded().map(pair).collect())
    }

    /// An empty histogram; `None` only if the bounds were refused, which a test rules out.
    #[must_use]
    pub fn histogram() -> Option<Histogram<u64>> {
        Histogram::new_with_max(LATENCY_MAX_US, DIGITS).ok()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The slowest, in microseconds.
    #[must_use]
    pub fn max_us(&self) -> Option<u64> {
        self.0.last().map(|(micros, _)| *micros)
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        let mut sum = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(a), Some(b)) if a.0 == b.0 => {
                    let both = (a.0, a.1 + b.1);
                    mine.next();
                    theirs.next();
                    both
                }
                (Some(a), Some(b)) if a.0 < b.0 => {
                    let one = **a;
                    mine.next();
                    one
                }
                (Some(a), None) => {
                    let one = **a;
                    mine.next();
                    one
                }
                (_, Some(b)) => {
                    let one = **b;
                    theirs.next();
                    one
                }
            };
            sum.push(next);
        }
        self.0 = sum;
    }

    /// The latency in microseconds that `share` (0 to 1) of all stay below, where `failures` more are later
    /// than any. `None`: it falls on a failure, or there is nothing.
    #[must_use]
    pub fn quantile_us(&self, share: f64, failures: u64) -> Option<u64> {
        let all = self.count() + failures;
        let rank = ((all as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (micros, count) in &self.0 {
            seen += count;
            if seen >= rank {
                return Some(*micros);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Distribution {
        let mut histogram = Distribution::histogram().expect("good bounds");
        micros.into_iter().for_each(|value| histogram.saturating_record(value));
        Distribution::of(&histogram)
    }

    #[test]
    fn failures_are_later_than_any() {
        let hundred = of(1..=100);
        assert_eq!(hundred.quantile_us(0.5, 0), Some(50));
        assert_eq!(hundred.quantile_us(0.99, 0), Some(99));
        assert_eq!(hundred.quantile_us(1.0, 0), Some(100));
        // One failure among 101: the last percentile reaches it, the median moves up.
        assert_eq!(hundred.quantile_us(0.99, 1), Some(100));
        assert_eq!(hundred.quantile_us(0.995, 1), None);
        assert_eq!(hundred.quantile_us(0.5, 100), Some(100));
        assert_eq!(hundred.quantile_us(0.5, 101), None);
        assert_eq!(Distribution::default().quantile_us(0.5, 0), None);
    }

    #[test]
    fn sums_are_as_if_seen_by_one() {
        let mut odd = of((1..=99).step_by(2));
        odd.add(&of((2..=100).step_by(2)));
        odd.add(&of([50, 50]));
        assert_eq!(odd.count(), 102);
        assert_eq!(odd, of((1..=100).chain([50, 50])));
        assert_eq!(odd.max_us(), Some(100));
    }

    #[test]
    fn survives_the_pipe() {
        let some = of([3, 700_000_000]);
        let text = serde_json::to_string(&some).expect("writes");
        assert_eq!(serde_json::from_str::<Distribution>(&text).expect("reads"), some);
        assert!(some.max_us() >= Some(LATENCY_MAX_US));
    }
}
