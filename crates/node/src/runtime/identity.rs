//! Who this node is in the set, and whether it may vote.

use std::sync::Arc;

use consensus::{LogRecord, record::Voting};
use types::{ChainId, Genesis, ValidatorIndex, ValidatorSet, VoteLogId, crypto::random_bytes, ports::Signer};

use crate::{
    config::{Config, NodeRole},
    exit::{ExitCode, Failure},
    home::Home,
};

use super::{signer::KeySigner, vote_log::VoteLog};

/// The node's place, its signer and its vote memory.
pub struct Identity {
    /// The network.
    pub chain: ChainId,
    /// The validators of epoch 0.
    pub validators: Arc<ValidatorSet>,
    /// Own place; `None` for observers.
    pub index: Option<ValidatorIndex>,
    /// Signs; only where the vote memory is whole.
    pub signer: Option<Arc<dyn Signer>>,
    /// Whether the replica may vote.
    pub voting: Voting,
    /// The open vote log of a validator.
    pub log: Option<VoteLog>,
    /// What the vote log holds.
    pub records: Vec<LogRecord>,
}

impl Identity {
    /// Reads keys and vote log.
    ///
    /// # Errors
    /// Keys that are unsafe or not in the genesis; a damaged vote log.
    pub fn open(home: &Home, config: &Config, genesis: &Genesis) -> Result<Self, Failure> {
        let validators = genesis
            .validator_set()
            .map_err(|error| Failure::new(ExitCode::GenesisMismatch, error.to_string()))?;
        let identity = Self {
            chain: genesis.chain_id(),
            validators: Arc::new(validators),
            index: None,
            signer: None,
            voting: Voting::Observer,
            log: None,
            records: Vec::new(),
        };
        match config.node.role {
            NodeRole::Observer => Ok(identity),
            NodeRole::Validator => identity.into_validator(home, config),
        }
    }

    fn into_validator(mut self, home: &Home, config: &Config) -> Result<Self, Failure> {
        let key = home.validator_key(config)?;
        let index = self.validators.index_of(&key.public_key()).ok_or_else(|| {
            let message = format!(
                "the validator key {} is not in the genesis: is this the right genesis.json? A node without a seat \
                 starts with node.role = \"observer\"",
                key.public_key()
            );
            Failure::new(ExitCode::GenesisMismatch, message)
        })?;
        let name = self.validators.get(index).map_or("", |validator| validator.name.as_str());
        if name != config.node.name {
            let message = format!(
                "node.name is \"{}\", but the validator key is that of \"{name}\" in the genesis: a key was copied into \
                 the wrong home, or the name in config.toml is wrong",
                config.node.name
            );
            return Err(Failure::new(ExitCode::GenesisMismatch, message));
        }
        let fresh = random_bytes().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?;
        let (log, records) = VoteLog::open(&home.votes_directory(), VoteLogId::new(fresh))?;
        let named = self.validators.get(index).map(|validator| validator.vote_log);
        if named == Some(log.id()) {
            self.signer = Some(Arc::new(KeySigner::new(key, index)));
            self.voting = Voting::Active(index);
            self.records = records;
        } else {
            // Another log than the one the genesis names: what was signed with the old one is forgotten.
            self.voting = Voting::MemoryLost(index);
        }
        self.index = Some(index);
        self.log = Some(log);
        Ok(self)
    }
}
