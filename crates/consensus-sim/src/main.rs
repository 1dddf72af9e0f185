//! `sim`: runs seeds, prints what they came to, and for a failing one how to see it again.

mod twins_command;

use std::{process::ExitCode, time::Instant};

use consensus_sim::{Options, Outcome, Statistics, Verbosity, run_caught};

const USAGE: &str = "usage: sim [--seeds N] [--start S] [--jobs J] [--keep-going] | sim --seed K [--trace] | \
                     sim --twins N [--start S] [--jobs J] | sim --twin K [--trace]";

/// What to run.
struct Arguments {
    keep_going: bool,
    seeds: u64,
    start: u64,
    jobs: u64,
    seed: Option<u64>,
    twins: Option<u64>,
    twin: Option<u64>,
    trace: bool,
}

fn main() -> ExitCode {
    match read_arguments(std::env::args().skip(1)) {
        Some(Arguments { seed: Some(seed), trace, .. }) => show(seed, trace),
        Some(Arguments { twin: Some(number), trace, .. }) => twins_command::show(number, trace),
        Some(Arguments { twins: Some(count), start, jobs, .. }) => twins_command::sweep(start, count, jobs),
        Some(arguments) => sweep(&arguments),
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn read_arguments(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments {
        seeds: 100,
        start: 0,
        jobs: 1,
        seed: None,
        twins: None,
        twin: None,
        trace: false,
        keep_going: false,
    };
    while let Some(word) = words.next() {
        let mut number = || words.next()?.parse().ok();
        match word.as_str() {
            "--seeds" => arguments.seeds = number()?,
            "--start" => arguments.start = number()?,
            "--jobs" => arguments.jobs = number()?.max(1),
            "--seed" => arguments.seed = Some(number()?),
            "--twins" => arguments.twins = Some(number()?),
            "--twin" => arguments.twin = Some(number()?),
            "--keep-going" => arguments.keep_going = true,
            "--trace" => arguments.trace = true,
            _ => return None,
        }
    }
    Some(arguments)
}

/// One seed, on request with every event.
fn show(seed: u64, trace: bool) -> ExitCode {
    let verbosity = if trace { Verbosity::Print } else { Verbosity::Tail };
    let outcome = run_caught(seed, Options { verbosity, mutant: None });
    println!("{}", outcome.description);
    report(1, &outcome.statistics);
    println!("trace {}", hexadecimal(&outcome.trace_hash));
    if outcome.violation.is_none() {
        return ExitCode::SUCCESS;
    }
    explain(seed, &outcome);
    ExitCode::FAILURE
}

/// Many seeds, split among threads; each stops at its first failure, unless told to keep going.
fn sweep(arguments: &Arguments) -> ExitCode {
    let begin = Instant::now();
    let (start, end, jobs) =
        (arguments.start, arguments.start.saturating_add(arguments.seeds), arguments.jobs);
    let job = |first: u64| {
        let mut sum = Statistics::default();
        let mut failures = Vec::new();
        let mut seed = start + first;
        while seed < end {
            let outcome = run_caught(seed, Options { verbosity: Verbosity::Hash, mutant: None });
            sum.add(&outcome.statistics);
            if let Some(violation) = outcome.violation {
                println!("seed {seed}: {}: {}", violation.invariant, violation.detail);
                failures.push(seed);
                if !arguments.keep_going {
                    break;
                }
            }
            seed += jobs;
        }
        (sum, failures)
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..jobs).map(|first| scope.spawn(move || job(first))).collect();
        handles.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut sum = Statistics::default();
    let mut failed = false;
    for answer in answers {
        let Ok((statistics, failures)) = answer else {
            eprintln!("a simulation panicked: see the message above");
            return ExitCode::FAILURE;
        };
        sum.add(&statistics);
        failed |= !failures.is_empty();
        if let Some(seed) = failures.first().copied() {
            explain(seed, &run_caught(seed, Options { verbosity: Verbosity::Tail, mutant: None }));
        }
    }
    report(arguments.seeds, &sum);
    let seconds = begin.elapsed().as_secs_f64();
    println!("{seconds:.1} s, {:.0} seeds a minute", arguments.seeds as f64 * 60.0 / seconds);
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn report(seeds: u64, statistics: &Statistics) {
    let Statistics { heights, view_changes, views, crashes, link_faults, pauses, synced, .. } = statistics;
    println!(
        "{seeds} seeds ({} with Byzantine validators): {heights} heights, {views} views, {view_changes} view \
         changes, {crashes} crashes, {link_faults} link faults, {pauses} pauses, {synced} blocks by sync, {} \
         packets, {} rejected, {} pieces of evidence, {} events; slowest healing {} ms",
        statistics.byzantine_runs,
        statistics.packets,
        statistics.rejected,
        statistics.evidence,
        statistics.events,
        statistics.healing_ms_max,
    );
}

fn explain(seed: u64, outcome: &Outcome) {
    println!("\nlast events of seed {seed}:");
    for line in &outcome.tail {
        println!("{line}");
    }
    if let Some(violation) = &outcome.violation {
        println!("{}", outcome.description);
        println!("FAILED seed {seed} at {} us: {}: {}", outcome.end, violation.invariant, violation.detail);
    }
    println!("replay: make sim SEED={seed}\n");
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
