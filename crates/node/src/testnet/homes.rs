//! The homes of a test network's nodes.

use types::{SecretKey, genesis::GenesisValidator};

use super::{NodePlace, TestnetPlan, plan::member_name};
use crate::{
    config,
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    home::{Home, NewHome},
    keys,
};

/// A validator as the genesis lists it, and the key that approves.
pub(super) struct ValidatorKeys {
    pub(super) validator: GenesisValidator,
    pub(super) consensus: SecretKey,
}

/// Makes every home, then tells each its peers.
pub(super) fn create(plan: &TestnetPlan, nodes: &[NodePlace]) -> Result<Vec<ValidatorKeys>, Failure> {
    let mut validators = Vec::new();
    let mut observers = std::collections::BTreeMap::new();
    for (i, place) in nodes.iter().enumerate() {
        let home = Home::new(&place.home);
        let values = plan.values(i, place);
        let made =
            home.create(&NewHome { values, validator: !place.observer, admin: false, passphrase: None })?;
        match (made.validator, made.vote_log) {
            (Some(consensus_key), Some(vote_log)) => validators.push(ValidatorKeys {
                validator: GenesisValidator {
                    name: place.name.clone(),
                    member: member_name(i),
                    consensus_key,
                    node_key: made.node,
                    vote_log,
                },
                consensus: keys::load_key_file(&home.directory().join("keys/validator.key"), None)?,
            }),
            _ => {
                observers.insert(place.name.clone(), made.node.to_string());
            }
        }
    }
    for (i, place) in nodes.iter().enumerate() {
        let mut values = plan.values(i, place);
        let others = nodes.iter().filter(|other| !other.observer && other.name != place.name);
        values.peers = others.map(|other| (other.name.clone(), other.p2p.clone())).collect();
        if !place.observer {
            values.observers.clone_from(&observers);
        }
        let text = config::render(&values);
        let file = Home::new(&place.home).config_file();
        files::write_whole(&file, text.as_bytes(), 0o644, IfExists::Replace)?;
    }
    if validators.len() == plan.validators {
        return Ok(validators);
    }
    Err(Failure::new(ExitCode::Internal, "a validator's home came without its keys"))
}
