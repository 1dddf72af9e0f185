//! The open log.

use std::{io, marker::PhantomData};

use disk::{Disk, DiskFile, RealDisk};
use serde::{Serialize, de::DeserializeOwned};
use types::{VoteLogId, codec};

use crate::{
    block::BLOCK_BYTES,
    error::VoteLogError,
    file::{self, FRAME_BYTES_MAX},
    header::Header,
};

const LOG: &str = "log";
const NEXT: &str = "log.new";
const ID: &str = "id";
/// Records of one frame when the log is written anew.
const FRAME_RECORDS_MAX: usize = 64;

/// Sizes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The file grows by so many zeros at a time.
    pub growth: usize,
    /// A log longer than this is written anew without what is no longer needed.
    pub compact: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { growth: 1 << 20, compact: 32 << 20 }
    }
}

/// The open log of records `R`.
#[derive(Debug)]
pub struct VoteLog<R, D: Disk = RealDisk> {
    disk: D,
    options: Options,
    header: Header,
    file: Box<dyn DiskFile>,
    /// Where the next frame will begin.
    end: usize,
    /// How long the file is; its zeros are durable.
    length: usize,
    /// When it is written anew.
    compact_at: usize,
    failed: bool,
    records: PhantomData<fn(R) -> R>,
}

impl<R: Serialize + DeserializeOwned, D: Disk> VoteLog<R, D> {
    /// Creates the empty log of a new home; its id goes into the genesis.
    ///
    /// # Errors
    /// [`VoteLogError`]; an existing log is never replaced.
    pub fn create_new(disk: D, id: VoteLogId, options: Options) -> Result<(), VoteLogError> {
        disk.prepare().map_err(|source| io_error(&disk, None, "prepared", source))?;
        match disk.read(LOG) {
            Ok(None) => Self::write_anew(disk, options, Header { id, generation: 0 }, &[]).map(|_| ()),
            Ok(Some(_)) => Err(VoteLogError::Exists { path: disk.path().join(LOG) }),
            Err(source) => Err(io_error(&disk, Some(LOG), "read", source)),
        }
    }

    /// Opens the log and returns what it holds, oldest first. A missing log means lost memory: a new one is
    /// created with the id `fresh`, which no validator set names, so that it cannot vote by mistake.
    ///
    /// # Errors
    /// [`VoteLogError`].
    pub fn open(disk: D, fresh: VoteLogId, options: Options) -> Result<(Self, Vec<R>), VoteLogError> {
        disk.prepare().map_err(|source| io_error(&disk, None, "prepared", source))?;
        let (header, records) = match disk.read(LOG) {
            Ok(Some(bytes)) => {
                let content = file::read(&bytes).map_err(|damage| damaged(&disk, damage))?;
                (content.header.next(), content.records)
            }
            Ok(None) => (Header { id: fresh, generation: 0 }, Vec::new()),
            Err(source) => return Err(io_error(&disk, Some(LOG), "read", source)),
        };
        let log = Self::write_anew(disk, options, header, &records)?;
        Ok((log, records))
    }

    /// The id that genesis or a readmission must name.
    #[must_use]
    pub const fn id(&self) -> VoteLogId {
        self.header.id
    }

    /// Appends records and returns when they are durable: all of them or, after a crash, perhaps none.
    ///
    /// # Errors
    /// [`VoteLogError`]: the log takes nothing more, and nothing may be signed.
    pub fn append(&mut self, records: &[R]) -> Result<(), VoteLogError> {
        self.guarded(|log| log.append_frames(records))
    }

    /// Writes a long log anew with what `keep` keeps. A crash at any point leaves the old or the new file,
    /// whole.
    ///
    /// # Errors
    /// As [`VoteLog::append`].
    pub fn compact_if_long(&mut self, keep: impl FnOnce(Vec<R>) -> Vec<R>) -> Result<(), VoteLogError> {
        if self.end < self.compact_at {
            return Ok(());
        }
        self.guarded(|log| log.compact(keep))
    }

