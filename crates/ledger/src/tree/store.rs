//! The tree on disk: which bytes each page has, and what of the tree stays in memory.

use std::collections::BTreeSet;

use types::{Hash, state_proof::bit};

use super::{PageSource, Prefix, Tree, node::Node, prefix::PAGE_LEVELS};
use crate::LedgerError;

impl Tree {
    /// The stored tree.
    ///
    /// # Errors
    /// When the topmost page cannot be read or is damaged.
    pub fn open<S: PageSource + ?Sized>(source: &S) -> Result<Self, LedgerError> {
        let Some(bytes) = source.page(&Prefix::ROOT)? else { return Ok(Self::empty()) };
        let root = Node::decode(&bytes);
        Ok(Self { root: root.ok_or_else(|| LedgerError::damaged("tree", &Prefix::ROOT.encode()))? })
    }

    /// The bytes of a page that an update touched; `None`: there is no such page now.
    #[must_use]
    pub fn page(&self, prefix: &Prefix) -> Option<Vec<u8>> {
        let mut node = &self.root;
        for depth in 0..prefix.depth() {
            let Node::Branch(branch) = node else { return None };
            node = if bit(prefix.path(), depth) { &branch.right } else { &branch.left };
        }
        let is_root_leaf = prefix.depth() == 0 && matches!(node, Node::Leaf(_));
        (is_root_leaf || matches!(node, Node::Branch(_))).then(|| node.encode())
    }

    /// Calls `visit` with every page of a tree that is wholly in memory.
    pub fn each_page(&self, visit: &mut dyn FnMut(Prefix, Vec<u8>)) {
        if self.root.is_page() || matches!(self.root, Node::Leaf(_)) {
            each(&self.root, 0, &mut [0; 32], visit);
        }
    }

    /// The same tree with only the topmost page and those in `keep` in memory; all others must be stored.
    #[must_use]
    pub fn shrunk_to(&self, keep: &BTreeSet<Prefix>) -> Self {
        Self { root: shrunk(&self.root, 0, &mut [0; 32], keep) }
    }
}

fn each(node: &Node, depth: usize, path: &mut Hash, visit: &mut dyn FnMut(Prefix, Vec<u8>)) {
    let Node::Branch(branch) = node else {
        if depth == 0 {
            visit(Prefix::ROOT, node.encode());
        }
        return;
    };
    if depth.is_multiple_of(PAGE_LEVELS) {
        visit(Prefix::of(path, depth), node.encode());
    }
    each(&branch.left, depth + 1, path, visit);
    with_bit(path, depth, |path| each(&branch.right, depth + 1, path, visit));
}

fn shrunk(node: &Node, depth: usize, path: &mut Hash, keep: &BTreeSet<Prefix>) -> Node {
    let Node::Branch(branch) = node else { return node.clone() };
    if depth > 0 && depth.is_multiple_of(PAGE_LEVELS) && !keep.contains(&Prefix::of(path, depth)) {
        return Node::Stub(*node.hash());
    }
    let left = shrunk(&branch.left, depth + 1, path, keep);
    let right = with_bit(path, depth, |path| shrunk(&branch.right, depth + 1, path, keep));
    branch.with(left, right)
}

fn with_bit<T>(path: &mut Hash, depth: usize, below: impl FnOnce(&mut Hash) -> T) -> T {
    let mask = 0x80 >> (depth % 8);
    path[depth / 8] |= mask;
    let found = below(path);
    path[depth / 8] &= !mask;
    found
}
