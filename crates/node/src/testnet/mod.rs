//! A whole network for tests and trials: complete homes, an approved genesis, funded accounts.
//!
//! ```text
//! DIR/genesis.json
//! DIR/node0 .. node{N-1}      validators, of member0 .. member{N-1}
//! DIR/node{N} ..              observers
//! DIR/accounts/account0.key .. account15.key, and account0.json .. beside them
//! DIR/compose.yaml            on request
//! ```

mod accounts;
mod compose;
mod homes;
mod plan;

pub use accounts::{ACCOUNTS, AccountCard, HOLDING, read_account_card};
pub use plan::{NodePlace, TestnetPlan, now_ms};

use std::collections::BTreeMap;

use serde::Serialize;
use types::{
    Genesis, Member, SecretKey, TimeMs, crypto::random_bytes, genesis::GenesisAsset, state::TransferPolicy,
};

use crate::{
    ceremony,
    exit::{ExitCode, Failure},
    files::{self, IfExists},
};
use accounts::AccountKey;
use homes::ValidatorKeys;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Testnet {
    /// The genesis hash.
    pub chain_id: String,
    /// Where everything is.
    pub directory: String,
    /// `DIR/genesis.json`
    pub genesis: String,
    /// Validators first, then observers.
    pub nodes: Vec<NodePlace>,
    /// How many funded accounts there are.
    pub accounts: usize,
}

/// Makes the network. Nothing that exists is overwritten.
///
/// # Errors
/// [`ExitCode::Usage`] for a plan that cannot be; [`ExitCode::Failed`] when the directory holds a network;
/// [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn create(plan: &TestnetPlan) -> Result<Testnet, Failure> {
    let parameters = ceremony::parameters_from(&plan.parameters)?;
    let nodes = plan.places()?;
    let genesis_file = plan.directory.join("genesis.json");
    if genesis_file.symlink_metadata().is_ok() {
        let message =
            format!("{} holds a network already: choose another directory", plan.directory.display());
        return Err(Failure::because(ExitCode::Failed, "exists", message));
    }
    files::make_private_directory(&plan.directory)?;
    let accounts = accounts::create(plan)?;
    let validators = homes::create(plan, &nodes)?;
    let genesis = genesis(plan, parameters, &accounts, &validators)?;
    for node in &nodes {
        ceremony::write_genesis(
            &plan.directory.join(&node.name).join("genesis.json"),
            &genesis,
            IfExists::Refuse,
        )?;
    }
    if plan.compose {
        let text = compose::render(plan, &nodes);
        files::write_whole(&plan.directory.join("compose.yaml"), text.as_bytes(), 0o644, IfExists::Refuse)?;
    }
    // Last: a directory with a genesis is a complete network.
    ceremony::write_genesis(&genesis_file, &genesis, IfExists::Refuse)?;
    Ok(Testnet {
        chain_id: genesis.chain_id().to_string(),
        directory: plan.directory.display().to_string(),
        genesis: genesis_file.display().to_string(),
        nodes,
        accounts: accounts.len(),
    })
}

fn genesis(
    plan: &TestnetPlan,
    parameters: types::Parameters,
    accounts: &[AccountKey],
    validators: &[ValidatorKeys],
) -> Result<Genesis, Failure> {
    let io = |error: types::crypto::NoRandomness| Failure::new(ExitCode::Io, error.to_string());
    let members = (0..plan.validators)
        .map(|i| Member { name: plan::member_name(i), contact: "a test network".to_owned() })
        .collect();
    let accounts: Vec<_> = accounts.iter().map(|account| account.genesis_account(plan)).collect();
    let issuer = accounts.first().map(types::genesis::GenesisAccount::full_name).unwrap_or_default();
    let holdings: BTreeMap<_, _> = accounts.iter().map(|account| (account.full_name(), HOLDING)).collect();
    let asset =
        GenesisAsset { name: "TEST".to_owned(), decimals: 2, issuer, policy: TransferPolicy::Open, holdings };
    let mut genesis = Genesis {
        network: plan.network.clone(),
        created_ms: TimeMs::new(plan.created_ms),
        nonce: hex::encode(&random_bytes().map_err(io)?[..16]),
        members,
        accounts,
        assets: vec![asset],
        validators: validators.iter().map(|keys| keys.validator.clone()).collect(),
        parameters,
        approvals: Vec::new(),
    };
    for key in validators.iter().map(|keys| &keys.consensus) {
        genesis = approved(&genesis, key)?;
    }
    Ok(genesis)
}

fn approved(genesis: &Genesis, key: &SecretKey) -> Result<Genesis, Failure> {
    ceremony::approve(genesis, key).map(|(approved, _)| approved)
}
