//! One segment file.

use std::{io, path::PathBuf, sync::Arc};

use disk::{Disk, DiskFile};
use types::{BatchDigest, CheckedBatch, codec};

use super::record::{self, HEADER, Header, PREFIX};
use crate::MempoolError;

/// An open segment.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) name: String,
    file: Arc<dyn DiskFile>,
    salt: [u8; 8],
    pub(super) length: u64,
}

impl Segment {
    pub(super) fn name_of(number: u64) -> String {
        format!("{number:016x}.batches")
    }

    pub(super) fn number_of(name: &str) -> Option<u64> {
        let digits = name.strip_suffix(".batches")?;
        (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok())?
    }

    /// Makes a new segment; file and directory entry are durable before it is used.
    pub(super) fn create(disk: &dyn Disk, number: u64, own_sequence: u64) -> Result<Self, MempoolError> {
        let name = Self::name_of(number);
        let path = disk.path().join(&name);
        let failed =
            |action| move |source| MempoolError::io(action, disk.path().join(Self::name_of(number)), source);
        let random = types::crypto::random_bytes()?;
        let mut salt = [0; 8];
        salt.copy_from_slice(&random[..8]);
        let file = disk.create_new(&name).map_err(failed("creating"))?;
        let header = Header { salt, own_sequence }.encode();
        file.write_all_at(&header, 0).map_err(failed("writing"))?;
        file.sync().map_err(failed("syncing"))?;
        sync_dir(disk)?;
        Ok(Self { path, name, file: file.into(), salt, length: HEADER as u64 })
    }

    /// Opens a segment of which `good` is the good part; what follows is cut.
    pub(super) fn open(
        disk: &dyn Disk,
        name: String,
        salt: [u8; 8],
        good: &Good<'_>,
    ) -> Result<Self, MempoolError> {
        let path = disk.path().join(&name);
        let file = disk.open(&name).map_err(|source| MempoolError::io("opening", &path, source))?;
        good.make_durable(&*file).map_err(|source| MempoolError::io("mending", &path, source))?;
        Ok(Self { path, name, file: file.into(), salt, length: good.bytes.len() as u64 })
    }

    /// Appends a batch, not yet durable; returns where its bytes begin.
    pub(super) fn append(&mut self, batch: &CheckedBatch) -> Result<u64, MempoolError> {
        let reference = codec::encode(batch.reference());
        let prefix = record::batch_prefix(&self.salt, self.length, &reference, batch.encoded());
        let head = [&prefix[..], &reference].concat();
        let start = self.length + head.len() as u64;
        self.write(&head, self.length)?;
        self.write(batch.encoded(), start)?;
        self.length = start + batch.encoded().len() as u64;
        Ok(start)
    }

    /// Notes dropped batches. Not synced: if it is lost, the batches are held again after a restart.
    pub(super) fn append_dropped(&mut self, digests: &[BatchDigest]) -> Result<(), MempoolError> {
        let payload = digests.iter().flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>();
        let prefix = record::dropped_prefix(&self.salt, self.length, &payload);
        self.write(&[&prefix[..], &payload].concat(), self.length)?;
        self.length += (PREFIX + payload.len()) as u64;
        Ok(())
    }

    fn write(&self, bytes: &[u8], offset: u64) -> Result<(), MempoolError> {
        let written = self.file.write_all_at(bytes, offset);
        written.map_err(|source| MempoolError::io("writing", &self.path, source))
    }

    pub(super) fn sync(&self) -> Result<(), MempoolError> {
        self.file.sync().map_err(|source| MempoolError::io("syncing", &self.path, source))
    }

    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, MempoolError> {
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, offset);
        read.map_err(|source| MempoolError::Unreadable { path: self.path.clone(), source })?;
        Ok(bytes)
    }
}

/// What a segment holds, as it was read.
pub(super) struct Good<'f> {
    /// Up to the end of the last good record.
    pub(super) bytes: &'f [u8],
    /// How long the file is.
    pub(super) found: usize,
    /// Whether all of it was synced before: true of all segments but the newest.
    pub(super) is_synced: bool,
}

impl Good<'_> {
    /// After a failed sync a system shows bytes that never reach the disk and reports the next sync as good:
    /// what is believed from here on is written again, over itself.
    fn make_durable(&self, file: &dyn DiskFile) -> io::Result<()> {
        let is_cut = self.bytes.len() < self.found;
        if is_cut {
            file.set_length(self.bytes.len() as u64)?;
        }
        if !self.is_synced {
            file.write_all_at(self.bytes, 0)?;
        }
        if is_cut || !self.is_synced { file.sync() } else { Ok(()) }
    }
}

/// Makes changed directory entries durable.
pub(super) fn sync_dir(disk: &dyn Disk) -> Result<(), MempoolError> {
    disk.sync().map_err(|source| MempoolError::io("syncing", disk.path(), source))
}
