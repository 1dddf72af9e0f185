//! The state in memory: what replay executes on.

use std::collections::BTreeMap;

use types::{
    TimeMs, TransactionId,
    state::{SEEN, Seen, StateKey, decode_value},
};

use crate::{
    LedgerError,
    execution::{SeenId, Source},
    state::StateWrite,
    tree::{PageSource, Prefix, Tree},
};

/// State and tree.
pub(super) struct Memory {
    pub(super) state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) tree: Tree,
}

impl Memory {
    /// The state of block 0.
    pub(super) fn new(writes: &[StateWrite], tree: Tree) -> Self {
        let mut memory = Self { state: BTreeMap::new(), tree: Tree::empty() };
        memory.apply(writes, tree);
        memory
    }

    /// Takes over what a block wrote.
    pub(super) fn apply(&mut self, writes: &[StateWrite], tree: Tree) {
        for write in writes {
            match &write.after {
                Some(value) => self.state.insert(write.key.clone(), value.clone()),
                None => self.state.remove(&write.key),
            };
        }
        self.tree = tree;
    }
}

/// The tree is wholly in memory.
impl PageSource for Memory {
    fn page(&self, _: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(None)
    }
}

impl Source for Memory {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.state.get(key).cloned())
    }

    fn expired(
        &self,
        after: Option<SeenId>,
        before: TimeMs,
        limit: usize,
    ) -> Result<Vec<(SeenId, Seen)>, LedgerError> {
        let key = |(time, id): SeenId| StateKey::Seen(time, id).encode();
        let (start, end) = (after.map_or(vec![SEEN], key), key((before, TransactionId::default())));
        let mut expired = Vec::new();
        if start >= end {
            return Ok(expired);
        }
        let is_new = |entry: &(&Vec<u8>, &Vec<u8>)| after.is_none() || *entry.0 != start;
        for (key, value) in self.state.range(start.clone()..end).filter(is_new).take(limit) {
            let read = StateKey::read_seen(key).zip(decode_value(value).ok());
            expired.push(read.ok_or_else(|| LedgerError::damaged("state", key))?);
        }
        Ok(expired)
    }
}
