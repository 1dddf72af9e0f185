//! `hanse bench`

mod external;
mod options;
pub(super) mod worker;

use bench::{BenchError, conduct, progress::Progress, report::Results};
use tokio::signal::unix::{SignalKind, signal};

pub(super) use options::Arguments;

use super::Outcome;
use crate::{
    exit::{ExitCode, Failure},
    json::Output,
};

pub(super) fn run(arguments: Arguments, output: Output) -> Outcome {
    let runtime = runtime()?;
    let directory = arguments.output();
    let results = runtime.block_on(async {
        let plan = arguments.plan().await?;
        // Before anything is started: Ctrl-C ends it cleanly.
        let failed =
            |error: std::io::Error| Failure::new(ExitCode::Io, format!("cannot wait for signals: {error}"));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut progress = Progress::default();
        // What is dropped here ends its processes and removes its files.
        let results = tokio::select! {
            _ = interrupt.recv() => Err(BenchError::Interrupted),
            _ = terminate.recv() => Err(BenchError::Interrupted),
            results = conduct::run(&plan, &mut progress) => results,
        };
        results.map_err(Failure::from)
    })?;
    let object = serde_json::to_value(&results)
        .map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    output.answer(&object, || words(&results, &directory.display().to_string()));
    Ok(ExitCode::Done)
}

fn words(results: &Results, directory: &str) -> String {
    let mut text = results.headline.join("\n");
    text += &format!("\nsee {directory}/report.html, results.json and results.csv there");
    text
}

/// One thread: processes that are started on it live as long as it does.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(ExitCode::Io, format!("no runtime: {error}")))
}
