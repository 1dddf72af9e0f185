//! Keeps others out while the database is read without opening it for writing.
//!
//! RocksDB takes a POSIX record lock on `LOCK`, which it does not do when it opens read-only. The same
//! lock is taken here; as such locks do not exclude users inside one process, and closing the file would
//! drop RocksDB's own lock, the databases read here are also listed in the process.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use rustix::fs::{FlockOperation, fcntl_lock};

use crate::LedgerError;

static OPEN_HERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Held as long as a database is open in this process.
pub(super) struct Guard {
    root: PathBuf,
    _file: Option<File>,
}

impl Guard {
    /// For a database that RocksDB opens and locks itself.
    pub(super) fn for_writing(root: &Path) -> Result<Self, LedgerError> {
        let canonical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        if !OPEN_HERE.lock().insert(canonical.clone()) {
            return Err(LedgerError::InUse { path: root.to_owned() });
        }
        Ok(Self { root: canonical, _file: None })
    }

    /// Takes the lock of an existing database that will only be read.
    pub(super) fn for_reading(root: &Path) -> Result<Self, LedgerError> {
        let mut guard = Self::for_writing(root)?;
        let path = root.join("LOCK");
        let io = |error: std::io::Error| LedgerError::of_system(&path, &error);
        let file = File::options().read(true).write(true).open(&path).map_err(io)?;
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => guard._file = Some(file),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => {
                return Err(LedgerError::InUse { path: root.to_owned() });
            }
            Err(error) => return Err(io(error.into())),
        }
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        OPEN_HERE.lock().remove(&self.root);
    }
}
