//! The vote log: what this validator signed, made durable before it leaves (`consensus.md`, Durability).
//!
//! It is not RocksDB, lies in a folder of its own, `DIR/votes/`, and is never backed up. `DIR/votes/log`
//! holds a header of 44 bytes (8 magic `HANSEVL1`, 32 id,
//! 4 CRC-32 of both) and then frames ([`frame`]); `DIR/votes/id` repeats the id for people. A validator
//! votes only in epochs whose set names the id of the log it has.

pub mod frame;
mod retention;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use consensus::LogRecord;
use types::{Epoch, Height, VoteLogId};

use crate::failpoint::{self, Edge};

use frame::Frame;

const MAGIC: &[u8; 8] = b"HANSEVL1";
const HEADER_BYTES: usize = 44;
/// Above this length the log is written anew without what stands at or below the low watermark.
const COMPACT_BYTES: u64 = 32 << 20;
/// Records of one frame when the log is written anew: far below the longest payload.
const FRAME_RECORDS_MAX: usize = 64;

/// Why the vote log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VoteLogError {
    /// What was durable has changed: nothing may be signed with it (exit 14).
    #[error(
        "the vote log {path} is damaged at byte {offset}: {what}. Move the folder away and start again: the \
             node then follows without voting until it is readmitted"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The disk refuses (exit 15 for no space, else 18).
    #[error("the vote log {path} cannot be {action}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

/// The open log, positioned at its end.
#[derive(Debug)]
pub struct VoteLog {
    folder: PathBuf,
    id: VoteLogId,
    file: File,
    bytes: u64,
    compact_at: u64,
}

impl VoteLog {
    /// Creates the empty log of a new home; its id goes into the genesis.
    ///
    /// # Errors
    /// [`VoteLogError`]; an existing log is never replaced.
    pub fn create_new(folder: &Path, id: VoteLogId) -> Result<(), VoteLogError> {
        std::fs::create_dir_all(folder).map_err(|source| io(folder, "created", source))?;
        Self::create(folder, id).map(|_| ())
    }

