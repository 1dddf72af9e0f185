//! `sim --list` and `sim --scenario NAME`.

use std::process::ExitCode;

use consensus_sim::{Verbosity, scripted};

/// The names of all scenarios, and what they show.
pub fn list() -> ExitCode {
    for script in scripted::all() {
        println!("{:28} n = {:?}: {}", script.name, script.sizes, script.about);
    }
    ExitCode::SUCCESS
}

/// Plays one at all its sizes; `all` plays all.
pub fn play(name: &str, verbosity: Verbosity) -> ExitCode {
    let mut found =
        scripted::all().into_iter().filter(|script| name == "all" || script.name == name).peekable();
    if found.peek().is_none() {
        eprintln!("there is no scenario {name:?}; sim --list names them");
        return ExitCode::from(2);
    }
    let mut verdict = ExitCode::SUCCESS;
    for script in found {
        match script.play_all(verbosity) {
            Ok(statistics) => println!(
                "{:28} ok: {} heights, {} view changes, {} s of virtual time, slowest recovery {} ms",
                script.name,
                statistics.heights,
                statistics.view_changes,
                statistics.virtual_ms / 1_000,
                statistics.healing_ms_max
            ),
            Err(outcome) => {
                outcome.tail.iter().for_each(|line| println!("{line}"));
                println!("FAILED {} at {} us: {:?}", outcome.description, outcome.end, outcome.violation);
                println!("replay: sim --scenario {}", script.name);
                verdict = ExitCode::FAILURE;
            }
        }
    }
    verdict
}
