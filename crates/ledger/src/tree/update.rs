//! One sorted pass over the tree for all changes of a block.

use std::collections::BTreeMap;

use types::{
    Hash, StateRoot,
    state_proof::{ProofLeaf, bit},
};

use super::{PageSource, Prefix, node::Node, prefix::PAGE_LEVELS};
use crate::LedgerError;

/// A key's new value hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// [`types::state_proof::key_path`] of the key.
    pub path: Hash,
    /// [`types::state_proof::value_hash`] of the value; `None` removes the key.
    pub value_hash: Option<Hash>,
}

/// What an update leaves to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The root after the changes.
    pub root: StateRoot,
    /// New pages; `None` removes the page.
    pub pages: BTreeMap<Prefix, Option<Vec<u8>>>,
}

/// Applies `changes`, which must be ascending by path and distinct, to the tree in `source`.
///
/// # Errors
/// When a page cannot be read or is damaged.
pub fn update<S: PageSource + ?Sized>(source: &S, changes: &[Change]) -> Result<Updated, LedgerError> {
    let mut pass = Pass { source, pages: BTreeMap::new() };
    let before = match source.page(&Prefix::ROOT)? {
        Some(bytes) => read(&bytes, &Prefix::ROOT)?,
        None => Node::Empty,
    };
    if changes.is_empty() {
        return Ok(Updated { root: StateRoot::new(before.hash()), pages: pass.pages });
    }
    let after = pass.apply(before, 0, changes)?;
    let page = (after != Node::Empty).then(|| after.encode());
    pass.pages.insert(Prefix::ROOT, page);
    Ok(Updated { root: StateRoot::new(after.hash()), pages: pass.pages })
}

/// Decodes a page.
pub(super) fn read(bytes: &[u8], prefix: &Prefix) -> Result<Node, LedgerError> {
    Node::decode(bytes).ok_or_else(|| LedgerError::damaged("tree", &prefix.encode()))
}

struct Pass<'s, S: ?Sized> {
    source: &'s S,
    pages: BTreeMap<Prefix, Option<Vec<u8>>>,
}

impl<S: PageSource + ?Sized> Pass<'_, S> {
    /// The subtree at `depth` after `changes` (at least one), all of which lie below it.
    fn apply(&mut self, node: Node, depth: usize, changes: &[Change]) -> Result<Node, LedgerError> {
        match node {
            Node::Empty => Ok(self.build(&merge(None, changes), depth)),
            Node::Leaf(leaf) => Ok(self.build(&merge(Some(leaf), changes), depth)),
            Node::Branch(left, right) => {
                let middle = changes.partition_point(|change| !bit(&change.path, depth));
                let (to_left, to_right) = changes.split_at(middle);
                let left = self.child(*left, depth + 1, to_left)?;
                let right = self.child(*right, depth + 1, to_right)?;
                Ok(Node::join(left, right))
            }
            Node::Stub(_) => Err(LedgerError::damaged("tree", &Prefix::of(&changes[0].path, depth).encode())),
        }
    }

    /// As `apply`, for a node that may be the top of the next page.
    fn child(&mut self, node: Node, depth: usize, changes: &[Change]) -> Result<Node, LedgerError> {
        let Some(first) = changes.first() else { return Ok(node) };
        if !depth.is_multiple_of(PAGE_LEVELS) {
            return self.apply(node, depth, changes);
        }
        let prefix = Prefix::of(&first.path, depth);
        let (node, had_page) = match node {
            Node::Stub(_) => {
                let bytes = self.source.page(&prefix)?;
                let bytes = bytes.ok_or_else(|| LedgerError::damaged("tree", &prefix.encode()))?;
                (read(&bytes, &prefix)?, true)
            }
            other => (other, false),
        };
        let after = self.apply(node, depth, changes)?;
        match after {
            Node::Branch(..) => Ok(self.put_page(prefix, &after)),
            Node::Empty | Node::Leaf(_) | Node::Stub(_) => {
                if had_page {
                    self.pages.insert(prefix, None);
                }
                Ok(after)
            }
        }
    }

    /// A subtree of exactly these leaves, ascending by path; pages below its own are put away.
    fn build(&mut self, leaves: &[ProofLeaf], depth: usize) -> Node {
        match leaves {
            [] => Node::Empty,
            [leaf] => Node::Leaf(*leaf),
            [_, _, ..] => {
                let middle = leaves.partition_point(|leaf| !bit(&leaf.path, depth));
                let (left, right) = leaves.split_at(middle);
                let left = self.build_child(left, depth + 1);
                let right = self.build_child(right, depth + 1);
                Node::Branch(Box::new(left), Box::new(right))
            }
        }
    }

    fn build_child(&mut self, leaves: &[ProofLeaf], depth: usize) -> Node {
        let node = self.build(leaves, depth);
        if let (Node::Branch(..), Some(first)) = (&node, leaves.first())
            && depth.is_multiple_of(PAGE_LEVELS)
        {
            return self.put_page(Prefix::of(&first.path, depth), &node);
        }
        node
    }

    fn put_page(&mut self, prefix: Prefix, node: &Node) -> Node {
        self.pages.insert(prefix, Some(node.encode()));
        Node::Stub(node.hash())
    }
}

/// The leaf that stood here and the changes, as the leaves that shall stand here.
fn merge(leaf: Option<ProofLeaf>, changes: &[Change]) -> Vec<ProofLeaf> {
    let new =
        |change: &Change| change.value_hash.map(|value_hash| ProofLeaf { path: change.path, value_hash });
    let mut leaves: Vec<_> = changes.iter().filter_map(new).collect();
    if let Some(leaf) = leaf.filter(|leaf| changes.iter().all(|change| change.path != leaf.path)) {
        let place = leaves.partition_point(|other| other.path < leaf.path);
        leaves.insert(place, leaf);
    }
    leaves
}
