//! `hanse recover votes`: the operator's word that a validator whose vote memory is lost may vote all the
//! same (`consensus.md`, Durability). Needed only where more than f validators lost theirs: then no block can
//! be made that readmits anybody.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Outcome;
use crate::{
    exit::{ExitCode, Failure},
    home::Home,
    json::Output,
    runtime::lost_log,
};

/// What can be recovered.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let this validator vote with a vote log that the network does not know.
    Votes(Votes),
}

#[derive(Debug, Args)]
pub(super) struct Votes {
    /// The home of a stopped validator.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// Yes: a vote given before may be contradicted, and counts as a fault of this validator.
    #[arg(long)]
    accept_equivocation_risk: bool,
}

pub(super) fn run(command: &Command, output: Output) -> Outcome {
    let Command::Votes(arguments) = command;
    if !arguments.accept_equivocation_risk {
        let message = "a validator that forgot its votes may contradict them. Where at most f validators lost theirs, do \
                       nothing: they follow and rejoin by themselves. Where more did, and all members agree, give \
                       --accept-equivocation-risk";
        return Err(Failure::usage(message));
    }
    let home = Home::new(&arguments.home);
    let (log, put_aside) = lost_log::prepare_override(&home)?;
    output.answer(&json!({"vote_log": log, "damaged_log_put_aside": put_aside}), || {
        let aside = if put_aside { "\nThe damaged log was put aside in votes/." } else { "" };
        format!(
            "This validator will vote with vote log {log} from its next start on, and ask the network to name it.\n\
             `hanse status` says so until then.{aside}"
        )
    });
    Ok(ExitCode::Done)
}
