//! One segment file.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use types::{BatchDigest, CheckedBatch, codec};

use super::record::{self, HEADER, Header, PREFIX, REFERENCE};
use crate::MempoolError;

/// An open segment.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) file: Arc<File>,
    pub(super) salt: [u8; 8],
    pub(super) length: u64,
}

impl Segment {
    pub(super) fn path_of(dir: &Path, number: u64) -> PathBuf {
        dir.join(format!("{number:016x}.batches"))
    }

    pub(super) fn number_of(path: &Path) -> Option<u64> {
        let digits = path.file_name()?.to_str()?.strip_suffix(".batches")?;
        (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok())?
    }

    /// Makes a new segment; file and directory entry are durable before it is used.
    pub(super) fn create(dir: &Path, number: u64, own_sequence: u64) -> Result<Self, MempoolError> {
        let path = Self::path_of(dir, number);
        let random = types::crypto::random_bytes()?;
        let mut salt = [0; 8];
        salt.copy_from_slice(&random[..8]);
        let open = OpenOptions::new().read(true).append(true).create_new(true).open(&path);
        let file = open.map_err(|source| MempoolError::io("creating", &path, source))?;
        let header = Header { salt, own_sequence }.encode();
        let written = (&file).write_all(&header).and_then(|()| file.sync_all());
        written.map_err(|source| MempoolError::io("writing", &path, source))?;
        sync_dir(dir)?;
        Ok(Self { path, file: Arc::new(file), salt, length: HEADER as u64 })
    }

    /// Opens a segment whose good part is `length` bytes long; what follows is cut.
    pub(super) fn open(path: PathBuf, salt: [u8; 8], length: u64, found: u64) -> Result<Self, MempoolError> {
        let open = OpenOptions::new().read(true).append(true).open(&path);
        let file = open.map_err(|source| MempoolError::io("opening", &path, source))?;
        if length < found {
            let cut = file.set_len(length).and_then(|()| file.sync_all());
            cut.map_err(|source| MempoolError::io("cutting the torn tail of", &path, source))?;
        }
        Ok(Self { path, file: Arc::new(file), salt, length })
    }

    /// Appends a batch, not yet durable; returns where its bytes begin.
    pub(super) fn append(&mut self, batch: &CheckedBatch) -> Result<u64, MempoolError> {
        let reference = codec::encode(batch.reference());
        let prefix = record::batch_prefix(&self.salt, self.length, &reference, batch.encoded());
        let head = [&prefix[..], &reference].concat();
        self.write(&head)?;
        self.write(batch.encoded())?;
        let start = self.length + (PREFIX + REFERENCE) as u64;
        self.length = start + batch.encoded().len() as u64;
        Ok(start)
    }

    /// Notes dropped batches. Not synced: if it is lost, the batches are held again after a restart.
    pub(super) fn append_dropped(&mut self, digests: &[BatchDigest]) -> Result<(), MempoolError> {
        let payload = digests.iter().flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>();
        let prefix = record::dropped_prefix(&self.salt, self.length, &payload);
        self.write(&[&prefix[..], &payload].concat())?;
        self.length += (PREFIX + payload.len()) as u64;
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Result<(), MempoolError> {
        (&*self.file).write_all(bytes).map_err(|source| MempoolError::io("writing", &self.path, source))
    }

    pub(super) fn sync(&self) -> Result<(), MempoolError> {
        self.file.sync_data().map_err(|source| MempoolError::io("syncing", &self.path, source))
    }

    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, MempoolError> {
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, offset);
        read.map_err(|source| MempoolError::io("reading", &self.path, source))?;
        Ok(bytes)
    }
}

/// Makes changed directory entries durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), MempoolError> {
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(|source| MempoolError::io("syncing", dir, source))
}
