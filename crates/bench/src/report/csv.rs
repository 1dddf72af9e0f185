//! `results.csv`: one line per run, for spreadsheets.

use super::RunRecord;
use crate::sample::Stage;

/// The whole file.
pub(super) fn render(runs: &[RunRecord]) -> String {
    let mut text = String::new();
    for run in runs {
        let columns = columns(run);
        if text.is_empty() {
            let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
            text += &format!("{}\n", names.join(","));
        }
        let values: Vec<&str> = columns.iter().map(|(_, value)| value.as_str()).collect();
        text += &format!("{}\n", values.join(","));
    }
    text
}

/// Names and values of a line; an unknown value is empty.
fn columns(run: &RunRecord) -> Vec<(String, String)> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    let sent = run.bytes_sent_per_tx;
    let mut columns: Vec<(String, String)> = [
        ("validators", run.validators.to_string()),
        ("purpose", format!("{:?}", run.purpose).to_lowercase()),
        ("workload", format!("{:?}", run.workload).to_lowercase()),
        ("repetition", run.repetition.to_string()),
        ("offered_tps", number(Some(run.offered_tps))),
        ("sent_tps", number(Some(run.sent_tps))),
        ("committed_tps", number(Some(run.committed_tps))),
        ("sustained", run.sustained.to_string()),
        ("failed", run.failed.to_string()),
        ("refused", run.refused.to_string()),
        ("timed_out", run.timed_out.to_string()),
        ("expired", run.expired.to_string()),
        ("view_changes", run.view_changes.map_or_else(String::new, |count| count.to_string())),
        ("p50_ms", number(run.latency_ms.p50)),
        ("p95_ms", number(run.latency_ms.p95)),
        ("p99_ms", number(run.latency_ms.p99)),
        ("max_ms", number(run.latency_ms.max)),
        ("cpu_us_per_tx_per_validator", number(run.cpu_us_per_tx_per_validator)),
        ("cpu_us_per_tx_client", number(run.cpu_us_per_tx_client)),
        ("rss_mb_max", number(run.rss_mb_max)),
        ("bytes_sent_per_tx_primary", number(sent.map(|sent| sent.primary))),
        ("bytes_sent_per_tx_backup_mean", number(sent.and_then(|sent| sent.backup_mean))),
        ("disk_bytes_per_tx", number(run.disk_bytes_per_tx)),
        ("ceiling_tps", number(run.ceiling_tps)),
        ("fraction_of_ceiling", number(run.fraction_of_ceiling)),
        ("duration_s", number(Some(run.duration_s))),
        ("fault", run.fault.as_ref().map_or_else(String::new, |fault| fault.kind.to_string())),
        ("after_to_before", number(run.fault.as_ref().and_then(|fault| fault.after_to_before))),
        ("seed", run.seed.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for stage in Stage::ALL {
        let value = run.cpu_us_per_tx_by_stage.get(stage.name()).copied();
        columns.push((format!("cpu_us_per_tx_{}", stage.name()), number(value)));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_every_column() {
        let runs = [RunRecord { validators: 4, ..RunRecord::default() }, RunRecord::default()];
        let text = render(&runs);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("validators,purpose,workload,repetition,offered_tps,"), "{}", lines[0]);
        assert!(lines[1].starts_with("4,rate,transfer,0,0.000,"), "{}", lines[1]);
        for line in &lines {
            assert_eq!(line.split(',').count(), lines[0].split(',').count(), "{line}");
        }
        assert_eq!(render(&[]), "");
    }
}
