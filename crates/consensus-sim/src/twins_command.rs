//! `sim --twins`: scenarios of twins, their rate, and how to see a failing one again.

use std::{process::ExitCode, sync::Mutex, time::Instant};

use consensus_sim::{Options, Outcome, Statistics, Verbosity, twins};

/// What many scenarios came to.
#[derive(Default)]
struct Sum {
    statistics: Statistics,
    equivocating: u64,
    failures: Vec<u64>,
}

/// Runs scenarios from `start` on, split among threads; all of them, whatever fails.
pub fn sweep(start: u64, count: u64, jobs: u64) -> ExitCode {
    let begin = Instant::now();
    let sum = Mutex::new(Sum::default());
    let options = Options::default();
    std::thread::scope(|scope| {
        for first in 0..jobs {
            let sum = &sum;
            scope.spawn(move || {
                for number in (start + first..start + count).step_by(usize::try_from(jobs).unwrap_or(1)) {
                    note(sum, number, &twins::run(number, options));
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_default();
    let Statistics { heights, views, view_changes, evidence, events, healing_ms_max, .. } = sum.statistics;
    println!(
        "{count} scenarios: {heights} heights, {views} views, {view_changes} view changes, {} scenarios with \
         evidence ({evidence} pieces), {events} events; slowest healing {healing_ms_max} ms",
        sum.equivocating
    );
    let seconds = begin.elapsed().as_secs_f64();
    println!("{seconds:.1} s, {:.0} scenarios a minute", count as f64 * 60.0 / seconds);
    for number in &sum.failures {
        println!("FAILED scenario {number}; replay: make twins TWIN={number}");
    }
    if sum.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One scenario, on request with every event.
pub fn show(number: u64, trace: bool) -> ExitCode {
    let verbosity = if trace { Verbosity::Print } else { Verbosity::Tail };
    let outcome = twins::run(number, Options { verbosity, ..Options::default() });
    outcome.tail.iter().for_each(|line| println!("{line}"));
    println!("{}\n{:?}", outcome.description, outcome.statistics);
    let Some(violation) = outcome.violation else { return ExitCode::SUCCESS };
    println!("FAILED scenario {number} at {} us: {}: {}", outcome.end, violation.invariant, violation.detail);
    ExitCode::FAILURE
}

fn note(sum: &Mutex<Sum>, number: u64, outcome: &Outcome) {
    let Ok(mut sum) = sum.lock() else { return };
    sum.statistics.add(&outcome.statistics);
    sum.equivocating += u64::from(outcome.statistics.evidence > 0);
    if let Some(violation) = &outcome.violation {
        println!("scenario {number}: {}: {}", violation.invariant, violation.detail);
        sum.failures.push(number);
    }
}
