//! A card: the public side of one validator's home, with proofs of possession.

use std::path::Path;

use serde::{Deserialize, Serialize};
use types::{
    ChainId, Epoch, KeySet, PublicKey, SecretKey, Signature, VoteLogId,
    account::KeySetError,
    genesis::is_name,
    signing::{Kind, signing_bytes},
};

use crate::{
    exit::{ExitCode, Failure},
    files,
};

/// The largest card that is read, in bytes.
const CARD_BYTES_MAX: u64 = 64 * 1024;
/// The longest contact, in bytes.
const CONTACT_BYTES_MAX: usize = 256;

/// What a member tells the others of one validator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardContent {
    /// Layout version, 1.
    pub version: u32,
    /// The member's name.
    pub member: String,
    /// Whom to call; at most 256 bytes.
    pub contact: String,
    /// The validator's name.
    pub validator: String,
    /// `host:port` for the others' `[peers]`; not part of the genesis. May be empty.
    pub address: String,
    /// Signs votes.
    pub consensus_key: PublicKey,
    /// Authenticates connections.
    pub node_key: PublicKey,
    /// The id of its vote log.
    pub vote_log: VoteLogId,
    /// The name of the member's admin account.
    pub admin_name: String,
    /// Its keys.
    pub admin_keys: KeySet,
}

/// A card as it is handed round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// What it says.
    pub content: CardContent,
    /// One for each key it names.
    pub proofs: Vec<Proof>,
}

/// A signature that shows possession of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Whose.
    pub public_key: PublicKey,
    /// Kind [`Kind::GenesisCard`] over the content, for a chain id of zeros (there is none yet), epoch 0.
    pub signature: Signature,
}

/// Why a card is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Of another release.
    #[error("expected card version 1, found {found}")]
    Version {
        /// Its version.
        found: u32,
    },
    /// A name that the genesis does not allow.
    #[error("{what} {name:?}: expected 1 to 64 characters of a-z 0-9 - _ .")]
    Name {
        /// Which.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Too long a contact.
    #[error("the contact has {found} bytes, at most {CONTACT_BYTES_MAX} are allowed")]
    Contact {
        /// Its length.
        found: usize,
    },
    /// A key that must not be registered.
    #[error("{key} is not a usable Ed25519 key")]
    UnusableKey {
        /// The key.
        key: PublicKey,
    },
    /// The admin account's keys.
    #[error("admin keys: {0}")]
    AdminKeys(#[from] KeySetError),
    /// A key is named for two uses.
    #[error("{key} is used twice on the card")]
    RepeatedKey {
        /// The key.
        key: PublicKey,
    },
    /// The private half of a key was not shown to be there, or the card was changed after signing.
    #[error("no valid proof of possession for {key}: the card was changed, or made without that key")]
    Proof {
        /// The key.
        key: PublicKey,
    },
}

impl CardContent {
    /// What each key signs.
    #[must_use]
    pub fn signing_bytes(&self) -> Vec<u8> {
        signing_bytes(&ChainId::default(), Kind::GenesisCard, Epoch::ZERO, self)
    }

    /// Every key the card names, in the order of the fields.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        let admin = self.admin_keys.keys.iter().map(|weighted| weighted.public_key);
        [self.consensus_key, self.node_key].into_iter().chain(admin).collect()
    }

    /// Signs with the given keys.
    #[must_use]
    pub fn sign(self, keys: &[&SecretKey]) -> Card {
        let bytes = self.signing_bytes();
        let prove = |key: &&SecretKey| Proof { public_key: key.public_key(), signature: key.sign(&bytes) };
        Card { proofs: keys.iter().map(prove).collect(), content: self }
    }
}

impl Card {
    /// Checks names, keys and every proof of possession.
    ///
    /// # Errors
    /// [`CardError`] names the first fault.
    pub fn check(&self) -> Result<(), CardError> {
        let content = &self.content;
        if content.version != 1 {
            return Err(CardError::Version { found: content.version });
        }
        let names = [
            ("member", &content.member),
            ("validator", &content.validator),
            ("admin account", &content.admin_name),
        ];
        if let Some((what, name)) = names.into_iter().find(|(_, name)| !is_name(name)) {
            return Err(CardError::Name { what, name: name.chars().take(80).collect() });
        }
        if content.contact.len() > CONTACT_BYTES_MAX {
            return Err(CardError::Contact { found: content.contact.len() });
        }
        content.admin_keys.check()?;
        let bytes = content.signing_bytes();
        let mut seen = std::collections::BTreeSet::new();
        for key in content.keys() {
            if !key.is_usable() {
                return Err(CardError::UnusableKey { key });
            }
            if !seen.insert(key) {
                return Err(CardError::RepeatedKey { key });
            }
            let proves =
                |proof: &Proof| proof.public_key == key && key.verify(&bytes, &proof.signature).is_ok();
            if !self.proofs.iter().take(64).any(proves) {
                return Err(CardError::Proof { key });
            }
        }
        Ok(())
    }
}

/// Reads a card and checks it.
///
/// # Errors
/// [`ExitCode::GenesisMismatch`] for a bad card; [`ExitCode::Io`].
pub fn read_card(path: &Path) -> Result<Card, Failure> {
    let text = files::read_text(path, CARD_BYTES_MAX)?;
    let bad = |error: String| {
        let message = format!("{}: {error}; ask its member for a new card", path.display());
        Failure::because(ExitCode::GenesisMismatch, "bad_card", message)
    };
    let card: Card =
        serde_json::from_str(&text).map_err(|error| bad(format!("expected a genesis card: {error}")))?;
    card.check().map_err(|error| bad(error.to_string()))?;
    Ok(card)
}
