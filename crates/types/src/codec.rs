//! The one canonical binary form of everything that is hashed, signed or stored: bincode 2 with
//! fixed-width little-endian integers, `u64` lengths, `u32` enum tags, no padding and no trailing bytes.
//!
//! This module is the only place that knows bincode (`docs/adr/0003`); golden vectors in
//! `tests/it/vectors` freeze the bytes, so the library behind the seam can be replaced.

use serde::{Serialize, de::DeserializeOwned};

/// The largest object that may be decoded, in bytes; frame limits are far below it.
pub const DECODED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why bytes are not the canonical form of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes do not describe a value of the expected type.
    #[error("{type_name} cannot be decoded from {length} bytes: {reason}")]
    Malformed {
        /// The Rust type that was expected.
        type_name: &'static str,
        /// How many bytes were given.
        length: usize,
        /// What the decoder says.
        reason: String,
    },
    /// A value was read, but bytes are left over.
    #[error("{type_name} takes {expected} bytes, {found} were given")]
    TrailingBytes {
        /// The Rust type that was expected.
        type_name: &'static str,
        /// Bytes the value takes.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// The value encodes to other bytes than those it was read from.
    #[error("{type_name} is not in canonical form")]
    NotCanonical {
        /// The Rust type that was expected.
        type_name: &'static str,
    },
}

fn configuration() -> impl bincode::config::Config {
    bincode::config::standard().with_little_endian().with_fixed_int_encoding()
}

/// The decoder reserves memory for a byte string when it has read its length. What it may reserve is
/// therefore bounded by the size of the input, not only by [`DECODED_BYTES_MAX`]: a frame of a few bytes
/// that declares 60 MiB costs nothing. The limit is a constant of the library's type, hence the steps.
fn read_bounded<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), bincode::error::DecodeError> {
    match bytes.len() {
        0..=0x400 => read_within::<T, 0x400>(bytes),
        0x401..=0x4000 => read_within::<T, 0x4000>(bytes),
        0x4001..=0x4_0000 => read_within::<T, 0x4_0000>(bytes),
        0x4_0001..=0x40_0000 => read_within::<T, 0x40_0000>(bytes),
        _ => read_within::<T, DECODED_BYTES_MAX>(bytes),
    }
}

fn read_within<T: DeserializeOwned, const LIMIT: usize>(
    bytes: &[u8],
) -> Result<(T, usize), bincode::error::DecodeError> {
    let configuration = bincode::config::standard().with_little_endian().with_fixed_int_encoding();
    bincode::serde::decode_from_slice(bytes, configuration.with_limit::<LIMIT>())
}

/// The canonical bytes of a value.
///
/// # Panics
/// Never for the types of this workspace: they have no sequences of unknown length and no failing
/// `Serialize`. A type that breaks this is a bug and stops the process.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    match bincode::serde::encode_to_vec(value, configuration()) {
        Ok(bytes) => bytes,
        Err(error) => unreachable!("a {} has no canonical form: {error}", std::any::type_name::<T>()),
    }
}

/// Reads a value that takes all of `bytes`.
///
/// # Errors
/// [`CodecError::Malformed`] or [`CodecError::TrailingBytes`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let type_name = std::any::type_name::<T>();
    let (value, used) = read_bounded(bytes).map_err(|error| CodecError::Malformed {
        type_name,
        length: bytes.len(),
        reason: error.to_string(),
    })?;
    if used != bytes.len() {
        return Err(CodecError::TrailingBytes { type_name, expected: used, found: bytes.len() });
    }
    Ok(value)
}

/// As [`decode`], and the value must encode to the very same bytes: required for all that is hashed or
/// signed.
///
/// # Errors
/// As [`decode`], and [`CodecError::NotCanonical`].
pub fn decode_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let value = decode::<T>(bytes)?;
    if encode(&value) != bytes {
        return Err(CodecError::NotCanonical { type_name: std::any::type_name::<T>() });
    }
    Ok(value)
}
