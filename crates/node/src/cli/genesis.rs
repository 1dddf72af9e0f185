//! `hanse genesis`: the ceremony.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use types::{KeySet, TimeMs, crypto::random_bytes};

use super::{Outcome, arguments::PassphraseArguments};
use crate::{
    ceremony::{self, AssetPlan, CardContent, GenesisPlan, read_card},
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    home::Home,
    json::Output,
    keys,
    testnet::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a home's public keys with proofs of possession.
    Card(CardArguments),
    /// Join cards to a genesis.
    Create(CreateArguments),
    /// Show a genesis: its hash, a summary, whether a home's keys are in it, missing approvals.
    Check {
        /// The genesis.
        file: PathBuf,
        /// Look for this home's keys.
        #[arg(long, value_name = "DIR")]
        home: Option<PathBuf>,
    },
    /// Add a member's approval, keeping the others'.
    Approve(ApproveArguments),
    /// Join copies that were approved apart.
    Merge {
        /// The copies.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where to write the joined one.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct CardArguments {
    /// The home.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// The card to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CreateArguments {
    /// The network's name.
    #[arg(long, value_name = "NAME")]
    network: String,
    /// A member's card; repeat for each validator.
    #[arg(long = "card", required = true, num_args = 1.., value_name = "FILE")]
    cards: Vec<PathBuf>,
    /// An asset to begin with: NAME:DECIMALS:MEMBER/ACCOUNT[:POLICY]; may be repeated.
    #[arg(long = "asset", value_name = "ASSET")]
    assets: Vec<AssetPlan>,
    /// A member whose admin account is a regulator; may be repeated [default: every member].
    #[arg(long = "regulator", value_name = "MEMBER")]
    regulators: Vec<String>,
    /// A chain parameter; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// The genesis to write; never overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ApproveArguments {
    /// The genesis.
    file: PathBuf,
    /// The consensus key of one of the member's validators, or a key of its admin account.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to write the approved one; may be the same file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

pub(super) fn run(command: Command, output: Output) -> Outcome {
    match command {
        Command::Card(arguments) => card(&arguments, output),
        Command::Create(arguments) => create(&arguments, output),
        Command::Check { file, home } => check(&file, home, output),
        Command::Approve(arguments) => approve(&arguments, output),
        Command::Merge { files, out } => {
            let copies =
                files.iter().map(|file| ceremony::read_genesis(file)).collect::<Result<Vec<_>, _>>()?;
            let merged = ceremony::merge(&copies)?;
            ceremony::write_genesis(&out, &merged, IfExists::Replace)?;
            show(&merged, output, json!({"file": out.display().to_string()}))
        }
    }
}

fn card(arguments: &CardArguments, output: Output) -> Outcome {
    let home = Home::new(&arguments.home);
    let config = home.config()?;
    let validator = home.validator_key(&config)?;
    let node = home.node_key(&config)?;
    let passphrase = home.passphrase(&config)?;
    let admin = keys::load_key_file(&home.admin_key_file(), passphrase.as_ref())?;
    let (name, member) = (config.node.name, config.node.member);
    let content = CardContent {
        version: 1,
        // A member's second validator brings a second admin account, with a name of its own.
        admin_name: if name == member {
            "admin".to_owned()
        } else {
            format!("admin-{name}").chars().take(64).collect()
        },
        member,
        contact: config.node.contact,
        validator: name,
        address: config.p2p.address,
        consensus_key: validator.public_key(),
        node_key: node.public_key(),
        vote_log: home.vote_log_id()?,
        admin_keys: KeySet::single(admin.public_key()),
    };
    let card = content.sign(&[&validator, &node, &admin]);
    card.check().map_err(|error| Failure::new(ExitCode::GenesisMismatch, error.to_string()))?;
    let object = to_value(&card)?;
    let mut text =
        serde_json::to_string_pretty(&object).map_err(|e| Failure::new(ExitCode::Internal, e.to_string()))?;
    text.push('\n');
    files::write_whole(&arguments.out, text.as_bytes(), 0o644, IfExists::Replace)?;
    output.answer(&object, || {
        let file = arguments.out.display();
        format!(
            "card of {} of {} written to {file}: give it to the others",
            card.content.validator, card.content.member
        )
    });
    Ok(ExitCode::Done)
}

fn create(arguments: &CreateArguments, output: Output) -> Outcome {
    let cards = arguments.cards.iter().map(|file| read_card(file)).collect::<Result<Vec<_>, _>>()?;
    let nonce = random_bytes().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?;
    let plan = GenesisPlan {
        network: arguments.network.clone(),
        created_ms: TimeMs::new(now_ms()),
        nonce: hex::encode(&nonce[..16]),
        parameters: ceremony::parameters_from(&arguments.parameters)?,
        assets: arguments.assets.clone(),
        regulators: arguments.regulators.clone(),
    };
    let genesis = ceremony::create(&plan, &cards)?;
    ceremony::write_genesis(&arguments.out, &genesis, IfExists::Refuse)?;
    let named = cards.iter().filter(|card| !card.content.address.is_empty());
    let peers: std::collections::BTreeMap<_, _> =
        named.map(|card| (&card.content.validator, &card.content.address)).collect();
    output.note("addresses by the cards, for [peers] in each config.toml (its own line may be left out):");
    for (name, address) in &peers {
        output.note(&format!("{name} = \"{address}\""));
    }
    show(&genesis, output, json!({"file": arguments.out.display().to_string(), "peers": peers}))
}

fn check(file: &std::path::Path, home: Option<PathBuf>, output: Output) -> Outcome {
    let genesis = ceremony::read_genesis(file)?;
    let Some(home) = home else { return show(&genesis, output, json!({"my_keys": null})) };
    let mine = ceremony::my_keys(&genesis, &Home::new(home))?;
    show(&genesis, output, json!({"my_keys": mine}))?;
    output.note(&match &mine.validator {
        Some(name) if mine.problems.is_empty() => {
            format!("the keys of this home are in it: validator {name}")
        }
        Some(_) | None => mine.problems.join("\n"),
    });
    Ok(if mine.problems.is_empty() { ExitCode::Done } else { ExitCode::GenesisMismatch })
}

fn approve(arguments: &ApproveArguments, output: Output) -> Outcome {
    let genesis = ceremony::read_genesis(&arguments.file)?;
    let key = keys::load_key_file(&arguments.key, arguments.passphrase.given()?.as_ref())?;
    let (approved, members) = ceremony::approve(&genesis, &key)?;
    ceremony::write_genesis(&arguments.out, &approved, IfExists::Replace)?;
    output.note(&format!("approved for {}, written to {}", members.join(", "), arguments.out.display()));
    show(&approved, output, json!({"file": arguments.out.display().to_string(), "approved_for": members}))
}

/// Prints the summary with more fields beside it.
fn show(genesis: &types::Genesis, output: Output, more: Value) -> Outcome {
    let summary = ceremony::summary(genesis);
    let mut object = to_value(&summary)?;
    if let (Some(fields), Value::Object(more)) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
    output.answer(&object, || {
        let s = &summary;
        let members: Vec<_> = s.members.iter().map(|(name, n)| format!("{name} ({n})")).collect();
        let mut text = format!("hash        {}\nnetwork     {}\n", s.chain_id, s.network);
        text += &format!("validators  {} (f = {}, quorum {})\n", s.validators, s.faulty_max, s.quorum);
        text += &format!("members     {} (with their validators)\n", members.join(", "));
        text += &format!("accounts    {}\nassets      {}\n", s.accounts, s.assets.join(", "));
        text += &format!("approved    {}\n", s.approved.join(", "));
        if !s.missing_approvals.is_empty() {
            text += &format!("missing     {}: `hanse genesis approve`\n", s.missing_approvals.join(", "));
        }
        s.warnings.iter().for_each(|warning| text += &format!("warning: {warning}\n"));
        text
    });
    Ok(ExitCode::Done)
}

fn to_value(value: &impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))
}