    fn guarded(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), VoteLogError>,
    ) -> Result<(), VoteLogError> {
        if self.failed {
            return Err(VoteLogError::Stopped { path: self.disk.path().join(LOG) });
        }
        let outcome = act(self);
        self.failed = outcome.is_err();
        outcome
    }

    fn append_frames(&mut self, records: &[R]) -> Result<(), VoteLogError> {
        if records.is_empty() {
            return Ok(());
        }
        let payload = codec::encode(&records);
        if payload.len() <= FRAME_BYTES_MAX {
            return self.append_frame(&payload);
        }
        // Halves, each durable before the next: a crash must find at most one frame being written.
        let (first, rest) = records.split_at(records.len() / 2);
        if first.is_empty() {
            let (path, bytes) = (self.disk.path().join(LOG), payload.len());
            return Err(VoteLogError::TooLong { path, bytes, bytes_max: FRAME_BYTES_MAX });
        }
        self.append_frames(first)?;
        self.append_frames(rest)
    }

    fn append_frame(&mut self, payload: &[u8]) -> Result<(), VoteLogError> {
        let mut bytes = Vec::new();
        file::encode_frame(&self.header, (self.end / BLOCK_BYTES) as u64, payload, &mut bytes);
        self.grow_to_hold(self.end + bytes.len() + BLOCK_BYTES)?;
        self.write(&bytes, self.end)?;
        self.sync()?;
        self.end += bytes.len();
        Ok(())
    }

    /// Frames are written over durable zeros only, and zeros always remain behind them.
    fn grow_to_hold(&mut self, end: usize) -> Result<(), VoteLogError> {
        if end <= self.length {
            return Ok(());
        }
        let length = end.next_multiple_of(self.options.growth);
        self.write(&vec![0; length - self.length], self.length)?;
        self.sync()?;
        self.length = length;
        Ok(())
    }

    fn compact(&mut self, keep: impl FnOnce(Vec<R>) -> Vec<R>) -> Result<(), VoteLogError> {
        let path = self.disk.path().join(LOG);
        let bytes = self.disk.read(LOG).map_err(|source| io_error(&self.disk, Some(LOG), "read", source))?;
        let content =
            file::read::<R>(&bytes.unwrap_or_default()).map_err(|damage| damaged(&self.disk, damage))?;
        if content.header != self.header {
            return Err(VoteLogError::Damaged { path, offset: 0, what: "another log took its place" });
        }
        let header = self.header.next();
        let (file, end, length) = write_file(&self.disk, &self.options, &header, &keep(content.records))?;
        (self.header, self.file, self.end, self.length) = (header, file, end, length);
        self.compact_at = self.options.compact.max(end * 2);
        Ok(())
    }

    fn write_anew(disk: D, options: Options, header: Header, records: &[R]) -> Result<Self, VoteLogError> {
        let (file, end, length) = write_file(&disk, &options, &header, records)?;
        write_id(&disk, &header.id)?;
        let (compact_at, records) = (options.compact, PhantomData);
        Ok(Self { disk, options, header, file, end, length, compact_at, failed: false, records })
    }

    fn write(&mut self, bytes: &[u8], offset: usize) -> Result<(), VoteLogError> {
        self.file
            .write_all_at(bytes, offset as u64)
            .map_err(|source| io_error(&self.disk, Some(LOG), "written", source))
    }

    fn sync(&mut self) -> Result<(), VoteLogError> {
        self.file.sync().map_err(|source| io_error(&self.disk, Some(LOG), "synced", source))
    }
}

/// Writes a whole log beside the present one and puts it in its place; where it ends, and its length.
fn write_file<R: Serialize, D: Disk>(
    disk: &D,
    options: &Options,
    header: &Header,
    records: &[R],
) -> Result<(Box<dyn DiskFile>, usize, usize), VoteLogError> {
    let mut content = header.encode().to_vec();
    for records in records.chunks(FRAME_RECORDS_MAX) {
        push_frames(header, records, &mut content);
    }
    let end = content.len();
    content.resize((end + BLOCK_BYTES).next_multiple_of(options.growth), 0);
    let failed = |action| move |source| io_error(disk, Some(NEXT), action, source);
    let file = disk.create(NEXT).map_err(failed("created"))?;
    file.write_all_at(&content, 0).map_err(failed("written"))?;
    file.sync().map_err(failed("synced"))?;
    disk.rename(NEXT, LOG).map_err(failed("renamed"))?;
    disk.sync().map_err(|source| io_error(disk, None, "synced", source))?;
    Ok((file, end, content.len()))
}

/// Frames that were read once are not too long; together they may be.
fn push_frames<R: Serialize>(header: &Header, records: &[R], content: &mut Vec<u8>) {
    let payload = codec::encode(&records);
    if payload.len() > FRAME_BYTES_MAX && records.len() > 1 {
        let (first, rest) = records.split_at(records.len() / 2);
        push_frames(header, first, content);
        push_frames(header, rest, content);
    } else {
        file::encode_frame(header, (content.len() / BLOCK_BYTES) as u64, &payload, content);
    }
}

/// The file for people; a missing or wrong one is written again.
fn write_id<D: Disk>(disk: &D, id: &VoteLogId) -> Result<(), VoteLogError> {
    let failed = |action| move |source| io_error(disk, Some(ID), action, source);
    let text = format!("{id}\n");
    if disk.read(ID).map_err(failed("read"))?.as_deref() == Some(text.as_bytes()) {
        return Ok(());
    }
    let file = disk.create(ID).map_err(failed("created"))?;
    file.write_all_at(text.as_bytes(), 0).map_err(failed("written"))?;
    file.sync().map_err(failed("synced"))?;
    disk.sync().map_err(|source| io_error(disk, None, "synced", source))
}

fn damaged(disk: &impl Disk, damage: file::Damage) -> VoteLogError {
    VoteLogError::Damaged { path: disk.path().join(LOG), offset: damage.offset, what: damage.what }
}

fn io_error(disk: &impl Disk, name: Option<&str>, action: &'static str, source: io::Error) -> VoteLogError {
    let path = name.map_or_else(|| disk.path().to_owned(), |name| disk.path().join(name));
    VoteLogError::Io { path, action, source }
}
