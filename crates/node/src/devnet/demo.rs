//! A little traffic, so that there is something to see.

use std::time::Duration;

use bench::load::{Load, LoadPlan, Payer, Workload};
use types::{Amount, AssetId};

use super::{Devnet, nodes::Node};
use crate::{ceremony::read_genesis, exit::Failure, keys, testnet::read_account_card};

/// Starts the load over the accounts of the directory; `None` when none is wanted or there are no accounts.
pub(super) fn start(devnet: &Devnet, nodes: &[Node]) -> Result<Option<Load>, Failure> {
    if devnet.load <= 0.0 {
        return Ok(None);
    }
    let payers = payers(devnet)?;
    if payers.len() < 2 {
        return Ok(None);
    }
    let genesis = read_genesis(&devnet.directory.join("genesis.json"))?;
    Ok(Some(Load::start(LoadPlan {
        targets: nodes.iter().map(|node| node.grpc.clone()).collect(),
        connections_per_target: 1,
        rate: devnet.load,
        chain_id: genesis.chain_id(),
        asset: AssetId::of_name("TEST"),
        amount: Amount::new(1),
        workload: Workload::Transfer,
        issuer: None,
        seed: rand::random(),
        start: None,
        until: None,
        failover: false,
        payers,
        lifetime: Duration::from_secs(60),
        in_flight_max: 4096,
    })))
}

/// `DIR/accounts/account0.key`, ... with the cards beside them.
fn payers(devnet: &Devnet) -> Result<Vec<Payer>, Failure> {
    let mut payers = Vec::new();
    loop {
        let file = devnet.directory.join(format!("accounts/account{}.key", payers.len()));
        if !file.exists() {
            return Ok(payers);
        }
        let key = keys::load_key_file(&file, None)?;
        let Some(card) = read_account_card(&file, &key.public_key())? else { return Ok(payers) };
        payers.push(Payer { account: card.id, key });
    }
}
