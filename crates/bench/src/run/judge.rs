//! Whether a network kept up: at least 99 % of what was due committed, p99 within a second, no growing
//! backlog.

use super::Measured;

/// Of what was due, so much must commit.
const COMMITTED_MIN: f64 = 0.99;
/// p99 at most, in microseconds.
const P99_MAX_US: u64 = 1_000_000;
/// The backlog may grow by this part of the rate each second: noise.
const GROWTH_MAX: f64 = 0.02;
/// And by so many in any case.
const GROWTH_SLACK: f64 = 20.0;

/// What was missed, in words; empty: it kept up.
#[must_use]
pub fn judge(measured: &Measured) -> Vec<String> {
    let window = &measured.window;
    let mut missed = Vec::new();
    let share = window.committed as f64 / window.due.max(1) as f64;
    if share < COMMITTED_MIN {
        missed.push(format!("{:.1} % of what was due committed, at least 99 % must", share * 100.0));
    }
    match window.latency.quantile_us(0.99, window.failures()) {
        Some(p99) if p99 <= P99_MAX_US => {}
        Some(p99) => missed.push(format!("p99 is {} ms, at most 1000 ms are allowed", p99 / 1000)),
        None => missed.push("p99 falls on a failure".to_owned()),
    }
    if let Some(growth) = growth(measured) {
        let rate = window.due as f64
            / (measured.seconds.iter().filter(|second| second.measured).count().max(1)) as f64;
        if growth > rate * GROWTH_MAX + GROWTH_SLACK {
            missed.push(format!("the backlog grew by {growth:.0} transactions each second"));
        }
    }
    missed
}

/// By how much the number of unanswered transactions grew per second, from the first third of the window to
/// the last; `None` for windows below three seconds.
fn growth(measured: &Measured) -> Option<f64> {
    let waiting: Vec<f64> = measured
        .seconds
        .iter()
        .filter(|second| second.measured)
        .map(|second| second.in_flight as f64)
        .collect();
    let third = waiting.len() / 3;
    if third == 0 {
        return None;
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&waiting[..third]), mean(&waiting[waiting.len() - third..]));
    Some((last - first) / (waiting.len() - third) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::SecondRecord,
        worker::{Distribution, WindowLine},
    };

    /// Nine seconds of 1000/s: of each thousand `lost` do not commit, the others in 10 ms but `late` in 2 s.
    fn measured(lost: u64, late: u64, waiting: impl Fn(u64) -> u64) -> Measured {
        let mut histogram = Distribution::histogram().expect("good bounds");
        histogram.record_n(10_000, 9 * (1000 - lost - late)).expect("in bounds");
        histogram.record_n(2_000_000, 9 * late).expect("in bounds");
        let second =
            |second| SecondRecord { measured: true, in_flight: waiting(second), ..SecondRecord::default() };
        Measured {
            window: WindowLine {
                due: 9000,
                committed: 9000 - 9 * lost,
                latency: Distribution::of(&histogram),
                ..WindowLine::default()
            },
            seconds: (0..9).map(second).collect(),
            ..Measured::default()
        }
    }

    #[test]
    fn each_rule_counts() {
        assert_eq!(judge(&measured(0, 0, |_| 50)), Vec::<String>::new());
        // Nine of a thousand are fewer than one in a hundred.
        assert_eq!(judge(&measured(9, 0, |_| 50)), Vec::<String>::new());
        assert!(judge(&measured(11, 0, |_| 50))[0].starts_with("98.9 %"));
        assert_eq!(judge(&measured(11, 0, |_| 50))[1], "p99 falls on a failure");
        assert!(judge(&measured(0, 11, |_| 50))[0].starts_with("p99 is"));
        assert_eq!(judge(&measured(0, 9, |_| 50)), Vec::<String>::new());
        assert!(judge(&measured(0, 0, |second| 100 * second))[0].starts_with("the backlog grew by 100"));
    }
}
