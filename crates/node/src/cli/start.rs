//! `hanse start`

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use crate::{
    config::LogFormat,
    exit::{ExitCode, Failure},
    home::Home,
    json::Output,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The home.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// How log lines look [default: log.format of config.toml].
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

pub(super) fn run(arguments: Arguments, _output: Output) -> Outcome {
    let _home = Home::new(arguments.home);
    let _format = arguments.log_format;
    Err(Failure::new(ExitCode::Internal, "this build has no runtime"))
}
