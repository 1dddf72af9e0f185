//! Domain-separated SHA-256 and one newtype per thing that is named by a hash.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// 32 bytes of SHA-256 without further meaning.
pub type Hash = [u8; 32];

/// SHA-256 over a domain tag and parts, concatenated. Tags end in a version and no tag is a prefix of
/// another; every part but the last has a fixed length or carries its length, so no boundary can move.
#[must_use]
pub fn sha256(tag: &str, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(tag.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits, found {found:?}")]
pub struct HexError {
    /// The text that was given.
    pub found: String,
}

macro_rules! hash_types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes 32 bytes as they are.
            #[must_use]
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// From a slice; `None` unless it has 32 bytes.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(&self.0[..4]))
            }
        }

        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                let mut bytes = [0; 32];
                match hex::decode_to_slice(text, &mut bytes) {
                    Ok(()) => Ok(Self(bytes)),
                    Err(_) => Err(HexError { found: text.to_owned() }),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; 32]>::deserialize(deserializer).map(Self)
                }
            }
        }
    )*};
}

hash_types! {
    /// A network: SHA-256 of the genesis in canonical binary.
    ChainId;
    /// A block header's hash.
    BlockHash;
    /// A proposal's digest; it contains neither view nor parent.
    ProposalDigest;
    /// A batch's identity: binds author, sequence, epoch, expiry, size, count and content.
    BatchDigest;
    /// A transaction's identity: its body's hash, signatures excluded.
    TransactionId;
    /// The hash of a whole signed transaction, signatures included.
    WitnessHash;
    /// The root of the state tree.
    StateRoot;
    /// An account; constant while its keys rotate.
    AccountId;
    /// An organisation of the consortium.
    MemberId;
    /// An asset.
    AssetId;
    /// A lock on part of a balance.
    LockId;
    /// A validator set.
    ValidatorSetHash;
    /// A vote log, drawn at its creation: a validator votes only with the log its epoch names.
    VoteLogId;
}

impl MemberId {
    /// SHA-256("hanse.member.v1" ‖ name).
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self(sha256("hanse.member.v1", &[name.as_bytes()]))
    }
}

impl AssetId {
    /// SHA-256("hanse.asset.v1" ‖ name).
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self(sha256("hanse.asset.v1", &[name.as_bytes()]))
    }
}

impl LockId {
    /// SHA-256("hanse.lock.v1" ‖ transaction id ‖ operation index, u32 little-endian).
    #[must_use]
    pub fn of_operation(transaction: &TransactionId, operation: u32) -> Self {
        Self(sha256("hanse.lock.v1", &[transaction.as_bytes(), &operation.to_le_bytes()]))
    }
}
