//! What RocksDB says, as our own errors.

use std::path::{Path, PathBuf};

use rocksdb::ErrorKind;

use crate::LedgerError;

/// Sorts an error of the database at `root` by what the operator must do.
pub(super) fn of(error: rocksdb::Error, root: &Path) -> LedgerError {
    let kind = error.kind();
    let detail = error.into_string();
    let path = path_in(&detail, root);
    let is_lock = detail.contains("lock hold by current process") || detail.contains("While lock file");
    if is_lock {
        return LedgerError::InUse { path: root.to_owned() };
    }
    if detail.contains("No space left on device") || detail.contains("Disk quota exceeded") {
        return LedgerError::NoSpace { path };
    }
    let lost_file = detail.contains("No such file or directory") && path != *root;
    if is_unreadable(&detail) {
        return LedgerError::Damaged { path, detail };
    }
    match kind {
        ErrorKind::Corruption => LedgerError::Damaged { path, detail },
        ErrorKind::IOError if lost_file => LedgerError::Damaged { path, detail },
        ErrorKind::NotFound
        | ErrorKind::NotSupported
        | ErrorKind::InvalidArgument
        | ErrorKind::IOError
        | ErrorKind::MergeInProgress
        | ErrorKind::Incomplete
        | ErrorKind::ShutdownInProgress
        | ErrorKind::TimedOut
        | ErrorKind::Aborted
        | ErrorKind::Busy
        | ErrorKind::Expired
        | ErrorKind::TryAgain
        | ErrorKind::CompactionTooLarge
        | ErrorKind::ColumnFamilyDropped
        | ErrorKind::Unknown => LedgerError::Io { path, detail },
    }
}

/// A sector that was written and cannot be read any more is damage; one that cannot be written is not.
fn is_unreadable(detail: &str) -> bool {
    let reading = ["While pread", "While reading", "While read ", "random read"];
    detail.contains("Input/output error") && reading.iter().any(|words| detail.contains(words))
}

/// The file that a message names, or the database itself.
fn path_in(detail: &str, root: &Path) -> PathBuf {
    let named = root.to_str().and_then(|text| detail.find(text)).map(|start| &detail[start..]);
    let end = |text: &str| text.find([':', ' ', ',', ';', ')']).unwrap_or(text.len());
    named.map_or_else(|| root.to_owned(), |text| PathBuf::from(&text[..end(text)]))
}
