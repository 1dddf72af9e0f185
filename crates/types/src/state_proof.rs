//! Proofs against the state root: a value's presence, or its absence.
//!
//! The state tree is a sparse Merkle tree over 256-bit paths ([`key_path`]), most
//! significant bit first, 0 to the left. A subtree without keys hashes to 32 zero bytes; a subtree with
//! exactly one key is that key's leaf, wherever it stands; any other subtree is a node:
//!
//! ```text
//! leaf = SHA-256("hanse.state.leaf.v1" ‖ path(32) ‖ SHA-256("hanse.state.value.v1" ‖ value))
//! node = SHA-256("hanse.state.node.v1" ‖ left(32) ‖ right(32))
//! ```
//! So a tree of n keys is about log2(n) deep, and the same set of pairs has one root whatever its history.

use serde::{Deserialize, Serialize};

use crate::{Hash, StateRoot, hash::sha256, state::SEEN};

/// The hash of a subtree without keys.
pub const EMPTY: Hash = [0; 32];

/// What stands at the end of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofLeaf {
    /// The leaf's path.
    pub path: Hash,
    /// SHA-256("hanse.state.value.v1" ‖ value).
    pub value_hash: Hash,
}

/// The siblings on the way from the root to where a key is, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateProof {
    /// Siblings, root first: `siblings[d]` is beside the path at depth d+1.
    pub siblings: Vec<Hash>,
    /// The leaf found there: the key's own (presence), another key's whose path agrees on the first
    /// `siblings.len()` bits (absence), or none (absence).
    pub leaf: Option<ProofLeaf>,
}

/// Why a state proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateProofError {
    /// More siblings than bits.
    #[error("the proof has {found} siblings, at most 256 are possible")]
    TooLong {
        /// Siblings given.
        found: usize,
    },
    /// The leaf does not say what is claimed.
    #[error("the proof's leaf contradicts the claimed value")]
    OtherLeaf,
    /// The hashes lead to another root.
    #[error("the proof leads to state root {computed}, expected {expected}")]
    OtherRoot {
        /// What the proof gives.
        computed: StateRoot,
        /// What the header says.
        expected: StateRoot,
    },
}

/// The path of a key: SHA-256("hanse.state.key.v1" ‖ key); but that of a remembered transaction
/// ([`crate::state::StateKey::Seen`], 41 bytes) is bytes 3 to 35 of the key: its expiry (48 bits) and 208 bits of
/// its id. So ids that come and go together stand together, and a block touches few nodes for them
/// (ADR 0009).
#[must_use]
pub fn key_path(key: &[u8]) -> Hash {
    if let [SEEN, rest @ ..] = key
        && let Ok(rest) = <&[u8; 40]>::try_from(rest)
        && let Some((path, _)) = rest[2..].split_first_chunk::<32>()
    {
        return *path;
    }
    sha256("hanse.state.key.v1", &[key])
}

/// The hash of a value.
#[must_use]
pub fn value_hash(value: &[u8]) -> Hash {
    sha256("hanse.state.value.v1", &[value])
}

/// The hash of a leaf.
#[must_use]
pub fn leaf_hash(path: &Hash, value_hash: &Hash) -> Hash {
    sha256("hanse.state.leaf.v1", &[path, value_hash])
}

/// The hash of a node with these children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256("hanse.state.node.v1", &[left, right])
}

/// Bit `depth` of a path, most significant first.
#[must_use]
pub fn bit(path: &Hash, depth: usize) -> bool {
    path[depth / 8] >> (7 - depth % 8) & 1 == 1
}

impl StateProof {
    /// Checks that under `root` the key has exactly this value (`None`: is absent).
    ///
    /// # Errors
    /// [`StateProofError`].
    pub fn verify(&self, root: &StateRoot, key: &[u8], value: Option<&[u8]>) -> Result<(), StateProofError> {
        let depth = self.siblings.len();
        if depth > 256 {
            return Err(StateProofError::TooLong { found: depth });
        }
        let path = key_path(key);
        let agrees = match (value, &self.leaf) {
            (Some(value), Some(leaf)) => leaf.path == path && leaf.value_hash == value_hash(value),
            (Some(_), None) => false,
            (None, Some(leaf)) => {
                leaf.path != path && (0..depth).all(|d| bit(&leaf.path, d) == bit(&path, d))
            }
            (None, None) => true,
        };
        if !agrees {
            return Err(StateProofError::OtherLeaf);
        }
        let mut hash = self.leaf.map_or(EMPTY, |leaf| leaf_hash(&leaf.path, &leaf.value_hash));
        for (d, sibling) in self.siblings.iter().enumerate().rev() {
            hash = if bit(&path, d) { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
        }
        let computed = StateRoot::new(hash);
        if computed == *root { Ok(()) } else { Err(StateProofError::OtherRoot { computed, expected: *root }) }
    }
}
