//! `hanse init`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use types::genesis::is_name;

use super::{Outcome, arguments::PassphraseArguments};
use crate::{
    config::{Values, is_address},
    exit::{ExitCode, Failure},
    home::{Home, NewHome},
    json::Output,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The home to make; nothing that exists is overwritten.
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// The member that runs the node.
    #[arg(long, value_name = "NAME")]
    member: String,
    /// HOST:PORT at which the other nodes dial this one; gRPC and HTTP use the next two ports on loopback.
    #[arg(long, value_name = "HOST:PORT")]
    address: String,
    /// The node's name in the network [default: the member's].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Whom the other members may call.
    #[arg(long, default_value = "", value_name = "TEXT")]
    contact: String,
    /// An observer: it does not vote and stands in no genesis.
    #[arg(long)]
    observer: bool,
    /// Encrypt the keys under a passphrase.
    #[arg(long)]
    encrypt: bool,
    #[command(flatten)]
    passphrase: PassphraseArguments,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Outcome {
    let name = arguments.name.as_ref().unwrap_or(&arguments.member);
    for (flag, text) in [("--member", &arguments.member), ("--name", name)] {
        if !is_name(text) {
            return Err(Failure::usage(format!("{flag}: expected 1 to 64 of a-z 0-9 - _ ., found {text:?}")));
        }
    }
    if arguments.contact.len() > 256 {
        return Err(Failure::usage("--contact: expected at most 256 bytes"));
    }
    let values = values(arguments, name)?;
    let passphrase = arguments.passphrase.for_new(arguments.encrypt, "the keys of this home")?;
    let validator = !arguments.observer;
    let home = Home::new(&arguments.home);
    let made = home.create(&NewHome { values, validator, admin: validator, passphrase })?;
    let object = json!({
        "home": home.directory().display().to_string(),
        "name": name,
        "member": arguments.member,
        "validator_key": made.validator.map(|key| key.to_string()),
        "node_key": made.node.to_string(),
        "admin_key": made.admin.map(|key| key.to_string()),
        "vote_log": made.vote_log.map(|id| id.to_string()),
    });
    output.answer(&object, || {
        let mut text =
            format!("{} is the home of {name}\nnode key      {}\n", home.directory().display(), made.node);
        if let (Some(validator), Some(admin)) = (made.validator, made.admin) {
            text += &format!("validator key {validator}\nadmin key     {admin}\n");
            text +=
                &format!("next: hanse genesis card --home {} --out {name}.card", home.directory().display());
        } else {
            text += "next: the validators put the node key into their [observers]";
        }
        text
    });
    Ok(ExitCode::Done)
}

fn values(arguments: &Arguments, name: &str) -> Result<Values, Failure> {
    let address = &arguments.address;
    let bad = |expected: &str| Failure::usage(format!("--address: expected {expected}, found {address:?}"));
    if !is_address(address) {
        return Err(bad("HOST:PORT"));
    }
    let port: u16 =
        address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).ok_or_else(|| bad("HOST:PORT"))?;
    if port > u16::MAX - 3 {
        return Err(bad("a port up to 65532, since the next three are used too"));
    }
    let mut values = Values::default();
    values
        .text("node", "name", name)
        .text("node", "member", &arguments.member)
        .text("node", "contact", &arguments.contact)
        .text("node", "role", if arguments.observer { "observer" } else { "validator" })
        .text("p2p", "listen", &format!("0.0.0.0:{port}"))
        .text("p2p", "address", address)
        .text("api", "grpc", &format!("127.0.0.1:{}", port + 1))
        .text("api", "http", &format!("127.0.0.1:{}", port + 2));
    if arguments.encrypt
        && let Some(file) = &arguments.passphrase.passphrase_file
    {
        let file = file.canonicalize().unwrap_or_else(|_| file.clone());
        values.text("keys", "passphrase_file", &file.display().to_string());
    }
    Ok(values)
}
