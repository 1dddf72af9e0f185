//! `hanse start`

use std::path::PathBuf;

use clap::Args;
use rustix::process::Signal;

use super::Outcome;
use crate::{config::LogFormat, exit::ExitCode, home::Home, runtime};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The home.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// How log lines look [default: log.format of config.toml].
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// The parent process; the node ends when it does.
    #[arg(long, hide = true, value_name = "PID")]
    parent: Option<i32>,
}

pub(super) fn run(arguments: Arguments) -> Outcome {
    if let Some(parent) = arguments.parent
        && !end_with(parent)
    {
        return Ok(ExitCode::Done);
    }
    let options = runtime::StartOptions { log_format: arguments.log_format };
    runtime::run(&Home::new(arguments.home), options)?;
    Ok(ExitCode::Done)
}

/// Asks for SIGTERM at the parent's end; `false`: it ended already.
fn end_with(parent: i32) -> bool {
    // Where the system knows no such signal the parent ends us in order, or we outlive it.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::TERM));
    rustix::process::getppid().is_some_and(|found| found.as_raw_nonzero().get() == parent)
}
