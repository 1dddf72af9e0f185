//! Who this node is: its keys and its vote log, and what follows from them for its seat in an epoch.

use std::{path::PathBuf, sync::Arc};

use consensus::{LogRecord, record::Voting};
use parking_lot::Mutex;
use types::{
    ChainId, EpochInfo, PublicKey, SecretKey, Validator, VoteLogId, crypto::random_bytes, ports::Signer,
};

use crate::{
    config::{Config, NodeRole},
    exit::{ExitCode, Failure},
    home::Home,
};

use super::{
    lost_log::{accepted_risk, put_aside},
    seat::{Seat, verifier_of},
    signer::KeySigner,
    vote_log::VoteLog,
};

/// A node's identity.
pub struct Identity {
    /// The network.
    pub chain: ChainId,
    /// The validator's key; `None` for observers.
    key: Option<Arc<SecretKey>>,
    /// The vote log's folder.
    votes: PathBuf,
    /// The id of the vote log in use, and whether the operator accepted the risk of voting with it.
    log: Mutex<Option<(VoteLogId, bool)>>,
}

/// What is opened with an identity.
pub struct Opened {
    /// The identity.
    pub identity: Identity,
    /// The vote log of a validator.
    pub log: Option<VoteLog>,
    /// What it holds.
    pub records: Vec<LogRecord>,
}

impl Identity {
    /// Reads keys and vote log; `epoch` is the one in which the node starts.
    ///
    /// # Errors
    /// Keys that are unsafe or not in the set; a damaged vote log.
    pub fn open(home: &Home, config: &Config, chain: ChainId, epoch: &EpochInfo) -> Result<Opened, Failure> {
        let votes = home.votes_directory();
        let identity = Self { chain, key: None, votes, log: Mutex::default() };
        match config.node.role {
            NodeRole::Observer => Ok(Opened { identity, log: None, records: Vec::new() }),
            NodeRole::Validator => identity.into_validator(home, config, epoch),
        }
    }

    fn into_validator(mut self, home: &Home, config: &Config, epoch: &EpochInfo) -> Result<Opened, Failure> {
        let key = home.validator_key(config)?;
        let validator = seat_of(&key.public_key(), epoch)?;
        let name = &validator.name;
        if *name != config.node.name {
            let message = format!(
                "node.name is \"{}\", but the validator key is that of \"{name}\" in the set: a key was copied into \
                 the wrong home, or the name in config.toml is wrong",
                config.node.name
            );
            return Err(Failure::new(ExitCode::GenesisMismatch, message));
        }
        let (log, records) = VoteLog::open(&self.votes, fresh_id()?)?;
        self.key = Some(Arc::new(key));
        self.uses(log.id());
        Ok(Opened { identity: self, log: Some(log), records })
    }

    /// The vote log is not the one we voted with: from now on no seat votes, until a set names the next log.
    pub fn lose(&self) {
        *self.log.lock() = None;
    }

    /// From now on this is the vote log.
    pub fn uses(&self, log: VoteLogId) {
        let accepted = accepted_risk(&self.votes) == Some(log);
        *self.log.lock() = Some((log, accepted));
    }

    /// Puts the vote log aside and begins a new one, with an id that no set names.
    ///
    /// # Errors
    /// The disk's.
    pub fn begin_anew(&self, lost: VoteLogId) -> Result<VoteLog, Failure> {
        put_aside(&self.votes, &lost.to_string())?;
        let (log, _) = VoteLog::open(&self.votes, fresh_id()?)?;
        self.uses(log.id());
        Ok(log)
    }

    /// The id of the vote log in use.
    #[must_use]
    pub fn log_id(&self) -> Option<VoteLogId> {
        self.log.lock().map(|(id, _)| id)
    }

    /// The validator's key.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<SecretKey>> {
        self.key.as_ref()
    }

    /// Our seat in an epoch: a validator votes only where the set names the vote log it has.
    #[must_use]
    pub fn seat(&self, epoch: EpochInfo) -> Seat {
        let index = self.key.as_ref().and_then(|key| epoch.set.index_of(&key.public_key()));
        let voting = match index {
            None => Voting::Observer,
            Some(index) => {
                let named = epoch.set.get(index).map(|validator| validator.vote_log);
                match *self.log.lock() {
                    Some((log, _)) if named == Some(log) => Voting::Active(index),
                    Some((_, true)) => Voting::Override(index),
                    Some((_, false)) | None => Voting::MemoryLost(index),
                }
            }
        };
        let signer = match voting {
            Voting::Active(index) | Voting::Override(index) => self.signer(index),
            Voting::MemoryLost(_) | Voting::Observer => None,
        };
        let verifier = verifier_of(self.chain, &epoch);
        Seat::new(epoch, voting, signer, verifier)
    }

    fn signer(&self, index: types::ValidatorIndex) -> Option<Arc<dyn Signer>> {
        let key = Arc::clone(self.key.as_ref()?);
        Some(Arc::new(KeySigner::new(key, index)))
    }
}

/// A fresh id for a vote log.
///
/// # Errors
/// When there is no randomness.
pub fn fresh_id() -> Result<VoteLogId, Failure> {
    let bytes = random_bytes().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?;
    Ok(VoteLogId::new(bytes))
}

fn seat_of<'e>(key: &PublicKey, epoch: &'e EpochInfo) -> Result<&'e Validator, Failure> {
    epoch.set.index_of(key).and_then(|index| epoch.set.get(index)).ok_or_else(|| {
        let message = format!(
            "the validator key {key} is not in the set of epoch {}: is this the right genesis.json? A node without a \
             seat starts with node.role = \"observer\"",
            epoch.epoch
        );
        Failure::new(ExitCode::GenesisMismatch, message)
    })
}

#[cfg(test)]
mod tests {
    use types::{Epoch, Height, MemberId, Parameters, ValidatorSet};

    use super::*;

    /// An epoch whose only validator has this key and this log.
    fn epoch(number: u64, key: &SecretKey, vote_log: VoteLogId) -> EpochInfo {
        let validator = Validator {
            name: "node0".into(),
            member: MemberId::of_name("member0"),
            consensus_key: key.public_key(),
            node_key: SecretKey::from_seed(&[9; 32]).public_key(),
            vote_log,
        };
        let set = Arc::new(ValidatorSet::new(vec![validator]).unwrap());
        let (epoch, base) = (Epoch::new(number), Height::new(number * 10));
        EpochInfo { epoch, base, set, parameters: Arc::new(Parameters::default()) }
    }

    #[test]
    fn r30_lost_memory_votes_in_no_epoch_that_names_the_lost_log_not_even_in_one_that_begins_meanwhile() {
        let (folder, key) = (tempfile::tempdir().unwrap(), SecretKey::from_seed(&[1; 32]));
        let (old, new) = (VoteLogId::new([1; 32]), VoteLogId::new([2; 32]));
        let identity = Identity {
            chain: ChainId::new([3; 32]),
            key: Some(Arc::new(key.clone())),
            votes: folder.path().to_owned(),
            log: Mutex::new(Some((old, false))),
        };
        let votes = |number, log| {
            let seat = identity.seat(epoch(number, &key, log));
            assert_eq!(seat.signer.is_some(), matches!(seat.voting, Voting::Active(_)));
            seat.signer.is_some()
        };
        assert!(votes(0, old));
        identity.lose();
        assert!(!votes(0, old) && !votes(1, old), "the vote thread has not put the log aside yet");
        identity.uses(new);
        assert!(!votes(1, old) && votes(2, new));
    }
}
