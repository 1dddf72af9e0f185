//! `sim --seeds N` and `sim --seed K`: many seeds with their rate, or one of them in words.

use std::{
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use consensus_sim::{Options, Outcome, Repertoire, Statistics, Verbosity, run_caught};

/// How often a long sweep says how far it is.
const PROGRESS: Duration = Duration::from_secs(60);

/// At most so many failing seeds are shown with their last events.
const EXPLAINED_MAX: usize = 3;

/// What many seeds came to.
#[derive(Default)]
struct Sum {
    statistics: Statistics,
    seeds: u64,
    failures: Vec<(u64, &'static str)>,
    said: Option<Instant>,
    /// The slowest healing, in ms, and its seed.
    slowest: (u64, u64),
}

/// One seed, on request with every event.
pub fn show(seed: u64, options: Options) -> ExitCode {
    let outcome = run_caught(seed, options);
    println!("{}", outcome.description);
    report(1, &outcome.statistics);
    println!("trace {}", hexadecimal(&outcome.trace_hash));
    if outcome.violation.is_none() {
        return ExitCode::SUCCESS;
    }
    explain(seed, options, &outcome);
    ExitCode::FAILURE
}

/// Many seeds, drawn by threads from one counter. Stops at the first failure, unless told to keep going.
pub fn sweep(start: u64, seeds: u64, jobs: u64, keep_going: bool, options: Options) -> ExitCode {
    let begin = Instant::now();
    let (next, stop) = (AtomicU64::new(start), AtomicBool::new(false));
    let end = start.saturating_add(seeds);
    let sum = Mutex::new(Sum { said: Some(begin), ..Sum::default() });
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let outcome = run_caught(seed, options);
                    if outcome.violation.is_some() && !keep_going {
                        stop.store(true, Ordering::Relaxed);
                    }
                    note(&sum, seed, seeds, &outcome);
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (seed, _) in sum.failures.iter().take(EXPLAINED_MAX) {
        let told = Options { verbosity: Verbosity::Tail, ..options };
        explain(*seed, told, &run_caught(*seed, told));
    }
    report(sum.seeds, &sum.statistics);
    println!("slowest healing: {} ms in seed {}", sum.slowest.0, sum.slowest.1);
    rates(&sum, begin.elapsed());
    conclude(&sum, options)
}

/// All failing seeds, each with the command that shows it again.
fn conclude(sum: &Sum, options: Options) -> ExitCode {
    for (seed, invariant) in &sum.failures {
        println!("FAILED seed {seed}: {invariant}; replay: {}", replay(*seed, options));
    }
    if sum.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn note(sum: &Mutex<Sum>, seed: u64, seeds: u64, outcome: &Outcome) {
    let mut sum = sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    sum.statistics.add(&outcome.statistics);
    sum.seeds += 1;
    sum.slowest = sum.slowest.max((outcome.statistics.healing_ms_max, seed));
    if let Some(violation) = &outcome.violation {
        println!("seed {seed}: {}: {}", violation.invariant, violation.detail);
        sum.failures.push((seed, violation.invariant));
    }
    if sum.said.is_some_and(|said| said.elapsed() >= PROGRESS) {
        sum.said = Some(Instant::now());
        println!("{} of {seeds} seeds, {} failed", sum.seeds, sum.failures.len());
    }
}

fn report(seeds: u64, statistics: &Statistics) {
    let Statistics { heights, view_changes, views, synced, rejected, evidence, .. } = statistics;
    println!(
        "{seeds} seeds ({} with Byzantine validators): {heights} heights, {views} views, {view_changes} view \
         changes, {synced} blocks by sync, {} packets, {rejected} rejected, {evidence} pieces of evidence, {} \
         events; slowest healing {} ms",
        statistics.byzantine_runs, statistics.packets, statistics.events, statistics.healing_ms_max,
    );
    let strikes: Vec<_> =
        statistics.strikes().iter().map(|(name, count)| format!("{count} {name}")).collect();
    println!("faults: {}", strikes.join(", "));
    println!("vote logs put back: {:?}", statistics.rolled);
}

fn rates(sum: &Sum, elapsed: Duration) {
    let hours = sum.statistics.virtual_ms as f64 / 3_600_000.0;
    println!("{hours:.2} hours of virtual time in {:.1} s", elapsed.as_secs_f64());
    if let Some(minutes) = cpu_seconds().map(|seconds| seconds / 60.0) {
        let (seeds, heights) = (sum.seeds as f64 / minutes, sum.statistics.heights as f64 / minutes);
        println!(
            "{minutes:.2} CPU-minutes: {seeds:.0} seeds, {heights:.0} heights, i.e. {:.0} seeds of 200 heights \
             a CPU-minute",
            heights / 200.0
        );
    }
}

/// User and system time of this process, where the kernel tells it.
fn cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some((ticks as f64 / TICKS_PER_SECOND).max(0.01))
}

fn explain(seed: u64, options: Options, outcome: &Outcome) {
    println!("\nlast events of seed {seed}:");
    for line in &outcome.tail {
        println!("{line}");
    }
    if let Some(violation) = &outcome.violation {
        println!("{}", outcome.description);
        println!("FAILED seed {seed} at {} us: {}: {}", outcome.end, violation.invariant, violation.detail);
    }
    println!("replay: {}\n", replay(seed, options));
}

fn replay(seed: u64, options: Options) -> String {
    match options.repertoire {
        Repertoire::All => format!("make sim SEED={seed}"),
        Repertoire::First => format!("sim --seed {seed} --first-faults --trace"),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
