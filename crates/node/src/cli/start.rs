//! `hanse start`

use std::path::PathBuf;

use clap::Args;

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
}

pub(super) fn run(arguments: Arguments) -> Outcome {
    let options = runtime::StartOptions { log_format: arguments.log_format };
    runtime::run(&Home::new(arguments.home), options)?;
    Ok(ExitCode::Done)
}
