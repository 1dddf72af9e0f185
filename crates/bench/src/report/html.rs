//! `report.html`: everything at a glance, in one file without any other.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    Purpose, Results, RunRecord,
    chart::{self, Bar, Series, escape, short},
};
use crate::sample::Stage;

const STYLE: &str = include_str!("report.css");

/// The whole page.
pub(super) fn render(results: &Results) -> String {
    let runs = &results.runs;
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Hanse benchmark</title><style>{STYLE}</style></head><body><h1>Hanse benchmark</h1>"
    );
    let headline =
        results.headline.iter().map(|words| format!("<p class=\"headline\">{}</p>", escape(words)));
    text.extend(headline);
    if let Some(run) = runs.first() {
        text += &surroundings(run);
    }
    for (title, explanation, plot) in plots(runs) {
        let _ = write!(text, "<figure><h2>{title}</h2>{plot}<figcaption>{explanation}</figcaption></figure>");
    }
    text + &table(runs) + "</body></html>\n"
}

fn surroundings(run: &RunRecord) -> String {
    let disk = run.disk.as_ref().map_or_else(String::new, |disk| {
        format!(", fdatasync {} us on {}", disk.fsync_us_p50, escape(&disk.filesystem))
    });
    let signatures = match (run.sign_us, run.verify_us) {
        (Some(sign), Some(verify)) => format!(", sign {sign:.1} us, verify {verify:.1} us"),
        (_, _) => String::new(),
    };
    let (cores, model) = (run.machine.cores, escape(&run.machine.model));
    format!(
        "<p class=\"where\">{cores} cores of {model}{disk}{signatures}; nodes and load share them; without TLS</p>"
    )
}

/// Title, explanation and plot, of what there is.
fn plots(runs: &[RunRecord]) -> Vec<(String, &'static str, String)> {
    let mut plots = Vec::new();
    let steady: Vec<&RunRecord> = runs.iter().filter(|run| run.fault.is_none()).collect();
    let top: Vec<&RunRecord> = steady.iter().copied().filter(|run| is_top(run)).collect();
    if !top.is_empty() {
        plots.push((
            "Throughput against validators".to_owned(),
            "Committed transactions per second, and what the machine could do were signatures all there is.",
            throughput(&top),
        ));
        plots.push((
            "CPU per transaction and validator".to_owned(),
            "Microseconds of CPU time, by what the threads are for. Flat is good: members cost no throughput.",
            stages(&top),
        ));
        plots.push((
            "Bytes sent per transaction".to_owned(),
            "To other validators, by class of traffic: the primary beside the mean of the backups.",
            bytes(&top),
        ));
    }
    if steady.len() > 1 {
        plots.push((
            "Latency against load".to_owned(),
            "Milliseconds from the time a transaction was due; a percentile that falls on a failure is left out.",
            latency(&steady),
        ));
    }
    for run in runs {
        let what = run.fault.as_ref().map_or_else(String::new, |fault| format!(", {}", fault.kind));
        plots.push((
            format!("{} validators at {}/s{what}: second by second", run.validators, short(run.offered_tps)),
            "Committed and refused transactions per second, from the load's start to its last answer.",
            seconds(run),
        ));
    }
    plots
}

const fn is_top(run: &RunRecord) -> bool {
    matches!(run.purpose, Purpose::Rate | Purpose::Saturation)
}

fn throughput(runs: &[&RunRecord]) -> String {
    let of = |name: &str, value: &dyn Fn(&RunRecord) -> Option<f64>| {
        let point = |run: &&RunRecord| Some((run.validators as f64, value(run)?));
        let mut points: Vec<(f64, f64)> = runs.iter().filter_map(point).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Series { name: name.to_owned(), points }
    };
    let series =
        [of("committed", &|run| Some(run.committed_tps)), of("signature ceiling", &|run| run.ceiling_tps)];
    chart::lines("validators", "per second", &series, &[])
}

fn stages(runs: &[&RunRecord]) -> String {
    let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    let part = |run: &RunRecord, name: &str| run.cpu_us_per_tx_by_stage.get(name).copied().unwrap_or(0.0);
    let bar = |run: &&RunRecord| Bar {
        label: format!("{} validators", run.validators),
        parts: names.iter().map(|name| part(run, name)).collect(),
    };
    chart::bars("us per transaction", &names, &runs.iter().map(bar).collect::<Vec<_>>())
}

