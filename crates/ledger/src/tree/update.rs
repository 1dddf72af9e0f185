//! One sorted pass over the tree for all changes of a block. What does not change is shared with the tree before.

use std::collections::BTreeSet;

use types::{
    Hash,
    state_proof::{ProofLeaf, bit},
};

use super::{PageSource, Prefix, Tree, node::Node, prefix::PAGE_LEVELS, read};
use crate::LedgerError;

/// A key's new value hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// [`types::state_proof::key_path`] of the key.
    pub path: Hash,
    /// [`types::state_proof::value_hash`] of the value; `None` removes the key.
    pub value_hash: Option<Hash>,
}

impl Tree {
    /// The tree after `changes`, which must be ascending by path and distinct. Pages that are not in memory are
    /// read from `source`; the names of those that changed, appeared or went are added to `touched`.
    ///
    /// # Errors
    /// When a page cannot be read or is damaged.
    pub fn update<S: PageSource + ?Sized>(
        &self,
        source: &S,
        changes: &[Change],
        touched: &mut BTreeSet<Prefix>,
    ) -> Result<Self, LedgerError> {
        if changes.is_empty() {
            return Ok(self.clone());
        }
        touched.insert(Prefix::ROOT);
        let root = Pass { source, touched }.apply(&self.root, 0, changes)?;
        Ok(Self { root })
    }
}

struct Pass<'s, S: ?Sized> {
    source: &'s S,
    touched: &'s mut BTreeSet<Prefix>,
}

impl<S: PageSource + ?Sized> Pass<'_, S> {
    /// The subtree at `depth` after `changes` (at least one), all of which lie below it.
    fn apply(&mut self, node: &Node, depth: usize, changes: &[Change]) -> Result<Node, LedgerError> {
        match node {
            Node::Empty => Ok(self.build(&merge(None, changes), depth)),
            Node::Leaf(leaf) => Ok(self.build(&merge(Some(leaf.leaf), changes), depth)),
            Node::Branch(branch) => {
                let middle = changes.partition_point(|change| !bit(&change.path, depth));
                let (to_left, to_right) = changes.split_at(middle);
                let left = self.child(&branch.left, depth + 1, to_left)?;
                let right = self.child(&branch.right, depth + 1, to_right)?;
                Ok(Node::join(left, right))
            }
            Node::Stub(hash) => {
                let page = read(self.source, &Prefix::of(&changes[0].path, depth), hash)?;
                self.apply(&page, depth, changes)
            }
        }
    }

    /// As `apply`, for a node that may be the top of a page.
    fn child(&mut self, node: &Node, depth: usize, changes: &[Change]) -> Result<Node, LedgerError> {
        let Some(first) = changes.first() else { return Ok(node.clone()) };
        let after = self.apply(node, depth, changes)?;
        if depth.is_multiple_of(PAGE_LEVELS) && (node.is_page() || after.is_page()) {
            self.touched.insert(Prefix::of(&first.path, depth));
        }
        Ok(after)
    }

    /// A subtree of exactly these leaves, ascending by path.
    fn build(&mut self, leaves: &[ProofLeaf], depth: usize) -> Node {
        match leaves {
            [] => Node::Empty,
            [leaf] => Node::leaf(*leaf),
            [first, _, ..] => {
                if depth.is_multiple_of(PAGE_LEVELS) {
                    self.touched.insert(Prefix::of(&first.path, depth));
                }
                let middle = leaves.partition_point(|leaf| !bit(&leaf.path, depth));
                let (left, right) = leaves.split_at(middle);
                let left = self.build(left, depth + 1);
                Node::branch(left, self.build(right, depth + 1))
            }
        }
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
