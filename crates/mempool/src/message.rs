//! What mempools say to each other. On the wire: the canonical codec, that is an enum tag (u32) and the
//! fields. A batch is `0u32 ‖ length u64 ‖ bytes`, read without copying the bytes.

use bytes::{BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use types::{Acknowledgement, AvailabilityProof, BatchDigest, codec};

/// Digests in one [`PoolMessage::Fetch`].
pub const FETCH_DIGESTS_MAX: usize = 64;

/// Longest message that is no batch: a proof signed by 1024 validators.
const SMALL_BYTES_MAX: usize = 128 << 10;
const BATCH_PREFIX: usize = 12;

/// A message between mempools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolMessage {
    /// A batch's canonical bytes: spread by its author, sent again, or the answer to a fetch.
    Batch(Bytes),
    /// "Verified and durable here", to the author.
    Acknowledgement(Acknowledgement),
    /// f+1 or more acknowledgements.
    Proof(AvailabilityProof),
    /// Asks for batches by digest, at most [`FETCH_DIGESTS_MAX`].
    Fetch(Vec<BatchDigest>),
    /// A signed `validator.rejoin` of the sender, which may not pack batches itself.
    Forward(Bytes),
}

/// Bytes that are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not the canonical form.
    #[error(transparent)]
    Codec(#[from] codec::CodecError),
    /// A batch that does not take the rest of the message.
    #[error("the batch is said to have {expected} bytes, {found} follow")]
    BatchLength {
        /// The declared length.
        expected: u64,
        /// The bytes there are.
        found: usize,
    },
    /// Longer than any legal message of its kind.
    #[error("the message has {found} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Its length.
        found: usize,
        /// The most.
        limit: usize,
    },
    /// A fetch of too many batches, or of none.
    #[error("a fetch names {found} batches, 1 to {FETCH_DIGESTS_MAX} are allowed")]
    FetchCount {
        /// How many.
        found: usize,
    },
}

impl PoolMessage {
    /// The bytes to send.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Batch(batch) => {
                let mut bytes = BytesMut::with_capacity(BATCH_PREFIX + batch.len());
                bytes.put_u32_le(0);
                bytes.put_u64_le(batch.len() as u64);
                bytes.put_slice(batch);
                bytes.freeze()
            }
            Self::Acknowledgement(_) | Self::Proof(_) | Self::Fetch(_) | Self::Forward(_) => {
                codec::encode(self).into()
            }
        }
    }

    /// Reads a message; a batch shares the given bytes.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn decode(bytes: Bytes, batch_bytes_max: u32) -> Result<Self, MessageError> {
        if bytes.starts_with(&[0; 4]) && bytes.len() >= BATCH_PREFIX {
            return Self::decode_batch(&bytes, batch_bytes_max as usize);
        }
        if bytes.len() > SMALL_BYTES_MAX {
            return Err(MessageError::TooLarge { found: bytes.len(), limit: SMALL_BYTES_MAX });
        }
        let message = codec::decode_canonical(&bytes)?;
        match &message {
            Self::Fetch(digests) if !(1..=FETCH_DIGESTS_MAX).contains(&digests.len()) => {
                Err(MessageError::FetchCount { found: digests.len() })
            }
            Self::Fetch(_)
            | Self::Batch(_)
            | Self::Acknowledgement(_)
            | Self::Proof(_)
            | Self::Forward(_) => Ok(message),
        }
    }

    fn decode_batch(bytes: &Bytes, limit: usize) -> Result<Self, MessageError> {
        let found = bytes.len() - BATCH_PREFIX;
        let declared: [u8; 8] = bytes[4..BATCH_PREFIX].try_into().unwrap_or_default();
        let expected = u64::from_le_bytes(declared);
        if expected != found as u64 {
            return Err(MessageError::BatchLength { expected, found });
        }
        if found > limit {
            return Err(MessageError::TooLarge { found, limit });
        }
        Ok(Self::Batch(bytes.slice(BATCH_PREFIX..)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_the_form_of_the_codec() {
        let message = PoolMessage::Batch(Bytes::from_static(b"some bytes of a batch"));
        assert_eq!(message.encode(), codec::encode(&message));
        assert_eq!(PoolMessage::decode(message.encode(), 100), Ok(message));
    }

    #[test]
    fn every_cut_and_every_excess_is_refused() {
        let batch = PoolMessage::Batch(Bytes::from_static(b"0123456789")).encode();
        let fetch = PoolMessage::Fetch(vec![BatchDigest::default(); 2]).encode();
        for whole in [batch, fetch] {
            for length in 0..whole.len() {
                assert!(PoolMessage::decode(whole.slice(..length), 100).is_err(), "{length}");
            }
            let longer = [&whole[..], &[0]].concat();
            assert!(PoolMessage::decode(longer.into(), 100).is_err());
        }
    }

    #[test]
    fn limits_hold() {
        let batch = PoolMessage::Batch(vec![1; 101].into()).encode();
        assert_eq!(PoolMessage::decode(batch, 100), Err(MessageError::TooLarge { found: 101, limit: 100 }));
        for found in [0, FETCH_DIGESTS_MAX + 1] {
            let fetch = PoolMessage::Fetch(vec![BatchDigest::default(); found]).encode();
            assert_eq!(PoolMessage::decode(fetch, 100), Err(MessageError::FetchCount { found }));
        }
    }
}
