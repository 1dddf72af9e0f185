//! A node's home directory.
//!
//! ```text
//! DIR/config.toml
//! DIR/genesis.json
//! DIR/keys/validator.key, node.key, admin.key     0600 in 0700
//! DIR/votes/log                                   the vote log: never backed up, never restored
//! DIR/votes/id                                    its id for people, 64 hex digits and a newline
//! DIR/data/                                       RocksDB, batches, LOCK
//! ```

use std::path::{Path, PathBuf};

use types::{PublicKey, SecretKey, VoteLogId, crypto::random_bytes};

use crate::{
    config::{self, Config, Values},
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    keys::{self, KeySource, Passphrase},
    runtime::vote_log::VoteLog,
};

/// A home's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    directory: PathBuf,
}

/// What a fresh home is told.
#[derive(Debug, Clone)]
pub struct NewHome {
    /// Settings that differ from the defaults.
    pub values: Values,
    /// Whether it gets a validator key, an admin key and a vote log.
    pub validator: bool,
    /// Whether it gets a key for an admin account.
    pub admin: bool,
    /// Encrypts the keys.
    pub passphrase: Option<Passphrase>,
}

/// The public side of a fresh home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeKeys {
    /// Signs votes; observers have none.
    pub validator: Option<PublicKey>,
    /// Authenticates connections.
    pub node: PublicKey,
    /// Of the member's admin account, where one was made.
    pub admin: Option<PublicKey>,
    /// The vote log's id; observers have none.
    pub vote_log: Option<VoteLogId>,
}

impl Home {
    /// Names a directory; nothing is read.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// `DIR/config.toml`
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.directory.join("config.toml")
    }

    /// `DIR/genesis.json`
    #[must_use]
    pub fn genesis_file(&self) -> PathBuf {
        self.directory.join("genesis.json")
    }

    /// `DIR/votes`
    #[must_use]
    pub fn votes_directory(&self) -> PathBuf {
        self.directory.join("votes")
    }

    /// `DIR/votes/id`
    #[must_use]
    pub fn vote_log_id_file(&self) -> PathBuf {
        self.votes_directory().join("id")
    }

    /// `DIR/data`
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// `DIR/data/ledger`
    #[must_use]
    pub fn ledger_directory(&self) -> PathBuf {
        self.data_directory().join("ledger")
    }

    /// `DIR/keys/admin.key`
    #[must_use]
    pub fn admin_key_file(&self) -> PathBuf {
        self.directory.join("keys/admin.key")
    }

    /// Reads and checks the configuration.
    ///
    /// # Errors
    /// [`ExitCode::ConfigInvalid`] with all problems.
    pub fn config(&self) -> Result<Config, Failure> {
        config::load(&self.config_file())
    }

    /// Reads the genesis and checks content and approvals.
    ///
    /// # Errors
    /// [`ExitCode::GenesisMismatch`]; [`ExitCode::Io`].
    pub fn genesis(&self) -> Result<types::Genesis, Failure> {
        crate::ceremony::load_genesis(&self.genesis_file())
    }

    /// The key that signs votes.
    ///
    /// # Errors
    /// As [`keys::load_key`].
    pub fn validator_key(&self, config: &Config) -> Result<SecretKey, Failure> {
        self.key(config, &config.keys.validator)
    }

    /// The key that authenticates connections.
    ///
    /// # Errors
    /// As [`keys::load_key`].
    pub fn node_key(&self, config: &Config) -> Result<SecretKey, Failure> {
        self.key(config, &config.keys.node)
    }

    fn key(&self, config: &Config, source: &str) -> Result<SecretKey, Failure> {
        let source: KeySource = source.parse().map_err(|error| {
            Failure::new(ExitCode::ConfigInvalid, format!("keys: expected {error}, found {source:?}"))
        })?;
        keys::load_key(&source, &self.directory, self.passphrase(config)?.as_ref())
    }

    /// The passphrase that the configuration names.
    ///
    /// # Errors
    /// As [`Passphrase::from_file`].
    pub fn passphrase(&self, config: &Config) -> Result<Option<Passphrase>, Failure> {
        match config.keys.passphrase_file.as_str() {
            "" => Ok(None),
            file => Passphrase::from_file(&self.directory.join(file)).map(Some),
        }
    }

    /// The id of the vote log that stands in this home.
    ///
    /// # Errors
    /// [`ExitCode::VoteLogDamaged`] when it is missing or unreadable: without it no vote may be sent.
    pub fn vote_log_id(&self) -> Result<VoteLogId, Failure> {
        let path = self.vote_log_id_file();
        let damaged = |found: String| {
            let message = format!(
                "{}: expected 64 hexadecimal digits, found {found}; this node must not vote",
                path.display()
            );
            Failure::new(ExitCode::VoteLogDamaged, message)
        };
        let text = files::read_text(&path, 1024).map_err(|failure| damaged(failure.message))?;
        text.trim_end_matches('\n').parse().map_err(|_| damaged(format!("{text:?}")))
    }

    /// Makes the home with fresh keys. Nothing that exists is overwritten: a home that has a configuration,
    /// keys or votes is refused before anything is written.
    ///
    /// # Errors
    /// [`ExitCode::Failed`] when there is a home already; [`ExitCode::Io`], [`ExitCode::NoSpace`].
    pub fn create(&self, new: &NewHome) -> Result<HomeKeys, Failure> {
        for taken in
            [self.config_file(), self.directory.join("keys"), self.votes_directory(), self.data_directory()]
        {
            if taken.symlink_metadata().is_ok() {
                let message = format!(
                    "{} holds a home already ({} exists): choose another directory",
                    self.directory.display(),
                    taken.display()
                );
                return Err(Failure::because(ExitCode::Failed, "exists", message));
            }
        }
        files::make_private_directory(&self.directory)?;
        let node = self.fresh_key("keys/node.key", new)?;
        let validator = if new.validator { Some(self.fresh_key("keys/validator.key", new)?) } else { None };
        let admin = if new.admin { Some(self.fresh_key("keys/admin.key", new)?) } else { None };
        let vote_log = if new.validator { Some(self.fresh_vote_log()?) } else { None };
        // Last: a home with a configuration is a complete one.
        let text = config::render(&new.values);
        files::write_whole(&self.config_file(), text.as_bytes(), 0o644, IfExists::Refuse)?;
        Ok(HomeKeys { validator, node, admin, vote_log })
    }

    fn fresh_key(&self, name: &str, new: &NewHome) -> Result<PublicKey, Failure> {
        let key = fresh_key()?;
        keys::create_key_file(&self.directory.join(name), &key, new.passphrase.as_ref())?;
        Ok(key.public_key())
    }

    fn fresh_vote_log(&self) -> Result<VoteLogId, Failure> {
        files::make_private_directory(&self.votes_directory())?;
        let id =
            VoteLogId::new(random_bytes().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?);
        VoteLog::create_new(&self.votes_directory(), id)?;
        Ok(id)
    }
}

/// A fresh key from the operating system's random source.
///
/// # Errors
/// [`ExitCode::Io`] when there is no randomness.
pub fn fresh_key() -> Result<SecretKey, Failure> {
    SecretKey::generate().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))
}
