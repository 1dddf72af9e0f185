//! Raw values of the state.

use clap::{Args, Subcommand};
use serde_json::json;
use types::{AssetId, MemberId, TimeMs, state::StateKey};

use super::{Found, standing};
use crate::{cli::network::Network, exit::Failure};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    of: Of,
}

#[derive(Debug, Subcommand)]
enum Of {
    /// The chain parameters.
    Params,
    /// The active validator set.
    Validators,
    /// A member.
    Member {
        /// Its name or id.
        member: String,
    },
    /// An account.
    Account {
        /// 64 hex digits, member/name, or a unique name.
        account: String,
    },
    /// An account's name.
    Name {
        /// member/name
        name: String,
    },
    /// An asset.
    Asset {
        /// Its name or id.
        asset: String,
    },
    /// An account's holding of an asset.
    Holding {
        /// The asset's name or id.
        asset: String,
        /// The account.
        account: String,
    },
    /// A transaction's place in the replay window.
    Tx {
        /// Its id.
        id: String,
        /// Its expiry, in ms since 1970: ids are remembered by it.
        #[arg(long, value_name = "MS")]
        valid_until: u64,
    },
}

pub(super) fn run(network: &Network, arguments: &Arguments) -> Result<Found, Failure> {
    let key = key(network, &arguments.of)?;
    let found = network.block_on(network.client()?.state(&key))?;
    let value = found.value.as_ref().map(hex::encode);
    let object = json!({"key": hex::encode(key.encode()), "present": value.is_some(), "value": value});
    let words = match &value {
        Some(value) => format!("present: {value}"),
        None => "absent".to_owned(),
    };
    Ok(standing(&found, network, object, words))
}

fn key(network: &Network, of: &Of) -> Result<StateKey, Failure> {
    let asset = |text: &str| text.parse().unwrap_or_else(|_| AssetId::of_name(text));
    Ok(match of {
        Of::Params => StateKey::Parameters,
        Of::Validators => StateKey::ActiveSet,
        Of::Member { member } => StateKey::Member(Network::member(member)),
        Of::Account { account } => StateKey::Account(network.account(account)?),
        Of::Name { name } => match name.split_once('/') {
            Some((member, name)) => StateKey::AccountName(name.to_owned(), MemberId::of_name(member)),
            None => return Err(Failure::usage(format!("expected member/name, found {name:?}"))),
        },
        Of::Asset { asset: text } => StateKey::Asset(asset(text)),
        Of::Holding { asset: text, account } => StateKey::Holding(asset(text), network.account(account)?),
        Of::Tx { id, valid_until } => StateKey::Seen(
            TimeMs::new(*valid_until),
            id.parse().map_err(|error| Failure::usage(format!("transaction id: {error}")))?,
        ),
    })
}
