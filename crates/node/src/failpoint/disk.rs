//! A folder of one of our stores, with the failpoints of its files.

use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use disk::{Disk, DiskFile, RealDisk};

use super::{Edge, around};

/// Which edges a store's files have.
#[derive(Debug)]
pub struct FileEdges {
    /// Records are written behind a file's beginning.
    pub write: Edge,
    /// They are synced.
    pub sync: Edge,
    /// A file is made.
    pub make: Edge,
    /// A file takes another's place, or goes.
    pub replace: Edge,
}

/// The vote log's.
pub const VOTES: FileEdges = FileEdges {
    write: Edge::VoteWrite,
    sync: Edge::VoteFsync,
    make: Edge::VoteLogMake,
    replace: Edge::VoteLogReplace,
};

/// The batch store's.
pub const BATCHES: FileEdges = FileEdges {
    write: Edge::BatchWrite,
    sync: Edge::BatchFsync,
    make: Edge::SegmentMake,
    replace: Edge::SegmentRemove,
};

/// A folder.
#[derive(Debug)]
pub struct PassingDisk {
    disk: RealDisk,
    edges: &'static FileEdges,
}

/// A file of it.
#[derive(Debug)]
struct PassingFile {
    file: Box<dyn DiskFile>,
    edges: &'static FileEdges,
    /// Records are appended; before, the file gets its beginning.
    appending: AtomicBool,
}

impl PassingDisk {
    /// Names the folder; nothing is touched.
    #[must_use]
    pub fn new(folder: PathBuf, edges: &'static FileEdges) -> Self {
        Self { disk: RealDisk::new(folder), edges }
    }

    fn passing(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(PassingFile { file, edges: self.edges, appending: AtomicBool::new(false) })
    }
}

impl Disk for PassingDisk {
    fn path(&self) -> &Path {
        self.disk.path()
    }

    fn prepare(&self) -> io::Result<()> {
        self.disk.prepare()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(name)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        around(self.edges.make, || self.disk.create(name)).map(|file| self.passing(file))
    }

    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        around(self.edges.make, || self.disk.create_new(name)).map(|file| self.passing(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(name).map(|file| self.passing(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        around(self.edges.replace, || self.disk.rename(from, to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        around(self.edges.replace, || self.disk.remove(name))
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.sync()
    }
}

impl DiskFile for PassingFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        if offset == 0 {
            return self.file.write_at(bytes, offset);
        }
        self.appending.store(true, Ordering::Relaxed);
        around(self.edges.write, || self.file.write_at(bytes, offset))
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_length(length)
    }

    fn sync(&self) -> io::Result<()> {
        if self.appending.load(Ordering::Relaxed) {
            around(self.edges.sync, || self.file.sync())
        } else {
            self.file.sync()
        }
    }
}
