//! The folder of the vote log, with the failpoints of its frames.

use std::{
    io,
    path::{Path, PathBuf},
};

use vote_log::{Disk, DiskFile, RealDisk, RealFile};

use crate::failpoint::{self, Edge};

/// `DIR/votes`.
#[derive(Debug)]
pub struct VoteDisk(RealDisk);

/// A file of it.
#[derive(Debug)]
pub struct VoteFile {
    file: RealFile,
    /// Frames are appended; before, the file is written as a whole.
    appending: bool,
}

impl VoteDisk {
    /// Names the folder; nothing is touched.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(RealDisk::new(folder))
    }
}

impl Disk for VoteDisk {
    type File = VoteFile;

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn prepare(&self) -> io::Result<()> {
        self.0.prepare()
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(name)
    }

    fn create(&self, name: &str) -> io::Result<VoteFile> {
        Ok(VoteFile { file: self.0.create(name)?, appending: false })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }
}

impl DiskFile for VoteFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        if offset == 0 {
            return self.file.write_at(bytes, offset);
        }
        self.appending = true;
        failpoint::around(Edge::VoteWrite, || self.file.write_at(bytes, offset))
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.appending {
            failpoint::around(Edge::VoteFsync, || self.file.sync())
        } else {
            self.file.sync()
        }
    }
}
