//! The command line. Every command ends through [`main`]: one exit code, failures in words on stderr and,
//! with `--json`, as one object on stdout.

mod arguments;
mod bench;
mod config;
mod devnet;
mod genesis;
mod init;
mod keygen;
mod network;
mod query;
mod recover;
mod roles;
mod start;
mod status;
mod testnet;
mod tx;
mod verify;
mod version;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::{
    exit::{ExitCode, Failure},
    json::Output,
};

/// What a command returns.
pub(crate) type Outcome = Result<ExitCode, Failure>;

/// A permissioned blockchain node and its tools.
#[derive(Debug, Parser)]
#[command(name = "hanse", version, max_term_width = 110)]
struct Cli {
    /// Print JSON: one object, or one per line, also on failure.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a local network and show it live.
    Devnet(devnet::Arguments),
    /// Make complete homes, a genesis and funded accounts for a test network.
    Testnet(testnet::Arguments),
    /// Measure throughput, latency and cost: of networks that it starts, or of one that runs.
    Bench(Box<bench::Arguments>),
    /// A load process of `bench`.
    #[command(hide = true)]
    BenchWorker,
    /// Make one key.
    Keygen(keygen::Arguments),
    /// Make a home with fresh keys and settings.
    Init(init::Arguments),
    /// The ceremony of the founding members.
    #[command(subcommand)]
    Genesis(genesis::Command),
    /// Run one node in the foreground.
    Start(start::Arguments),
    /// Check a configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// What a node says of itself.
    Status(status::Arguments),
    /// Build, sign and submit transactions.
    #[command(subcommand)]
    Tx(Box<tx::Command>),
    /// Read from the network.
    Query(query::Arguments),
    /// The operator's override when more than f validators lost their vote memory.
    #[command(subcommand)]
    Recover(recover::Command),
    /// Check a ledger or a receipt offline.
    #[command(subcommand)]
    Verify(verify::Command),
    /// Who may do what.
    Roles,
    /// Show the release.
    Version,
}

/// Runs the command line `arguments` (the program's name first).
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            let output = Output { json: cli.json };
            finish(run(cli.command, output), output)
        }
        Err(error) => refuse(&error, arguments.iter().any(|argument| argument == "--json")),
    }
}

fn run(command: Command, output: Output) -> Outcome {
    match command {
        Command::Devnet(arguments) => devnet::run(arguments, output),
        Command::Testnet(arguments) => testnet::run(arguments, output),
        Command::Bench(arguments) => bench::run(*arguments, output),
        Command::BenchWorker => bench::worker::run(),
        Command::Keygen(arguments) => keygen::run(&arguments, output),
        Command::Init(arguments) => init::run(&arguments, output),
        Command::Genesis(command) => genesis::run(command, output),
        Command::Start(arguments) => start::run(arguments),
        Command::Config(command) => config::run(&command, output),
        Command::Status(arguments) => status::run(&arguments, output),
        Command::Tx(command) => tx::run(*command, output),
        Command::Query(arguments) => query::run(arguments, output),
        Command::Recover(command) => recover::run(&command, output),
        Command::Verify(command) => verify::run(&command, output),
        Command::Roles => roles::run(output),
        Command::Version => version::run(output),
    }
}

fn finish(outcome: Outcome, output: Output) -> ExitCode {
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            output.failure(&failure);
            failure.exit
        }
    }
}

/// Help and version end with 0; everything else that clap refuses is a usage error.
fn refuse(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        // Nobody may be reading; the exit code is the answer.
        let _ = error.print();
        return ExitCode::Done;
    }
    let text = error.to_string();
    let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned();
    finish(Err(Failure::usage(message)), Output { json })
}
