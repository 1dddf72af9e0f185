//! The node's vote log: the crate `vote-log` with consensus' records, in `DIR/votes/`.

#[cfg(test)]
mod tests;

use std::path::Path;

use ::vote_log::Options;
pub use ::vote_log::{Fault, VoteLogError};
use consensus::LogRecord;
use types::{Epoch, Height, VoteLogId};

use crate::failpoint::{self, PassingDisk};

/// The open log.
#[derive(Debug)]
pub struct VoteLog(::vote_log::VoteLog<LogRecord, PassingDisk>);

/// Both sizes are those of the crate, but for the crash tests.
fn options() -> Options {
    let normal = Options::default();
    let size =
        |normal: usize, small| usize::try_from(failpoint::size(normal as u64, small)).unwrap_or(normal);
    Options { growth: size(normal.growth, 64 << 10), compact: size(normal.compact, 256 << 10) }
}

impl VoteLog {
    /// Creates the empty log of a new home; its id goes into the genesis.
    ///
    /// # Errors
    /// [`VoteLogError`]; an existing log is never replaced.
    pub fn create_new(folder: &Path, id: VoteLogId) -> Result<(), VoteLogError> {
        let disk = PassingDisk::new(folder.to_owned(), &failpoint::VOTES);
        ::vote_log::VoteLog::<LogRecord, _>::create_new(disk, id, options())
    }

    /// Opens the log of `folder` and returns what it holds, oldest first. A missing log means lost memory:
    /// a new one is created with the id `fresh`, which no set names, so that it cannot vote by mistake.
    ///
    /// # Errors
    /// [`VoteLogError`].
    pub fn open(folder: &Path, fresh: VoteLogId) -> Result<(Self, Vec<LogRecord>), VoteLogError> {
        let disk = PassingDisk::new(folder.to_owned(), &failpoint::VOTES);
        let (log, records) = ::vote_log::VoteLog::open(disk, fresh, options())?;
        Ok((Self(log), records))
    }

    /// The id that genesis or a readmission must name.
    #[must_use]
    pub const fn id(&self) -> VoteLogId {
        self.0.id()
    }

    /// Appends records and waits until they are durable.
    ///
    /// # Errors
    /// [`VoteLogError`]; nothing may be signed afterwards.
    pub fn append(&mut self, records: &[LogRecord]) -> Result<(), VoteLogError> {
        self.0.append(records)
    }

    /// Rewrites a long log without what stands at or below `low`, or in an epoch before `epoch`. A crash at
    /// any point leaves the old or the new file, whole.
    ///
    /// # Errors
    /// [`VoteLogError`].
    pub fn compact_if_long(&mut self, epoch: Epoch, low: Height) -> Result<(), VoteLogError> {
        self.0.compact_if_long(|records| consensus::still_needed(records, epoch, low))
    }
}
