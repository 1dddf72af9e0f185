//! Node keys as libp2p identities.

use libp2p::{PeerId, identity};
use types::{PublicKey, SecretKey};

use crate::P2pError;

/// How the multihash of an Ed25519 `PeerId` begins: identity hash of 36 bytes, then the protobuf of a key of
/// type 1 (Ed25519) with 32 bytes. The key itself follows.
const ED25519_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// Our identity.
pub(crate) fn keypair(secret: &SecretKey) -> Result<identity::Keypair, P2pError> {
    let mut seed = secret.seed();
    identity::Keypair::ed25519_from_bytes(&mut seed[..])
        .map_err(|error| P2pError::Identity { key: secret.public_key(), reason: error.to_string() })
}

/// The key that a handshake proved; `None` for other kinds of keys.
pub(crate) fn key_of(peer: &PeerId) -> Option<PublicKey> {
    let bytes = peer.to_bytes();
    PublicKey::from_slice(bytes.strip_prefix(&ED25519_PREFIX)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_names_exactly_our_node_key() {
        for seed in 0..20 {
            let secret = SecretKey::from_seed(&[seed; 32]);
            let peer = keypair(&secret).unwrap().public().to_peer_id();
            assert_eq!(key_of(&peer), Some(secret.public_key()));
        }
        assert_eq!(key_of(&PeerId::random()), None);
    }
}
