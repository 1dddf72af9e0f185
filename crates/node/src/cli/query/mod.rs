//! `hanse query`: reads, verified where a genesis is given.

mod chain;
mod objects;
mod proof;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use client::Verified;
use serde_json::{Value, json};

use super::{
    Outcome,
    network::{Network, NetworkArguments},
};
use crate::{
    exit::{ExitCode, Failure},
    json::{Output, printable},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    network: GlobalNetwork,
}

/// The network's arguments, accepted after the thing asked for too.
#[derive(Debug, Clone, Args)]
struct GlobalNetwork {
    #[arg(
        long = "endpoint",
        value_name = "URL",
        env = "HANSECTL_ENDPOINT",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:26601",
        global = true,
        help = "A node's gRPC URL; may be repeated: the next one is asked when one does not answer"
    )]
    endpoints: Vec<String>,
    #[arg(
        long,
        value_name = "FILE",
        env = "HANSECTL_GENESIS",
        global = true,
        help = "Verify against this genesis"
    )]
    genesis: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A block with its transactions.
    Block {
        /// Its height, or `latest`.
        #[arg(long, default_value = "latest", value_name = "H")]
        height: String,
    },
    /// A transaction that stands in a block.
    Tx {
        /// Its id.
        id: String,
        /// Keep the receipt in this file.
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
    },
    /// An account with its balances.
    Account {
        /// 64 hex digits, member/name, or a unique name.
        account: String,
    },
    /// An asset.
    Asset {
        /// Its name or id.
        asset: String,
    },
    /// A member.
    Member {
        /// Its name or id.
        member: String,
    },
    /// A lock.
    Lock {
        /// Its id.
        id: String,
    },
    /// Who holds an asset.
    Holdings {
        /// The asset's name or id.
        asset: String,
        /// How many to list at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// The transactions that touched an account, newest first.
    History {
        /// 64 hex digits, member/name, or a unique name.
        account: String,
        /// How many to list at most.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// The validators of a block.
    Validators {
        /// Its height, or `latest`.
        #[arg(long, default_value = "latest", value_name = "H")]
        height: String,
    },
    /// The chain parameters.
    Params,
    /// A value of the state by its key, proven present or absent.
    Proof(proof::Arguments),
}

/// What a query found, for people as well.
struct Found {
    object: Value,
    words: String,
}

pub(super) fn run(arguments: Arguments, output: Output) -> Outcome {
    let GlobalNetwork { endpoints, genesis } = arguments.network;
    let network = NetworkArguments { endpoints, genesis }.reach()?;
    let found = match arguments.what {
        What::Block { height } => chain::block(&network, &height)?,
        What::Tx { id, receipt } => chain::transaction(&network, &id, receipt.as_deref())?,
        What::Account { account } => objects::account(&network, &account)?,
        What::Asset { asset } => objects::asset(&network, &asset)?,
        What::Member { member } => objects::member(&network, &member)?,
        What::Lock { id } => objects::lock(&network, &id)?,
        What::Holdings { asset, limit } => objects::holdings(&network, &asset, limit)?,
        What::History { account, limit } => chain::history(&network, &account, limit)?,
        What::Validators { height } => chain::validators(&network, &height)?,
        What::Params => objects::parameters(&network)?,
        What::Proof(arguments) => proof::run(&network, &arguments)?,
    };
    for (name, id) in network.believed() {
        output.note(&format!("{name} is {id} by the node's word (--genesis FILE would prove it)"));
    }
    output.answer(&found.object, || printable(&found.words));
    Ok(ExitCode::Done)
}

/// Adds what every answer carries.
fn standing<T>(answer: &Verified<T>, network: &Network, object: Value, words: String) -> Found {
    let mut object = object;
    if let Some(fields) = object.as_object_mut() {
        fields.insert("as_of_height".to_owned(), json!(answer.as_of_height.get()));
        fields.insert("as_of_time_ms".to_owned(), json!(answer.as_of_time.get()));
        fields.insert("verified".to_owned(), json!(answer.verified));
    }
    let how = match (answer.verified, network.genesis().is_some()) {
        (true, _) => "verified",
        (false, true) => "height 0 has no certificate: not verified",
        (false, false) => "not verified: give --genesis FILE",
    };
    Found { object, words: format!("{}\nas of block {} ({how})", words.trim_end(), answer.as_of_height) }
}

fn not_found(what: &str, name: &str) -> Failure {
    Failure::because(ExitCode::Failed, "not_found", format!("there is no {what} {name}"))
}

fn to_value(value: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))
}

/// `latest`, or a height.
fn read_height(text: &str) -> Result<Option<types::Height>, Failure> {
    if text == "latest" {
        return Ok(None);
    }
    let height = text
        .parse()
        .map_err(|_| Failure::usage(format!("--height: expected a number or latest, found {text:?}")))?;
    Ok(Some(types::Height::new(height)))
}
