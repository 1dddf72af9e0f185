//! The search for the highest sustained rate, with short measurements.

use std::time::Duration;

use super::{BenchPlan, stage::Stage};
use crate::{BenchError, progress::Progress, search::Search};

/// The gap at which the search ends.
const PRECISION: f64 = 0.06;
/// The lowest rate tried.
const LOWEST: f64 = 25.0;
/// Load before the window of a try.
const WARMUP: Duration = Duration::from_secs(2);

/// The highest rate that the network sustains in short windows.
pub(super) async fn saturation(
    plan: &BenchPlan,
    stage: &mut Stage,
    progress: &mut Progress,
) -> Result<f64, BenchError> {
    let mut search = Search::new(plan.first_rate, PRECISION, LOWEST);
    let mut why = String::new();
    while let Some(rate) = search.next() {
        progress.begin(format!("{} validators, trying {rate:.0}/s", stage.validators()));
        let mut run = stage.plan(plan, rate);
        run.warmup = WARMUP;
        run.duration = plan.probe;
        let record = stage.measure(&run, progress).await?;
        search.tell(rate, record.sustained);
        if record.sustained {
            progress.say(&format!("{rate:.0}/s: sustained"));
        } else {
            why = record.not_sustained_because.join("; ");
            progress.say(&format!("{rate:.0}/s: not sustained: {why}"));
        }
        stage.settle(Duration::from_secs(20)).await;
    }
    search.found().ok_or(BenchError::NothingSustained { rate: LOWEST as u64, why })
}
