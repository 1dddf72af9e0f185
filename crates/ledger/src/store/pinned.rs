//! A consistent view of state and tree that outlives later writes: a RocksDB snapshot together with the
//! database it belongs to.

use std::{path::PathBuf, sync::Arc};

use rocksdb::{ReadOptions, Snapshot};
use self_cell::self_cell;

use super::{Column, Database, Entry, collect, family, fault};
use crate::{
    LedgerError,
    tree::{PageSource, Prefix},
};

self_cell!(
    /// Keeps the database open as long as its snapshot is held.
    struct Held {
        owner: Arc<Database>,
        #[covariant]
        dependent: Snapshot,
    }
);

/// State and tree as they were when it was taken.
pub(crate) struct Pinned {
    held: Held,
    path: PathBuf,
}

impl Pinned {
    pub(super) fn of(database: Arc<Database>, path: PathBuf) -> Self {
        Self { held: Held::new(database, |database| database.db.snapshot()), path }
    }

    /// A value of the state.
    pub(crate) fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        self.get(Column::State, key)
    }

    /// Entries of the state with `prefix`, ascending, strictly after `after`.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, LedgerError> {
        let db = &self.held.borrow_owner().db;
        collect(db, family(db, Column::State)?, self.options(), prefix, after, limit)
            .map_err(|error| fault::of(error, &self.path))
    }

    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        let db = &self.held.borrow_owner().db;
        db.get_cf_opt(family(db, column)?, key, &self.options()).map_err(|error| fault::of(error, &self.path))
    }

    fn options(&self) -> ReadOptions {
        let mut options = ReadOptions::default();
        options.set_snapshot(self.held.borrow_dependent());
        options
    }
}

impl PageSource for Pinned {
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        self.get(Column::Tree, &prefix.encode())
    }
}
