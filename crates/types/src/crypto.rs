//! Keys and **the one signature rule**: Ed25519 as ZIP-215 defines it (canonical `s`, any decodable points,
//! cofactored equation), for which single and batch verification always agree. Nothing else in the
//! workspace verifies a signature. Signatures are never identities: they are not unique.

mod batch;
mod points;

use std::{fmt, str::FromStr};

use ed25519_dalek::Signer as _;
use rand::rngs::SysRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::HexError;

/// An Ed25519 public key as 32 bytes; whether they are a usable point is asked by [`PublicKey::is_usable`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PublicKey([u8; 32]);

/// An Ed25519 signature, 64 bytes: R ‖ s.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature([u8; 64]);

/// An Ed25519 secret key. It is wiped when dropped and never printed.
#[derive(Clone)]
pub struct SecretKey(ed25519_dalek::SigningKey);

/// The signature does not fit key and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// One signature to be checked: who is said to have signed what.
#[derive(Debug, Clone)]
pub struct SignedBytes<'m> {
    /// The key that is said to have signed.
    pub key: PublicKey,
    /// The signature.
    pub signature: Signature,
    /// The signed bytes.
    pub message: &'m [u8],
}

impl PublicKey {
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

    /// Whether this may be registered: canonical encoding of a point that is not of small order. (For a
    /// small-order key a signature on any message can be made by anybody.)
    #[must_use]
    pub fn is_usable(&self) -> bool {
        match ed25519_dalek::VerifyingKey::from_bytes(&self.0) {
            Ok(key) => !key.is_weak() && key.to_edwards().compress().to_bytes() == self.0,
            Err(_) => false,
        }
    }

    /// Checks one signature by the ZIP-215 rule. Costs about 34 µs: hot paths use [`verify_batch`].
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let key = ed25519_zebra::VerificationKey::try_from(self.0).map_err(|_| BadSignature)?;
        key.verify(&ed25519_zebra::Signature::from(signature.0), message).map_err(|_| BadSignature)
    }
}

impl Signature {
    /// Takes 64 bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// From a slice; `None` unless it has 64 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl SecretKey {
    /// From the 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// A fresh key from the operating system's random source.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        random_bytes().map(|seed| Self::from_seed(&seed))
    }

    /// The 32-byte seed, for key files only.
    #[must_use]
    pub fn seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs; deterministic (RFC 8032), so that signing again gives the same bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

/// The operating system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

/// 32 bytes from the operating system's random source, for keys, salts and vote-log ids.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_bytes() -> Result<[u8; 32], NoRandomness> {
    use rand::TryRng as _;
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Checks that **all** signatures are good, at about a quarter of the cost of one by one. By the ZIP-215 rule
/// the answer is the conjunction of [`PublicKey::verify`] over the items (up to a chance of 2⁻¹²⁸).
///
/// # Errors
/// [`BadSignature`] when at least one is bad; use [`verify_each`] to learn which.
pub fn verify_batch(items: &[SignedBytes<'_>]) -> Result<(), BadSignature> {
    match items {
        [] => Ok(()),
        [one] => one.key.verify(one.message, &one.signature),
        many if batch::is_good(many) => Ok(()),
        _ => Err(BadSignature),
    }
}

/// As [`verify_batch`], but says for each item whether it is good: halves until the bad ones are found, so
/// k bad ones among n cost about k·log n small batches.
#[must_use]
pub fn verify_each(items: &[SignedBytes<'_>]) -> Vec<bool> {
    let mut good = vec![true; items.len()];
    bisect(items, &mut good);
    good
}

fn bisect(items: &[SignedBytes<'_>], good: &mut [bool]) {
    if verify_batch(items).is_ok() {
        return;
    }
    if let [only] = good {
        *only = false;
        return;
    }
    let middle = items.len() / 2;
    let (left, right) = good.split_at_mut(middle);
    bisect(&items[..middle], left);
    bisect(&items[middle..], right);
}

macro_rules! hex_form {
    ($name:ident, $length:literal) => {
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
                let mut bytes = [0; $length];
                match hex::decode_to_slice(text, &mut bytes) {
                    Ok(()) => Ok(Self(bytes)),
                    Err(_) => Err(HexError { found: text.to_owned() }),
                }
            }
        }
    };
}

hex_form!(PublicKey, 32);
hex_form!(Signature, 64);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public_key())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            <[u8; 32]>::deserialize(deserializer).map(Self)
        }
    }
}

/// In binary the two halves R and s as 32 bytes each, without a length.
impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(self);
        }
        let (r, s) = self.0.split_at(32);
        let halves: (&[u8; 32], &[u8; 32]) = match (r.try_into(), s.try_into()) {
            (Ok(r), Ok(s)) => (r, s),
            _ => unreachable!("64 bytes are two halves of 32"),
        };
        halves.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom);
        }
        let (r, s) = <([u8; 32], [u8; 32])>::deserialize(deserializer)?;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(&s);
        Ok(Self(bytes))
    }
}
