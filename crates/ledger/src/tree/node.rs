//! Nodes of the tree in memory, shared between versions, and the bytes of a page.
//!
//! A page is its subtree in pre-order, each node one tag byte and its content:
//! ```text
//! 0                            no key below
//! 1  path(32) value hash(32)   exactly one key below
//! 2                            two or more keys below; the left child follows, then the right one
//! 3  hash(32)                  as 2, but the children are in a page of their own
//! ```

use std::sync::Arc;

use types::{
    Hash,
    state_proof::{EMPTY, ProofLeaf, leaf_hash, node_hash},
};

use super::prefix::PAGE_LEVELS;

/// A subtree as far as it is in memory. Each hash is computed once.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// No key.
    Empty,
    /// Exactly one key, wherever it stands.
    Leaf(Arc<Leaf>),
    /// Two or more keys.
    Branch(Arc<Branch>),
    /// Two or more keys, in a page that is stored and not in memory.
    Stub(Hash),
}

/// One key.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) leaf: ProofLeaf,
    hash: Hash,
}

/// Two halves.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) left: Node,
    pub(super) right: Node,
    hash: Hash,
}

impl Branch {
    /// The same subtree with halves that differ only in what of them is in memory.
    pub(super) fn with(&self, left: Node, right: Node) -> Node {
        Node::Branch(Arc::new(Self { left, right, hash: self.hash }))
    }
}

impl Node {
    pub(super) fn leaf(leaf: ProofLeaf) -> Self {
        Self::Leaf(Arc::new(Leaf { leaf, hash: leaf_hash(&leaf.path, &leaf.value_hash) }))
    }

    pub(super) fn branch(left: Self, right: Self) -> Self {
        let hash = node_hash(left.hash(), right.hash());
        Self::Branch(Arc::new(Branch { left, right, hash }))
    }

    /// The subtree's hash.
    pub(super) fn hash(&self) -> &Hash {
        match self {
            Self::Empty => &EMPTY,
            Self::Leaf(leaf) => &leaf.hash,
            Self::Branch(branch) => &branch.hash,
            Self::Stub(hash) => hash,
        }
    }

    /// Puts two halves together; at most one key in both makes no branch.
    pub(super) fn join(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Empty, Self::Empty) => Self::Empty,
            (Self::Empty, Self::Leaf(leaf)) | (Self::Leaf(leaf), Self::Empty) => Self::Leaf(leaf),
            (left, right) => Self::branch(left, right),
        }
    }

    /// Whether it has two or more keys, and so, at the top of a page, makes a page.
    pub(super) const fn is_page(&self) -> bool {
        matches!(self, Self::Branch(_) | Self::Stub(_))
    }

    /// The bytes of a page whose topmost node this is.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        self.write(0, &mut bytes);
        bytes
    }

    fn write(&self, level: usize, bytes: &mut Vec<u8>) {
        match self {
            Self::Empty => bytes.push(0),
            Self::Leaf(leaf) => {
                bytes.push(1);
                bytes.extend_from_slice(&leaf.leaf.path);
                bytes.extend_from_slice(&leaf.leaf.value_hash);
            }
            Self::Branch(branch) if level < PAGE_LEVELS => {
                bytes.push(2);
                branch.left.write(level + 1, bytes);
                branch.right.write(level + 1, bytes);
            }
            Self::Branch(_) | Self::Stub(_) => {
                bytes.push(3);
                bytes.extend_from_slice(self.hash());
            }
        }
    }

    /// Reads a page; `None` when the bytes are none.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let node = Self::read(&mut bytes, 0)?;
        (bytes.is_empty() && matches!(node, Self::Branch(_) | Self::Leaf(_))).then_some(node)
    }

    fn read(bytes: &mut &[u8], level: usize) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        *bytes = rest;
        match tag {
            0 => Some(Self::Empty),
            1 => Some(Self::leaf(ProofLeaf { path: take(bytes)?, value_hash: take(bytes)? })),
            2 if level < PAGE_LEVELS => {
                let left = Self::read(bytes, level + 1)?;
                let right = Self::read(bytes, level + 1)?;
                Some(Self::branch(left, right))
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
