//! Proofs of presence and absence.

use types::{
    Hash,
    state_proof::{StateProof, bit},
};

use super::{PageSource, Prefix, Tree, node::Node, read};
use crate::LedgerError;

impl Tree {
    /// The proof for the key of this path, present or not. Pages that are not in memory are read from `source`.
    ///
    /// # Errors
    /// When a page cannot be read or is damaged.
    pub fn prove<S: PageSource + ?Sized>(&self, source: &S, path: &Hash) -> Result<StateProof, LedgerError> {
        let mut siblings = Vec::new();
        let mut node = self.root.clone();
        loop {
            let depth = siblings.len();
            node = match node {
                Node::Empty => return Ok(StateProof { siblings, leaf: None }),
                Node::Leaf(leaf) => return Ok(StateProof { siblings, leaf: Some(leaf.leaf) }),
                Node::Branch(branch) if depth < 256 => {
                    let (next, sibling) = match bit(path, depth) {
                        true => (&branch.right, &branch.left),
                        false => (&branch.left, &branch.right),
                    };
                    siblings.push(*sibling.hash());
                    next.clone()
                }
                Node::Branch(_) => return Err(LedgerError::damaged("tree", path)),
                Node::Stub(hash) => read(source, &Prefix::of(path, depth.min(255)), &hash)?,
            };
        }
    }
}
