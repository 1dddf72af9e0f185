//! The RocksDB database of one node: the only module tree that knows RocksDB.

mod columns;
mod fault;
pub(crate) mod keys;
mod lock;
mod pinned;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rocksdb::{ColumnFamily, DB, Direction, IteratorMode, ReadOptions, WriteBatch, WriteOptions};
use types::{
    Certificate, ChainId, Header, Height, TimeMs, TransactionId, codec,
    state::{SEEN, Seen, StateKey},
};

use crate::{
    LedgerError,
    execution::{SeenId, Source},
    tree::{PageSource, Prefix},
};
pub(crate) use columns::Column;
pub use columns::LedgerOptions;
pub(crate) use keys::HeaderPart;
pub(crate) use pinned::Pinned;

/// The storage format that this release writes, and the only one it reads.
pub const FORMAT: u32 = 3;

/// Key and value as stored.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

/// An open database.
pub(crate) struct Store {
    database: Arc<Database>,
    path: PathBuf,
}

/// RocksDB's handle, and what keeps others out until it is closed (fields drop in this order).
struct Database {
    db: DB,
    _guard: lock::Guard,
}

/// Keys of [`Column::Meta`].
pub(crate) mod meta {
    /// u32 little-endian: [`super::FORMAT`].
    pub(crate) const FORMAT: &[u8] = b"format";
    /// The chain id.
    pub(crate) const CHAIN: &[u8] = b"chain";
    /// Height u64 big-endian: the newest executed block.
    pub(crate) const EXECUTED: &[u8] = b"executed";
    /// Height u64 big-endian: up to here every block is certified.
    pub(crate) const CERTIFIED: &[u8] = b"certified";
    /// Height u64 big-endian: the pages of the tree are those after this block.
    pub(crate) const TREE: &[u8] = b"tree";
}

/// When a write outlives a power loss; it outlives the process at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durable {
    /// When it returns.
    Now,
    /// After the next [`Store::sync`] or synced write.
    Later,
}

impl Store {
    /// Opens the database, or makes an empty one.
    pub(crate) fn open(path: &Path, options: &LedgerOptions) -> Result<Self, LedgerError> {
        std::fs::create_dir_all(path).map_err(|error| LedgerError::of_system(path, &error))?;
        let guard = lock::Guard::for_writing(path)?;
        let mut database = columns::database(options);
        database.create_if_missing(true);
        database.create_missing_column_families(true);
        let db = DB::open_cf_descriptors(&database, path, columns::descriptors(options));
        let db = db.map_err(|error| fault::of(error, path))?;
        Ok(Self { database: Arc::new(Database { db, _guard: guard }), path: path.to_owned() })
    }

    /// Opens the database without writing a byte; nobody else may have it open.
    pub(crate) fn open_read_only(path: &Path, options: &LedgerOptions) -> Result<Self, LedgerError> {
        let guard = lock::Guard::for_reading(path)?;
        let database = columns::database(options);
        let db = DB::open_cf_descriptors_read_only(&database, path, columns::descriptors(options), false);
        let db = db.map_err(|error| fault::of(error, path))?;
        Ok(Self { database: Arc::new(Database { db, _guard: guard }), path: path.to_owned() })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A value.
    pub(crate) fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        self.database.db.get_cf(self.family(column)?, key).map_err(|error| fault::of(error, &self.path))
    }

    /// Entries with `prefix`, ascending, strictly after `after`, at most `limit`.
    pub(crate) fn scan(
        &self,
        column: Column,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, LedgerError> {
        collect(&self.database.db, self.family(column)?, ReadOptions::default(), prefix, after, limit)
            .map_err(|error| fault::of(error, &self.path))
    }

    /// All entries in order, one after the other.
    pub(crate) fn each(
        &self,
        column: Column,
    ) -> Result<impl Iterator<Item = Result<Entry, LedgerError>>, LedgerError> {
        let mut options = ReadOptions::default();
        options.set_total_order_seek(true);
        let entries = self.database.db.iterator_cf_opt(self.family(column)?, options, IteratorMode::Start);
        Ok(entries.map(|entry| {
            entry.map(|(key, value)| (key.into(), value.into())).map_err(|error| fault::of(error, &self.path))
        }))
    }

    /// An empty batch.
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch { store: self, batch: WriteBatch::default() }
    }

    /// Makes everything written so far durable.
    pub(crate) fn sync(&self) -> Result<(), LedgerError> {
        self.database.db.flush_wal(true).map_err(|error| fault::of(error, &self.path))
    }

    /// A consistent view of state and tree as they are now.
    pub(crate) fn pin(&self) -> Arc<Pinned> {
        Arc::new(Pinned::of(Arc::clone(&self.database), self.path.clone()))
    }

    /// The chain whose ledger this is; `None` when it is new.
    pub(crate) fn chain(&self) -> Result<Option<ChainId>, LedgerError> {
        let Some(format) = self.get(Column::Meta, meta::FORMAT)? else { return Ok(None) };
        let damaged = || LedgerError::damaged("meta", meta::FORMAT);
        let found = u32::from_le_bytes(format.try_into().map_err(|_| damaged())?);
        if found > FORMAT {
            return Err(LedgerError::NewerFormat { path: self.path.clone(), found, supported: FORMAT });
        }
        if found < FORMAT {
            return Err(LedgerError::OlderFormat { path: self.path.clone(), found, supported: FORMAT });
        }
        let chain = self.get(Column::Meta, meta::CHAIN)?.ok_or_else(damaged)?;
        ChainId::from_slice(&chain).map(Some).ok_or_else(damaged)
    }