fn bytes(runs: &[&RunRecord]) -> String {
    let names = ["batches", "consensus", "sync"];
    let mut bars = Vec::new();
    for run in runs {
        let Some(classes) = &run.bytes_sent_per_tx_by_class else { continue };
        let parts = |of: &BTreeMap<String, f64>| {
            names.iter().map(|name| of.get(*name).copied().unwrap_or(0.0)).collect()
        };
        bars.push(Bar { label: format!("{}: primary", run.validators), parts: parts(&classes.primary) });
        bars.push(Bar { label: format!("{}: backups", run.validators), parts: parts(&classes.backup_mean) });
    }
    chart::bars("bytes per transaction", &names, &bars)
}

fn latency(runs: &[&RunRecord]) -> String {
    let mut sizes: Vec<usize> = runs.iter().map(|run| run.validators).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut series = Vec::new();
    for size in sizes {
        for (name, value) in [("p50", false), ("p99", true)] {
            let point = |run: &&&RunRecord| {
                let ms = if value { run.latency_ms.p99 } else { run.latency_ms.p50 };
                Some((run.offered_tps, ms?))
            };
            let mut points: Vec<(f64, f64)> =
                runs.iter().filter(|run| run.validators == size).filter_map(|run| point(&run)).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            series.push(Series { name: format!("{name}, {size} validators"), points });
        }
    }
    chart::lines("offered per second", "ms", &series, &[])
}

fn seconds(run: &RunRecord) -> String {
    let of = |name: &str, value: &dyn Fn(&super::SecondRecord) -> u64| Series {
        name: name.to_owned(),
        points: run.seconds.iter().map(|second| (second.second as f64, value(second) as f64)).collect(),
    };
    let mut series = vec![of("committed", &|second| second.committed)];
    if run.refused > 0 {
        series.push(of("refused", &|second| second.refused));
    }
    let mut events = Vec::new();
    if let Some(fault) = &run.fault {
        events.push((fault.at_s as f64, format!("{} of {}", fault.kind, fault.node)));
        events.extend(fault.restarted_at_s.map(|second| (second as f64, "started again".to_owned())));
    }
    chart::lines("seconds", "per second", &series, &events)
}

fn table(runs: &[RunRecord]) -> String {
    let mut text = "<h2>All measurements</h2><div class=\"wide\"><table><tr><th>validators<th>why<th>offered/s\
        <th>committed/s<th>p50 ms<th>p99 ms<th>failed<th>refused<th>no answer<th>CPU us<th>client us<th>RSS MB\
        <th>bytes primary<th>bytes backup<th>disk bytes<th>of ceiling</tr>"
        .to_owned();
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    for run in runs {
        let sent = run.bytes_sent_per_tx;
        let cells = [
            run.validators.to_string(),
            format!("{:?}", run.purpose).to_lowercase(),
            format!("{:.0}", run.offered_tps),
            format!("{:.0}", run.committed_tps),
            number(run.latency_ms.p50),
            number(run.latency_ms.p99),
            run.failed.to_string(),
            run.refused.to_string(),
            (run.timed_out + run.expired).to_string(),
            number(run.cpu_us_per_tx_per_validator),
            number(run.cpu_us_per_tx_client),
            number(run.rss_mb_max),
            number(sent.map(|sent| sent.primary)),
            number(sent.and_then(|sent| sent.backup_mean)),
            number(run.disk_bytes_per_tx),
            run.fraction_of_ceiling.map_or_else(|| "-".to_owned(), |part| format!("{:.0} %", part * 100.0)),
        ];
        let _ = write!(text, "<tr><td>{}</tr>", cells.join("<td>"));
    }
    text + "</table></div>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{FaultRecord, SecondRecord};
    use crate::run::Fault;

    #[test]
    fn the_page_needs_nothing_else_and_tells_faults() {
        let second =
            |second: u64| SecondRecord { second, measured: true, committed: 10, ..SecondRecord::default() };
        let fault = FaultRecord {
            kind: Fault::PrimaryCrash,
            node: "node0".to_owned(),
            at_s: 1,
            committed_tps_before: 10.0,
            committed_tps_after: None,
            after_to_before: None,
            recovery_s: None,
            restarted_at_s: None,
        };
        let run = RunRecord { validators: 4, seconds: (0..3).map(second).collect(), ..RunRecord::default() };
        let broken = RunRecord { fault: Some(fault), ..run.clone() };
        let headline = vec!["a <b> headline".to_owned()];
        let page = render(&Results { version: 1, headline, runs: vec![run, broken] });
        assert!(page.contains("a &lt;b&gt; headline"), "{page}");
        assert!(page.contains("primary-crash of node0"), "{page}");
        assert!(!page.contains("http") && !page.contains("<script"), "loads nothing");
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert_eq!(page.matches("<figure>").count(), 5);
    }
}
