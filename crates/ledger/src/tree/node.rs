//! Nodes of the tree and the bytes of a page.
//!
//! A page is its subtree in pre-order, each node one tag byte and its content:
//! ```text
//! 0                            no key below
//! 1  path(32) value hash(32)   exactly one key below
//! 2                            two or more keys below; the left child follows, then the right one
//! 3  hash(32)                  as 2, but the children are in a page of their own
//! ```

use types::{
    Hash,
    state_proof::{EMPTY, ProofLeaf, leaf_hash, node_hash},
};

use super::prefix::PAGE_LEVELS;

/// A subtree as far as it is in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// No key.
    Empty,
    /// Exactly one key, wherever it stands.
    Leaf(ProofLeaf),
    /// Two or more keys.
    Branch(Box<Node>, Box<Node>),
    /// Two or more keys, kept in the page below.
    Stub(Hash),
}

impl Node {
    /// The subtree's hash.
    pub(super) fn hash(&self) -> Hash {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf(leaf) => leaf_hash(&leaf.path, &leaf.value_hash),
            Self::Branch(left, right) => node_hash(&left.hash(), &right.hash()),
            Self::Stub(hash) => *hash,
        }
    }

    /// Puts two halves together; at most one key in both makes no branch.
    pub(super) fn join(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Empty, Self::Empty) => Self::Empty,
            (Self::Empty, Self::Leaf(leaf)) | (Self::Leaf(leaf), Self::Empty) => Self::Leaf(leaf),
            (left, right) => Self::Branch(Box::new(left), Box::new(right)),
        }
    }

    /// The bytes of a page whose topmost node this is.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Empty => bytes.push(0),
            Self::Leaf(leaf) => {
                bytes.push(1);
                bytes.extend_from_slice(&leaf.path);
                bytes.extend_from_slice(&leaf.value_hash);
            }
            Self::Branch(left, right) => {
                bytes.push(2);
                left.write(bytes);
                right.write(bytes);
            }
            Self::Stub(hash) => {
                bytes.push(3);
                bytes.extend_from_slice(hash);
            }
        }
    }

    /// Reads a page; `None` when the bytes are none.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let node = Self::read(&mut bytes, 0)?;
        bytes.is_empty().then_some(node)
    }

    fn read(bytes: &mut &[u8], level: usize) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        *bytes = rest;
        match tag {
            0 => Some(Self::Empty),
            1 => Some(Self::Leaf(ProofLeaf { path: take(bytes)?, value_hash: take(bytes)? })),
            2 if level < PAGE_LEVELS => {
                let left = Self::read(bytes, level + 1)?;
                let right = Self::read(bytes, level + 1)?;
                Some(Self::Branch(Box::new(left), Box::new(right)))
            }
            3 if level == PAGE_LEVELS => Some(Self::Stub(take(bytes)?)),
            _ => None,
        }
    }
}

fn take(bytes: &mut &[u8]) -> Option<Hash> {
    let (hash, rest) = bytes.split_first_chunk::<32>()?;
    *bytes = rest;
    Some(*hash)
}
