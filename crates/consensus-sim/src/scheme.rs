//! Signatures that cost nanoseconds: a keyed hash in the shape of a signature. No actor of the simulation
//! searches for collisions; Byzantine actors sign with their own keys only, by convention.

use consensus::verify::SignatureScheme;
use types::{PublicKey, Signature, crypto::SignedBytes};

/// The keyed hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyedHash;

const LANES: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];

impl KeyedHash {
    /// What the owner of `key` signs for `message`.
    #[must_use]
    pub fn sign(key: &PublicKey, message: &[u8]) -> Signature {
        let mut lanes = LANES;
        absorb(&mut lanes, key.as_bytes());
        absorb(&mut lanes, message);
        let mut bytes = [0; 64];
        for (slot, lane) in bytes.chunks_exact_mut(8).zip(lanes) {
            slot.copy_from_slice(&finish(lane).to_le_bytes());
        }
        Signature::new(bytes)
    }
}

impl SignatureScheme for KeyedHash {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        items.iter().map(|item| Self::sign(&item.key, item.message) == item.signature).collect()
    }
}

fn absorb(lanes: &mut [u64; 2], bytes: &[u8]) {
    let mut word = |word: u64| {
        for (lane, multiplier) in lanes.iter_mut().zip(LANES) {
            *lane = (*lane ^ word).wrapping_mul(multiplier).rotate_left(29);
        }
    };
    let chunks = bytes.chunks_exact(8);
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    chunks.for_each(|chunk| word(chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))));
    word(u64::from_le_bytes(last));
    word(bytes.len() as u64);
}

fn finish(mut lane: u64) -> u64 {
    lane = (lane ^ (lane >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    lane ^ (lane >> 29)
}

#[cfg(test)]
mod tests {
    use types::PublicKey;

    use super::KeyedHash;

    #[test]
    fn signatures_bind_key_message_and_length() {
        let (a, b) = (PublicKey::new([1; 32]), PublicKey::new([2; 32]));
        let signature = KeyedHash::sign(&a, b"12345678");
        assert_eq!(signature, KeyedHash::sign(&a, b"12345678"));
        assert_ne!(signature, KeyedHash::sign(&b, b"12345678"));
        for other in [b"12345679".as_slice(), b"1234567", b"12345678\0", b""] {
            assert_ne!(signature, KeyedHash::sign(&a, other), "{other:?}");
        }
    }
}
