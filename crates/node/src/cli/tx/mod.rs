//! `hanse tx`: build, sign, submit.

mod build;
mod describe;
mod file;
mod operations;
mod submit;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    Outcome,
    network::{NetworkArguments, duration},
};
use crate::json::Output;
use operations::Step;

pub(in crate::cli) use describe::describe;
pub(in crate::cli) use submit::keep_receipt;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Move units to another account.
    Transfer(Of<operations::Transfer>),
    /// Create units of an asset that the source issues.
    Issue(Of<operations::Issue>),
    /// Destroy units of the source.
    Redeem(Of<operations::Redeem>),
    /// Set units aside for a beneficiary.
    Lock(Of<operations::Lock>),
    /// End a lock: take it as its beneficiary, or take it back as its owner.
    Unlock(Of<operations::Unlock>),
    /// Create an asset that the source issues.
    CreateAsset(Of<operations::CreateAsset>),
    /// Put an account on an asset's allow-list, or take it off.
    SetHolder(Of<operations::SetHolder>),
    /// Admit an organisation with its admin account.
    RegisterMember(Of<operations::RegisterMember>),
    /// Open an account.
    RegisterAccount(Of<operations::RegisterAccount>),
    /// Replace the source's keys.
    RotateKeys(Of<operations::RotateKeys>),
    /// Replace an account's roles.
    SetRoles(Of<operations::SetRoles>),
    /// Suspend, freeze or reactivate an account.
    SetStatus(Of<operations::SetStatus>),
    /// Delivery versus payment: give and take as one, signed by both sides.
    Dvp(Of<operations::Dvp>),
    /// Several operations from a file, as one transaction.
    Build(Of<operations::File>),
    /// Add signatures to a transaction file.
    Sign(file::SignArguments),
    /// Explain a transaction file.
    Show {
        /// The transaction.
        file: PathBuf,
    },
    /// Send a transaction file; sending the same bytes again is safe.
    Submit(submit::SubmitArguments),
}

/// An operation and what every transaction has.
#[derive(Debug, Args)]
pub(super) struct Of<T: Args> {
    #[command(flatten)]
    step: T,
    #[command(flatten)]
    common: TransactionArguments,
}

/// What every transaction has.
#[derive(Debug, Args)]
struct TransactionArguments {
    /// A key that signs; may be repeated.
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// The source account [default: the account of the first key].
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<String>,
    /// Build and sign without any connection; needs --genesis and --out.
    #[arg(long, requires = "out", conflicts_with = "wait")]
    offline: bool,
    /// Write the signed transaction to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How long it may wait for its block.
    #[arg(long, default_value = "60s", value_parser = duration, value_name = "TIME")]
    valid_for: std::time::Duration,
    /// Free text, at most 256 bytes; everybody can read it for ever.
    #[arg(long, default_value = "", value_name = "TEXT")]
    memo: String,
    #[command(flatten)]
    waiting: WaitArguments,
    #[command(flatten)]
    network: NetworkArguments,
    #[command(flatten)]
    passphrase: super::arguments::PassphraseArguments,
}

/// Whether and how to wait for the outcome.
#[derive(Debug, Clone, Args)]
struct WaitArguments {
    /// Wait for the outcome.
    #[arg(long)]
    wait: bool,
    /// How long to wait.
    #[arg(long, default_value = "30s", value_parser = duration, value_name = "TIME")]
    wait_for: std::time::Duration,
    /// Keep the receipt in this file.
    #[arg(long, requires = "wait", value_name = "FILE")]
    receipt: Option<PathBuf>,
}

pub(super) fn run(command: Command, output: Output) -> Outcome {
    fn go<T: Args + Into<Step>>(of: Of<T>, output: Output) -> Outcome {
        build::run(&of.step.into(), &of.common, output)
    }
    match command {
        Command::Transfer(of) => go(of, output),
        Command::Issue(of) => go(of, output),
        Command::Redeem(of) => go(of, output),
        Command::Lock(of) => go(of, output),
        Command::Unlock(of) => go(of, output),
        Command::CreateAsset(of) => go(of, output),
        Command::SetHolder(of) => go(of, output),
        Command::RegisterMember(of) => go(of, output),
        Command::RegisterAccount(of) => go(of, output),
        Command::RotateKeys(of) => go(of, output),
        Command::SetRoles(of) => go(of, output),
        Command::SetStatus(of) => go(of, output),
        Command::Dvp(of) => go(of, output),
        Command::Build(of) => build::run_file(&of.step, &of.common, output),
        Command::Sign(arguments) => file::sign(&arguments, output),
        Command::Show { file } => file::show(&file, output),
        Command::Submit(arguments) => submit::run(&arguments, output),
    }
}
