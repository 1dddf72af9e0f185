//! The state tree: the sparse Merkle tree that [`types::state_proof`] specifies.
//!
//! In memory it is a tree of shared nodes: an update makes new nodes along the changed paths and shares the rest, so
//! the tree after each block is a value of its own, cheap to keep for a reader. On disk it is kept in pages of
//! four levels below a prefix of whole nibbles. Pages are not written with each block but when enough of them have
//! changed ([`Tree::page`]); until then the blocks' own changes make the tree again after a restart. What was not
//! used since the last writing leaves memory ([`Tree::shrunk_to`]) and is read again when it is needed. Pages, like
//! the root, depend only on the set of pairs.

mod node;
mod prefix;
mod prove;
mod store;
mod update;

use types::{Hash, StateRoot};

pub use prefix::Prefix;
pub use update::Change;

use crate::LedgerError;
use node::Node;

/// One version of the tree. Clones share all nodes.
#[derive(Debug, Clone)]
pub struct Tree {
    root: Node,
}

/// Where pages are read from.
pub trait PageSource {
    /// The page of a prefix, as [`Tree::page`] gave it; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError>;
}

/// A source without pages: of trees that are wholly in memory.
#[derive(Debug, Clone, Copy)]
pub struct NoPages;

impl PageSource for NoPages {
    fn page(&self, _: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(None)
    }
}

impl Tree {
    /// The tree without keys.
    #[must_use]
    pub const fn empty() -> Self {
        Self { root: Node::Empty }
    }

    /// The root hash.
    #[must_use]
    pub fn root(&self) -> StateRoot {
        StateRoot::new(*self.root.hash())
    }
}

/// Reads a page that must be there and have this hash.
fn read<S: PageSource + ?Sized>(source: &S, prefix: &Prefix, hash: &Hash) -> Result<Node, LedgerError> {
    let page = source.page(prefix)?.and_then(|bytes| Node::decode(&bytes));
    page.filter(|node| node.hash() == hash).ok_or_else(|| LedgerError::damaged("tree", &prefix.encode()))
}
