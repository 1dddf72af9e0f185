//! The validator's key, for signing only.

use std::sync::Arc;

use types::{SecretKey, Signature, ValidatorIndex, ports::Signer};

/// Signs with the key of `DIR/keys/validator.key`.
pub struct KeySigner {
    key: Arc<SecretKey>,
    index: ValidatorIndex,
}

impl KeySigner {
    /// The key of the validator at `index`.
    #[must_use]
    pub const fn new(key: Arc<SecretKey>, index: ValidatorIndex) -> Self {
        Self { key, index }
    }
}

impl Signer for KeySigner {
    fn index(&self) -> ValidatorIndex {
        self.index
    }

    fn sign(&self, bytes: &[u8]) -> Signature {
        self.key.sign(bytes)
    }
}
