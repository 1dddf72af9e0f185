//! Merkle trees of RFC 6962 §2.1: leaves are hashed with 0x00, nodes with 0x01, so that no leaf can be
//! taken for a node. The empty tree's root is SHA-256 of nothing.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Hash;

/// The sibling hashes from a leaf to the root, lowest first (RFC 6962 §2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerklePath {
    /// The leaf's place, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub leaves: u64,
    /// The siblings.
    pub siblings: Vec<Hash>,
}

/// SHA-256(0x00 ‖ data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over leaf data.
#[must_use]
pub fn root<D: AsRef<[u8]>>(leaves: &[D]) -> Hash {
    root_of_hashes(leaves.iter().map(|data| leaf_hash(data.as_ref())).collect())
}

/// The root over leaf hashes. Pairing neighbours level by level, with an odd last one moving up unchanged,
/// is the RFC's recursive split at the largest power of two.
#[must_use]
pub fn root_of_hashes(mut level: Vec<Hash>) -> Hash {
    if level.is_empty() {
        return Sha256::digest([]).into();
    }
    while level.len() > 1 {
        level = next_level(&level);
    }
    level[0]
}

/// The path of leaf `index`; `None` when there is no such leaf.
#[must_use]
pub fn path<D: AsRef<[u8]>>(leaves: &[D], index: usize) -> Option<MerklePath> {
    if index >= leaves.len() {
        return None;
    }
    let mut siblings = Vec::new();
    let mut level: Vec<Hash> = leaves.iter().map(|data| leaf_hash(data.as_ref())).collect();
    let mut place = index;
    while level.len() > 1 {
        if let Some(sibling) = level.get(place ^ 1) {
            siblings.push(*sibling);
        }
        level = next_level(&level);
        place /= 2;
    }
    Some(MerklePath { index: index as u64, leaves: leaves.len() as u64, siblings })
}

impl MerklePath {
    /// The root that this path gives for leaf data; `None` when its shape is impossible.
    #[must_use]
    pub fn root_for(&self, data: &[u8]) -> Option<Hash> {
        if self.index >= self.leaves {
            return None;
        }
        let mut hash = leaf_hash(data);
        let (mut place, mut last) = (self.index, self.leaves - 1);
        let mut siblings = self.siblings.iter();
        while last > 0 {
            if place % 2 == 1 {
                hash = node_hash(siblings.next()?, &hash);
            } else if place < last {
                hash = node_hash(&hash, siblings.next()?);
            }
            place /= 2;
            last /= 2;
        }
        siblings.next().is_none().then_some(hash)
    }

    /// Whether `data` is the leaf at `index` of the tree with this root.
    #[must_use]
    pub fn proves(&self, data: &[u8], root: &Hash) -> bool {
        self.root_for(data).as_ref() == Some(root)
    }
}

fn next_level(level: &[Hash]) -> Vec<Hash> {
    level
        .chunks(2)
        .map(|pair| match pair {
            [left, right] => node_hash(left, right),
            [odd] => *odd,
            _ => unreachable!("chunks of two have one or two items"),
        })
        .collect()
}
