//! Key files: Ed25519 secrets as PKCS#8 PEM, created 0600 and never overwritten, refused when others could
//! read them.

mod passphrase;
mod pem;
mod source;
mod store;

pub use passphrase::Passphrase;
pub use pem::{KeyFormatError, from_pem, is_encrypted, to_encrypted_pem, to_pem};
pub use source::KeySource;
pub use store::{KEY_FILE_BYTES_MAX, create_key_file, load_key, load_key_file};
