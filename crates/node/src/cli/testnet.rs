//! `hanse testnet`

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use crate::{
    exit::{ExitCode, Failure},
    json::Output,
    testnet::{self, TestnetPlan},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How many validators.
    #[arg(long, value_name = "N")]
    validators: usize,
    /// Where to write the network.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// How many observers.
    #[arg(long, default_value_t = 0, value_name = "M")]
    observers: usize,
    /// Node i uses the ports P+10i to P+10i+3.
    #[arg(long, default_value_t = 26600, value_name = "P")]
    base_port: u16,
    /// One host per node, observers last; every node then uses the ports P to P+3.
    #[arg(long, value_delimiter = ',', value_name = "HOST,...")]
    hosts: Vec<String>,
    /// A chain parameter; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// The network's name.
    #[arg(long, default_value = "testnet", value_name = "NAME")]
    network: String,
    /// How many funded accounts, account0 and so on.
    #[arg(long, default_value_t = testnet::ACCOUNTS, value_name = "N")]
    accounts: usize,
    /// Also write compose.yaml, one container per node.
    #[arg(long)]
    compose: bool,
}

pub(super) fn run(arguments: Arguments, output: Output) -> Outcome {
    if !types::genesis::is_name(&arguments.network) {
        let found = arguments.network;
        return Err(Failure::usage(format!("--network: expected 1 to 64 of a-z 0-9 - _ ., found {found:?}")));
    }
    let plan = TestnetPlan {
        network: arguments.network,
        observers: arguments.observers,
        base_port: arguments.base_port,
        hosts: arguments.hosts,
        parameters: arguments.parameters,
        accounts: arguments.accounts,
        compose: arguments.compose,
        ..TestnetPlan::local(arguments.output, arguments.validators)
    };
    let made = testnet::create(&plan)?;
    let object =
        serde_json::to_value(&made).map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    output.answer(&object, || words(&made));
    Ok(ExitCode::Done)
}

fn words(made: &testnet::Testnet) -> String {
    let mut text = format!("network {} in {}\n", made.chain_id, made.directory);
    for node in &made.nodes {
        let role = if node.observer { "observer " } else { "validator" };
        text += &format!("{:8} {role} p2p {}  grpc {}  http {}\n", node.name, node.p2p, node.grpc, node.http);
    }
    text += &format!("{} accounts in {}/accounts\n", made.accounts, made.directory);
    text + &format!("next: hanse start --home {}/node0, and so on", made.directory)
}
