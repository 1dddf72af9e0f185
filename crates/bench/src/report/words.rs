//! The figures in plain words.

use super::{LatencyMs, Purpose, RunRecord};

/// One run in a sentence.
#[must_use]
pub fn sentence(run: &RunRecord) -> String {
    let mut text = format!(
        "{} validators, {:.0}/s offered: {:.0}/s committed, {}",
        run.validators,
        run.offered_tps,
        run.committed_tps,
        latency(&run.latency_ms)
    );
    if let Some(cpu) = run.cpu_us_per_tx_per_validator {
        text += &format!(", {cpu:.1} us CPU per transaction and validator");
    }
    if let Some(fraction) = run.fraction_of_ceiling {
        text += &format!(", {:.0} % of the signature ceiling", fraction * 100.0);
    }
    if run.refused > 0 {
        text += &format!(", {} refused", run.refused);
    }
    if let Some(quiet) = &run.quiet_latency_ms {
        text += &format!("; quiet clients: {}", latency(quiet));
    }
    if let Some(fault) = &run.fault {
        text += &format!("; {} of {} in second {}: ", fault.kind, fault.node, fault.at_s);
        text += &match (fault.recovery_s, fault.after_to_before) {
            (Some(recovery), Some(ratio)) => {
                format!("commits again after {recovery} s, at {:.0} % of the rate before", ratio * 100.0)
            }
            (_, _) => "it did not recover within the window".to_owned(),
        };
    } else if !run.sustained {
        text += &format!("; not sustained: {}", run.not_sustained_because.join("; "));
    }
    text
}

/// The sentences that stand above everything: per network the median of its repetitions.
#[must_use]
pub fn headline(runs: &[RunRecord]) -> Vec<String> {
    let mut groups: Vec<Vec<&RunRecord>> = Vec::new();
    for run in runs.iter().filter(|run| run.purpose != Purpose::Curve) {
        match groups.last_mut() {
            Some(group) if group[0].repetition < run.repetition && same(group[0], run) => group.push(run),
            _ => groups.push(vec![run]),
        }
    }
    groups.iter().filter_map(|group| median(group)).map(sentence).collect()
}

/// The run in the middle by what it committed.
fn median<'r>(group: &[&'r RunRecord]) -> Option<&'r RunRecord> {
    let mut sorted = group.to_vec();
    sorted.sort_by(|a, b| a.committed_tps.total_cmp(&b.committed_tps));
    sorted.get(sorted.len() / 2).copied()
}

fn same(a: &RunRecord, b: &RunRecord) -> bool {
    let kind = |run: &RunRecord| run.fault.as_ref().map(|fault| fault.kind);
    a.validators == b.validators && a.purpose == b.purpose && kind(a) == kind(b)
}

fn latency(latency: &LatencyMs) -> String {
    let ms = |value: Option<f64>| value.map_or_else(|| "a failure".to_owned(), |ms| format!("{ms:.0} ms"));
    format!("p50 {}, p99 {}", ms(latency.p50), ms(latency.p99))
}
