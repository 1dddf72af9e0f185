//! Pages in memory: for replay without a database, and for tests.

use std::collections::BTreeMap;

use super::{PageSource, Prefix, Updated};
use crate::LedgerError;

/// All pages of one tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryPages {
    pages: BTreeMap<Prefix, Vec<u8>>,
}

impl MemoryPages {
    /// Takes over what an update left.
    pub fn apply(&mut self, updated: Updated) {
        for (prefix, page) in updated.pages {
            match page {
                Some(bytes) => self.pages.insert(prefix, bytes),
                None => self.pages.remove(&prefix),
            };
        }
    }

    /// The pages as a database holds them: key and bytes, in the order of the keys.
    pub fn entries(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        self.pages.iter().map(|(prefix, bytes)| (prefix.encode(), bytes.as_slice()))
    }
}

impl PageSource for MemoryPages {
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.pages.get(prefix).cloned())
    }
}
