//! `sim`: runs seeds, named scenarios or twins, and prints for a failing one how to see it again; or predicts how
//! a network scales.

mod scale_command;
mod scripts_command;
mod seeds_command;
mod twins_command;

use std::process::ExitCode;

use consensus_sim::{Options, Repertoire, Verbosity};

const USAGE: &str = "usage: sim [--seeds N] [--start S] [--jobs J] [--keep-going] [--first-faults] | \
                     sim --seed K [--trace] [--first-faults] | sim --list | sim --scenario NAME [--trace] | \
                     sim --twins N [--start S] [--jobs J] | sim --twin K [--trace] | sim scale ...";

/// What to run.
struct Arguments {
    keep_going: bool,
    seeds: u64,
    start: u64,
    jobs: u64,
    seed: Option<u64>,
    twins: Option<u64>,
    twin: Option<u64>,
    scenario: Option<String>,
    list: bool,
    trace: bool,
    repertoire: Repertoire,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("scale") {
        return scale_command::run(std::env::args().skip(2));
    }
    match read_arguments(std::env::args().skip(1)) {
        Some(arguments) => run(&arguments),
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    let Arguments { seeds, start, jobs, trace, repertoire, .. } = *arguments;
    let verbosity = if trace { Verbosity::Print } else { Verbosity::Tail };
    let options = Options { verbosity, repertoire, ..Options::default() };
    if arguments.list {
        return scripts_command::list();
    }
    match (&arguments.scenario, arguments.seed, arguments.twin, arguments.twins) {
        (Some(name), ..) => scripts_command::play(name, verbosity),
        (_, Some(seed), ..) => seeds_command::show(seed, options),
        (_, _, Some(number), _) => twins_command::show(number, trace),
        (_, _, _, Some(count)) => twins_command::sweep(start, count, jobs),
        (None, None, None, None) => {
            let options = Options { verbosity: Verbosity::Hash, ..options };
            seeds_command::sweep(start, seeds, jobs, arguments.keep_going, options)
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
        scenario: None,
        list: false,
        trace: false,
        keep_going: false,
        repertoire: Repertoire::All,
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
            "--scenario" => arguments.scenario = Some(words.next()?),
            "--list" => arguments.list = true,
            "--keep-going" => arguments.keep_going = true,
            "--first-faults" => arguments.repertoire = Repertoire::First,
            "--trace" => arguments.trace = true,
            _ => return None,
        }
    }
    Some(arguments)
}
