//! The state tree: the sparse Merkle tree that [`types::state_proof`] specifies, kept in pages.
//!
//! A page holds four levels of the tree below a prefix of whole nibbles, so a key of a tree with n keys is
//! reached through about log16(n) pages. Hashes inside a page are computed when it is used; only the
//! hashes at its lower edge are stored. Pages are rewritten in place, once per block, and disappear with
//! the last but one key below them: the pages, like the root, depend only on the set of pairs.

mod memory;
mod node;
mod prefix;
mod prove;
mod update;

pub use memory::MemoryPages;
pub use prefix::Prefix;
pub use prove::{prove, root};
pub use update::{Change, Updated, update};

use crate::LedgerError;

/// Where pages are read from.
pub trait PageSource {
    /// The page of a prefix, as [`update`] wrote it; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError>;
}