    /// A height of [`Column::Meta`].
    pub(crate) fn tip(&self, key: &[u8]) -> Result<Height, LedgerError> {
        let bytes = self.get(Column::Meta, key)?;
        bytes.and_then(|bytes| keys::read_height(&bytes)).ok_or_else(|| LedgerError::damaged("meta", key))
    }

    /// The header at a height.
    pub(crate) fn header(&self, height: Height) -> Result<Option<Header>, LedgerError> {
        let key = keys::header(height, HeaderPart::Header);
        let read = |bytes: Vec<u8>| Header::decode(&bytes).map_err(|_| LedgerError::damaged("headers", &key));
        self.get(Column::Headers, &key)?.map(read).transpose()
    }

    /// The header at a height that must be there.
    pub(crate) fn header_at(&self, height: Height) -> Result<Header, LedgerError> {
        let key = keys::header(height, HeaderPart::Header);
        self.header(height)?.ok_or_else(|| LedgerError::damaged("headers", &key))
    }

    /// The certificate of a height.
    pub(crate) fn certificate(&self, height: Height) -> Result<Option<Certificate>, LedgerError> {
        self.value(Column::Headers, &keys::header(height, HeaderPart::Certificate))
    }

    /// A value in canonical encoding.
    pub(crate) fn value<T: serde::Serialize + serde::de::DeserializeOwned>(
        &self,
        column: Column,
        key: &[u8],
    ) -> Result<Option<T>, LedgerError> {
        let read = |bytes: Vec<u8>| {
            codec::decode_canonical(&bytes).map_err(|_| LedgerError::damaged(column.name(), key))
        };
        self.get(column, key)?.map(read).transpose()
    }

    fn family(&self, column: Column) -> Result<&ColumnFamily, LedgerError> {
        family(&self.database.db, column)
    }
}

impl PageSource for Store {
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, LedgerError> {
        self.get(Column::Tree, &prefix.encode())
    }
}

impl Source for Store {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        self.get(Column::State, key)
    }

    fn expired(
        &self,
        after: Option<SeenId>,
        before: TimeMs,
        limit: usize,
    ) -> Result<Vec<(SeenId, Seen)>, LedgerError> {
        let after = after.map(|(time, id)| StateKey::Seen(time, id).encode());
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(StateKey::Seen(before, TransactionId::default()).encode());
        let family = self.family(Column::State)?;
        let entries = collect(&self.database.db, family, options, &[SEEN], after.as_deref(), limit)
            .map_err(|error| fault::of(error, &self.path))?;
        let read = |(key, value): Entry| {
            let id = StateKey::read_seen(&key).zip(types::state::decode_value(&value).ok());
            id.ok_or_else(|| LedgerError::damaged("state", &key))
        };
        entries.into_iter().map(read).collect()
    }
}

/// Writes that become durable together.
pub(crate) struct Batch<'s> {
    store: &'s Store,
    batch: WriteBatch,
}

impl Batch<'_> {
    /// Sets a value.
    pub(crate) fn put(&mut self, column: Column, key: &[u8], value: &[u8]) -> Result<(), LedgerError> {
        self.batch.put_cf(self.store.family(column)?, key, value);
        Ok(())
    }

    /// Removes a key.
    pub(crate) fn delete(&mut self, column: Column, key: &[u8]) -> Result<(), LedgerError> {
        self.batch.delete_cf(self.store.family(column)?, key);
        Ok(())
    }

    /// Writes all of it durably, or nothing.
    pub(crate) fn write_synced(self) -> Result<(), LedgerError> {
        self.write(Durable::Now)
    }

    /// Writes all of it or nothing. After a power loss what was written [`Durable::Later`] is there up to some
    /// write, in all columns alike (RocksDB syncs a closed log before it flushes any of them).
    pub(crate) fn write(self, durable: Durable) -> Result<(), LedgerError> {
        let mut options = WriteOptions::default();
        options.set_sync(durable == Durable::Now);
        self.store
            .database
            .db
            .write_opt(self.batch, &options)
            .map_err(|error| fault::of(error, &self.store.path))
    }
}

fn family(db: &DB, column: Column) -> Result<&ColumnFamily, LedgerError> {
    db.cf_handle(column.name()).ok_or_else(|| LedgerError::damaged(column.name(), b""))
}

/// Entries with `prefix`, strictly after `after`.
fn collect(
    db: &DB,
    family: &ColumnFamily,
    options: ReadOptions,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Entry>, rocksdb::Error> {
    let start = after.filter(|after| *after > prefix).unwrap_or(prefix);
    let mut entries = Vec::new();
    for entry in db.iterator_cf_opt(family, options, IteratorMode::From(start, Direction::Forward)) {
        if entries.len() >= limit {
            break;
        }
        let (key, value) = entry?;
        if !key.starts_with(prefix) {
            break;
        }
        if after.is_none_or(|after| *key > *after) {
            entries.push((key.into(), value.into()));
        }
    }
    Ok(entries)
}
