//! `hanse devnet`

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use crate::{
    devnet::{self, Devnet},
    exit::Failure,
    json::Output,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How many validators a new network gets; one that is there keeps its own.
    #[arg(long, default_value_t = 4, value_name = "N")]
    validators: usize,
    /// Where the network is, or is made.
    #[arg(long, default_value = "devnet", value_name = "DIR")]
    dir: PathBuf,
    /// A new network's node i uses the ports P+10i to P+10i+3.
    #[arg(long, default_value_t = 26600, value_name = "P")]
    base_port: u16,
    /// Transfers per second of demo traffic; 0: none.
    #[arg(long, default_value_t = 20.0, value_name = "TPS")]
    load: f64,
}

pub(super) fn run(arguments: Arguments, output: Output) -> Outcome {
    if !(arguments.load.is_finite() && (0.0..=1e6).contains(&arguments.load)) {
        return Err(Failure::usage("--load: expected 0 to 1000000 transfers per second"));
    }
    devnet::run(
        &Devnet {
            directory: arguments.dir,
            validators: arguments.validators,
            base_port: arguments.base_port,
            load: arguments.load,
        },
        output,
    )
}
