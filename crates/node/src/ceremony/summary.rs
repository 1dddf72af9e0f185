//! What a member should see of a genesis before approving it.

use std::collections::BTreeMap;

use serde::Serialize;
use types::Genesis;

use crate::{exit::Failure, home::Home, keys};

/// A genesis at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its hash: the chain id.
    pub chain_id: String,
    /// Its name.
    pub network: String,
    /// Time of block 0.
    pub created_ms: u64,
    /// Validators of each member.
    pub members: BTreeMap<String, usize>,
    /// n.
    pub validators: usize,
    /// f.
    pub faulty_max: usize,
    /// q.
    pub quorum: usize,
    /// How many accounts.
    pub accounts: usize,
    /// Names of the assets.
    pub assets: Vec<String>,
    /// Members that approved exactly this content.
    pub approved: Vec<String>,
    /// Members that did not.
    pub missing_approvals: Vec<String>,
    /// What should be thought about twice.
    pub warnings: Vec<String>,
}

/// Which keys of a home stand in a genesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MyKeys {
    /// The name of the validator whose consensus key, node key and vote log are this home's.
    pub validator: Option<String>,
    /// `member/name` of the account that the home's admin key controls.
    pub admin_account: Option<String>,
    /// What is not as it should be.
    pub problems: Vec<String>,
}

/// Sums up a genesis.
#[must_use]
pub fn summary(genesis: &Genesis) -> Summary {
    let n = genesis.validators.len();
    let faulty_max = types::quorum::faulty_max(n);
    let mut members: BTreeMap<String, usize> = genesis.members.iter().map(|m| (m.name.clone(), 0)).collect();
    for validator in &genesis.validators {
        *members.entry(validator.member.clone()).or_default() += 1;
    }
    let missing: Vec<String> = match genesis.check_approvals() {
        Ok(()) => Vec::new(),
        Err(errors) => errors.into_iter().filter_map(missing_member).collect(),
    };
    let approved = members.keys().filter(|name| !missing.contains(name)).cloned().collect();
    let mut warnings = Vec::new();
    for (name, count) in members.iter().filter(|(_, count)| **count > faulty_max) {
        // With one to three validators f is 0 and everybody exceeds it: then the size is the thing to say.
        if n > 3 {
            warnings.push(format!(
                "member {name} runs {count} of {n} validators, more than f = {faulty_max}: it alone can stop or fork the network"
            ));
        }
    }
    if n <= 3 {
        warnings.push(format!("with {n} validators no fault is tolerated: 4 tolerate one, 7 two"));
    }
    Summary {
        chain_id: genesis.chain_id().to_string(),
        network: genesis.network.clone(),
        created_ms: genesis.created_ms.get(),
        members,
        validators: n,
        faulty_max,
        quorum: types::quorum::quorum(n),
        accounts: genesis.accounts.len(),
        assets: genesis.assets.iter().map(|asset| asset.name.clone()).collect(),
        approved,
        missing_approvals: missing,
        warnings,
    }
}

/// Looks for a home's own keys in a genesis.
///
/// # Errors
/// What reading configuration and keys gives.
pub fn my_keys(genesis: &Genesis, home: &Home) -> Result<MyKeys, Failure> {
    let config = home.config()?;
    let consensus = home.validator_key(&config)?.public_key();
    let node = home.node_key(&config)?.public_key();
    let vote_log = home.vote_log_id()?;
    let mut mine = MyKeys { validator: None, admin_account: None, problems: Vec::new() };
    match genesis.validators.iter().find(|v| v.consensus_key == consensus) {
        None => {
            mine.problems.push(format!("the validator key {consensus} of this home is not in the genesis"))
        }
        Some(validator) => {
            mine.validator = Some(validator.name.clone());
            let name = &validator.name;
            if validator.node_key != node {
                mine.problems.push(format!(
                    "validator {name} has node key {}, this home has {node}",
                    validator.node_key
                ));
            }
            if validator.vote_log != vote_log {
                mine.problems.push(format!(
                    "validator {name} has vote log {}, this home has {vote_log}",
                    validator.vote_log
                ));
            }
            if validator.name != config.node.name || validator.member != config.node.member {
                mine.problems.push(format!(
                    "the genesis calls this validator {name} of {}, config.toml {} of {}",
                    validator.member, config.node.name, config.node.member
                ));
            }
        }
    }
    if home.admin_key_file().exists() {
        let admin = keys::load_key_file(&home.admin_key_file(), None)?.public_key();
        let holds = |account: &&types::genesis::GenesisAccount| {
            account.keys.keys.iter().any(|k| k.public_key == admin)
        };
        mine.admin_account =
            genesis.accounts.iter().find(holds).map(types::genesis::GenesisAccount::full_name);
        if mine.admin_account.is_none() {
            mine.problems
                .push(format!("the admin key {admin} of this home controls no account of the genesis"));
        }
    }
    Ok(mine)
}

fn missing_member(error: types::genesis::GenesisError) -> Option<String> {
    if let types::genesis::GenesisError::NotApproved { member } = error { Some(member) } else { None }
}