    /// Opens the log of `folder` and returns what it holds, oldest first. A missing log means lost memory:
    /// a new one is created with the id `fresh`, which no genesis names, so that it cannot vote by mistake.
    ///
    /// # Errors
    /// [`VoteLogError`].
    pub fn open(folder: &Path, fresh: VoteLogId) -> Result<(Self, Vec<LogRecord>), VoteLogError> {
        std::fs::create_dir_all(folder).map_err(|source| io(folder, "created", source))?;
        let path = folder.join("log");
        match std::fs::read(&path) {
            Ok(bytes) => Self::open_existing(folder, &path, &bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(folder, fresh),
            Err(source) => Err(io(&path, "read", source)),
        }
    }

    /// The id that genesis or a readmission must name.
    #[must_use]
    pub const fn id(&self) -> VoteLogId {
        self.id
    }

    /// Appends records as one frame and waits until they are durable.
    ///
    /// # Errors
    /// [`VoteLogError::Io`]; nothing may be signed afterwards.
    pub fn append(&mut self, records: &[LogRecord]) -> Result<(), VoteLogError> {
        let path = self.path();
        let bytes = frame::encode(records);
        failpoint::around(Edge::VoteWrite, || self.file.write_all(&bytes))
            .map_err(|source| io(&path, "written", source))?;
        failpoint::around(Edge::VoteFsync, || self.file.sync_data())
            .map_err(|source| io(&path, "synced", source))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Rewrites a long log without what stands at or below `low`, or in an epoch before `epoch`. A crash at any point leaves the old or the
    /// new file, whole.
    ///
    /// # Errors
    /// [`VoteLogError`].
    pub fn compact_if_long(&mut self, epoch: Epoch, low: Height) -> Result<(), VoteLogError> {
        if self.bytes < self.compact_at {
            return Ok(());
        }
        let path = self.path();
        let bytes = std::fs::read(&path).map_err(|source| io(&path, "read", source))?;
        let (records, _) = read_all(&path, &bytes)?;
        let kept = retention::still_needed(records, epoch, low);
        let next = self.folder.join("log.new");
        let mut file = File::create(&next).map_err(|source| io(&next, "created", source))?;
        let mut content = header(&self.id);
        for records in kept.chunks(FRAME_RECORDS_MAX) {
            content.extend_from_slice(&frame::encode(records));
        }
        file.write_all(&content).map_err(|source| io(&next, "written", source))?;
        file.sync_all().map_err(|source| io(&next, "synced", source))?;
        std::fs::rename(&next, &path).map_err(|source| io(&next, "renamed", source))?;
        sync_folder(&self.folder)?;
        self.file = file;
        self.bytes = content.len() as u64;
        self.compact_at = COMPACT_BYTES.max(self.bytes * 2);
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn create(folder: &Path, fresh: VoteLogId) -> Result<(Self, Vec<LogRecord>), VoteLogError> {
        let id = fresh;
        let path = folder.join("log");
        let content = header(&id);
        let mut file = File::create_new(&path).map_err(|source| io(&path, "created", source))?;
        file.write_all(&content).map_err(|source| io(&path, "written", source))?;
        file.sync_all().map_err(|source| io(&path, "synced", source))?;
        write_id(folder, &id)?;
        sync_folder(folder)?;
        let bytes = content.len() as u64;
        Ok((Self { folder: folder.to_owned(), id, file, bytes, compact_at: COMPACT_BYTES }, Vec::new()))
    }

    fn open_existing(
        folder: &Path,
        path: &Path,
        bytes: &[u8],
    ) -> Result<(Self, Vec<LogRecord>), VoteLogError> {
        let id = read_header(path, bytes)?;
        let (records, end) = read_all(path, bytes)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| io(path, "opened", source))?;
        if end < bytes.len() {
            file.set_len(end as u64).map_err(|source| io(path, "cut", source))?;
            file.sync_all().map_err(|source| io(path, "synced", source))?;
        }
        file.seek(SeekFrom::Start(end as u64)).map_err(|source| io(path, "positioned", source))?;
        let log = Self { folder: folder.to_owned(), id, file, bytes: end as u64, compact_at: COMPACT_BYTES };
        Ok((log, records))
    }
}

fn read_all(path: &Path, bytes: &[u8]) -> Result<(Vec<LogRecord>, usize), VoteLogError> {
    let mut records = Vec::new();
    let mut offset = HEADER_BYTES;
    loop {
        match frame::read(bytes, offset) {
            Frame::Records(more, next) => {
                records.extend(more);
                offset = next;
            }
            Frame::End | Frame::Torn => return Ok((records, offset)),
            Frame::Damaged(what) => {
                return Err(VoteLogError::Damaged { path: path.to_owned(), offset, what });
            }
        }
    }
}

fn header(id: &VoteLogId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(id.as_bytes());
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

fn read_header(path: &Path, bytes: &[u8]) -> Result<VoteLogId, VoteLogError> {
    let id = bytes.get(8..40).and_then(VoteLogId::from_slice);
    match id {
        Some(id) if bytes[..HEADER_BYTES.min(bytes.len())] == header(&id)[..] => Ok(id),
        _ => Err(VoteLogError::Damaged { path: path.to_owned(), offset: 0, what: "the header does not fit" }),
    }
}

fn write_id(folder: &Path, id: &VoteLogId) -> Result<(), VoteLogError> {
    let path = folder.join("id");
    let mut file = File::create(&path).map_err(|source| io(&path, "created", source))?;
    file.write_all(format!("{id}\n").as_bytes()).map_err(|source| io(&path, "written", source))?;
    file.sync_all().map_err(|source| io(&path, "synced", source))
}

fn sync_folder(folder: &Path) -> Result<(), VoteLogError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| io(folder, "synced", source))
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> VoteLogError {
    VoteLogError::Io { path: path.to_owned(), action, source }
}
