//! PKCS#8 (RFC 5958) for Ed25519 (RFC 8410) in PEM, plain or encrypted (PBES2: scrypt, AES-256-CBC).

use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef,
    SecretDocument, der::asn1::OctetStringRef,
};
use types::SecretKey;
use zeroize::Zeroizing;

use super::Passphrase;

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const PLAIN: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// Why a text is not a key of ours. No variant carries any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFormatError {
    /// Not PEM, or another kind of PEM.
    #[error("expected a PEM file with a PRIVATE KEY or an ENCRYPTED PRIVATE KEY")]
    NotPem,
    /// PEM, but not PKCS#8 of an Ed25519 key.
    #[error("expected an Ed25519 key in PKCS#8")]
    NotEd25519,
    /// It is encrypted and no passphrase was given.
    #[error("the key is encrypted: give --passphrase-file FILE, or run on a terminal to be asked")]
    PassphraseNeeded,
    /// The passphrase is not the right one.
    #[error("the passphrase does not open the key")]
    WrongPassphrase,
    /// No randomness, or parameters that cannot be used.
    #[error("the key could not be encrypted")]
    Encryption,
}

/// The unencrypted PEM text.
///
/// # Errors
/// Never in practice: the structure is fixed.
pub fn to_pem(key: &SecretKey) -> Result<Zeroizing<String>, KeyFormatError> {
    let inner = inner_octets(key);
    let document: SecretDocument = information(&inner)?.try_into().map_err(|_| KeyFormatError::NotEd25519)?;
    document.to_pem(PLAIN, LineEnding::LF).map_err(|_| KeyFormatError::NotPem)
}

/// The PEM text encrypted under a passphrase.
///
/// # Errors
/// [`KeyFormatError::Encryption`].
pub fn to_encrypted_pem(
    key: &SecretKey,
    passphrase: &Passphrase,
) -> Result<Zeroizing<String>, KeyFormatError> {
    let inner = inner_octets(key);
    let mut random = rand::rngs::SysRng;
    let document = information(&inner)?
        .encrypt_with_rng(&mut random, passphrase.bytes())
        .map_err(|_| KeyFormatError::Encryption)?;
    document.to_pem(ENCRYPTED, LineEnding::LF).map_err(|_| KeyFormatError::NotPem)
}

/// Whether a passphrase is needed to read this text.
#[must_use]
pub fn is_encrypted(text: &str) -> bool {
    text.contains("BEGIN ENCRYPTED PRIVATE KEY")
}

/// Reads a key.
///
/// # Errors
/// [`KeyFormatError`].
pub fn from_pem(text: &str, passphrase: Option<&Passphrase>) -> Result<SecretKey, KeyFormatError> {
    let (label, document) =
        SecretDocument::from_pem(text.trim_start()).map_err(|_| KeyFormatError::NotPem)?;
    match label {
        PLAIN => from_der(document.as_bytes()),
        ENCRYPTED => {
            let passphrase = passphrase.ok_or(KeyFormatError::PassphraseNeeded)?;
            let encrypted = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
                .map_err(|_| KeyFormatError::NotPem)?;
            let opened =
                encrypted.decrypt(passphrase.bytes()).map_err(|_| KeyFormatError::WrongPassphrase)?;
            from_der(opened.as_bytes())
        }
        _ => Err(KeyFormatError::NotPem),
    }
}

/// RFC 8410: the private key is an OCTET STRING inside the OCTET STRING.
fn from_der(der: &[u8]) -> Result<SecretKey, KeyFormatError> {
    let information = PrivateKeyInfoRef::try_from(der).map_err(|_| KeyFormatError::NotEd25519)?;
    if information.algorithm.oid != ED25519 || information.algorithm.parameters.is_some() {
        return Err(KeyFormatError::NotEd25519);
    }
    match information.private_key.as_bytes() {
        [0x04, 0x20, seed @ ..] => {
            let seed: Zeroizing<[u8; 32]> =
                Zeroizing::new(seed.try_into().map_err(|_| KeyFormatError::NotEd25519)?);
            let key = SecretKey::from_seed(&seed);
            let stated = information.public_key.and_then(|bits| bits.as_bytes().map(<[u8]>::to_vec));
            match stated {
                Some(public) if public != key.public_key().as_bytes() => Err(KeyFormatError::NotEd25519),
                Some(_) | None => Ok(key),
            }
        }
        _ => Err(KeyFormatError::NotEd25519),
    }
}

fn inner_octets(key: &SecretKey) -> Zeroizing<[u8; 34]> {
    let mut inner = Zeroizing::new([0; 34]);
    inner[0] = 0x04;
    inner[1] = 0x20;
    inner[2..].copy_from_slice(&key.seed()[..]);
    inner
}

fn information(inner: &[u8; 34]) -> Result<PrivateKeyInfoRef<'_>, KeyFormatError> {
    let octets = OctetStringRef::new(inner).map_err(|_| KeyFormatError::NotEd25519)?;
    Ok(PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid: ED25519, parameters: None }, octets))
}
