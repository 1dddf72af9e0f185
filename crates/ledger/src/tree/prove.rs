//! Proofs of presence and absence, and the root, read from pages.

use types::{
    Hash, StateRoot,
    state_proof::{EMPTY, StateProof, bit},
};

use super::{PageSource, Prefix, node::Node, update::read};
use crate::LedgerError;

/// The proof for the key of this path, present or not.
///
/// # Errors
/// When a page cannot be read or is damaged.
pub fn prove<S: PageSource + ?Sized>(source: &S, path: &Hash) -> Result<StateProof, LedgerError> {
    let mut siblings = Vec::new();
    let mut node = match source.page(&Prefix::ROOT)? {
        Some(bytes) => read(&bytes, &Prefix::ROOT)?,
        None => Node::Empty,
    };
    loop {
        let depth = siblings.len();
        node = match node {
            Node::Empty => return Ok(StateProof { siblings, leaf: None }),
            Node::Leaf(leaf) => return Ok(StateProof { siblings, leaf: Some(leaf) }),
            Node::Branch(left, right) if depth < 256 => {
                let (next, sibling) = if bit(path, depth) { (right, left) } else { (left, right) };
                siblings.push(sibling.hash());
                *next
            }
            Node::Branch(..) | Node::Stub(_) => {
                let prefix = Prefix::of(path, depth.min(255));
                let bytes = source.page(&prefix)?;
                let below = bytes.ok_or_else(|| LedgerError::damaged("tree", &prefix.encode()))?;
                match read(&below, &prefix)? {
                    branch @ Node::Branch(..) if depth < 256 => branch,
                    _ => return Err(LedgerError::damaged("tree", &prefix.encode())),
                }
            }
        };
    }
}

/// The root hash.
///
/// # Errors
/// When the topmost page cannot be read or is damaged.
pub fn root<S: PageSource + ?Sized>(source: &S) -> Result<StateRoot, LedgerError> {
    match source.page(&Prefix::ROOT)? {
        Some(bytes) => Ok(StateRoot::new(read(&bytes, &Prefix::ROOT)?.hash())),
        None => Ok(StateRoot::new(EMPTY)),
    }
}
