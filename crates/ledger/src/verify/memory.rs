//! The state in memory: what replay executes on.

use std::collections::{BTreeMap, BTreeSet};

use types::{TimeMs, TransactionId};

use crate::{
    LedgerError,
    execution::{Source, block::Outcome},
    state::StateWrite,
    tree::{MemoryPages, PageSource, Prefix, Updated},
};

/// State, tree and expiry index.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) pages: MemoryPages,
    pub(super) expiry: BTreeSet<(TimeMs, TransactionId)>,
}

impl Memory {
    /// Takes over a write set and its pages.
    pub(super) fn apply(&mut self, writes: &[StateWrite], updated: Updated) {
        for write in writes {
            match &write.after {
                Some(value) => self.state.insert(write.key.clone(), value.clone()),
                None => self.state.remove(&write.key),
            };
        }
        self.pages.apply(updated);
    }

    /// Takes over a block.
    pub(super) fn apply_block(&mut self, outcome: Outcome) {
        self.apply(&outcome.writes, Updated { root: outcome.header.state_root, pages: outcome.pages });
        self.expiry.extend(outcome.remembered);
        for entry in &outcome.forgotten {
            self.expiry.remove(entry);
        }
    }
}

impl PageSource for Memory {
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        self.pages.page(prefix)
    }
}

impl Source for Memory {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.state.get(key).cloned())
    }

    fn expired(
        &self,
        after: Option<(TimeMs, TransactionId)>,
        before: TimeMs,
        limit: usize,
    ) -> Result<Vec<(TimeMs, TransactionId)>, LedgerError> {
        let end = (before, TransactionId::default());
        let is_new = |entry: &&(TimeMs, TransactionId)| after.is_none_or(|after| **entry > after);
        Ok(self.expiry.range(..end).filter(is_new).take(limit).copied().collect())
    }
}
