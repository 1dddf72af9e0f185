//! A folder in memory that loses what is not synced, tears what is being written, and fails when told to.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;

use super::inode::Inode;
use crate::disk::{Disk, DiskFile};

/// What goes wrong at a planned operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The power fails during it: it may be done, in part or not at all, and nothing works until
    /// [`FaultyDisk::crash`].
    Crash,
    /// There is no space, from then on until [`FaultyDisk::mend`]. A write stops half-way first.
    NoSpace,
    /// An I/O error, once. A sync that fails never makes durable what it was for.
    Io,
    /// A write writes half of what it was given, and says so.
    Short,
}

/// A folder in memory. Clones are the same folder.
#[derive(Debug, Clone)]
pub struct FaultyDisk {
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

/// A file of it.
#[derive(Debug)]
pub struct FaultyFile {
    inode: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// The names after each change that is not durable yet.
    unsynced_names: Vec<BTreeMap<String, usize>>,
    operations: u64,
    plan: Option<(u64, Mishap)>,
    is_full: bool,
    is_off: bool,
    cuts: Vec<usize>,
}

impl Default for FaultyDisk {
    fn default() -> Self {
        // One byte, inside the checksum, the head, the content and the seal of a vote log's block.
        let state = State { cuts: vec![1, 3, 10, 200, 509, 511], ..State::default() };
        Self { path: PathBuf::from("faulty"), state: Arc::new(Mutex::new(state)) }
    }
}

impl FaultyDisk {
    /// A copy that goes its own way; files open on the original stay with the original.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { path: self.path.clone(), state: Arc::new(Mutex::new(self.state.lock().clone())) }
    }

    /// At which bytes a sector may be torn.
    pub fn set_cuts(&self, cuts: &[usize]) {
        self.state.lock().cuts = cuts.to_vec();
    }

    /// How many operations there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state.lock().operations
    }

    /// Lets the operation with this number, counted from 0 since the beginning, go wrong.
    pub fn plan(&self, operation: u64, mishap: Mishap) {
        self.state.lock().plan = Some((operation, mishap));
    }

    /// Nothing goes wrong any more, and there is space again. After [`Mishap::Crash`]: only the process died,
    /// and what it wrote is in the system's cache.
    pub fn mend(&self) {
        let mut state = self.state.lock();
        (state.plan, state.is_full, state.is_off) = (None, false, false);
    }

    /// Whether the planned mishap is still to come.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        let state = self.state.lock();
        state.plan.is_some_and(|(at, _)| at >= state.operations)
    }

    /// The power fails, or has failed, and comes back; `choose` picks one of so many alternatives for
    /// everything that was not synced.
    pub fn crash(&self, choose: &mut dyn FnMut(usize) -> usize) {
        let state = &mut *self.state.lock();
        let mut outcomes = vec![state.durable_names.clone()];
        outcomes.append(&mut state.unsynced_names);
        let chosen = if outcomes.len() > 1 { choose(outcomes.len()) } else { 0 };
        state.durable_names = outcomes.swap_remove(chosen);
        state.names.clone_from(&state.durable_names);
        for inode in state.names.values() {
            state.inodes[*inode].crash(&state.cuts, choose);
        }
        (state.is_off, state.is_full, state.plan) = (false, false, None);
    }

    /// What a program reads of a file.
    #[must_use]
    pub fn content(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state.lock();
        state.names.get(name).map(|inode| state.inodes[*inode].cache.clone())
    }

    /// Puts durable bytes in place of a file's.
    pub fn set_content(&self, name: &str, bytes: &[u8]) {
        let state = &mut *self.state.lock();
        let mut inode = Inode::default();
        inode.write(bytes, 0);
        inode.sync();
        state.inodes.push(inode);
        let number = state.inodes.len() - 1;
        state.names.insert(name.to_owned(), number);
        state.durable_names.insert(name.to_owned(), number);
    }

    fn file(&self, inode: usize) -> Box<dyn DiskFile> {
        Box::new(FaultyFile { inode, state: Arc::clone(&self.state) })
    }

    /// Takes a file away for good.
    pub fn lose(&self, name: &str) {
        let mut state = self.state.lock();
        state.names.remove(name);
        state.durable_names.remove(name);
    }
}

/// What became of an operation that was announced.
enum Course {
    Normal,
    Half,
    /// It happens in memory, then the power fails.
    Last,
}

impl State {
    fn begin(&mut self, needs_space: bool) -> io::Result<Course> {
        if self.is_off {
            return Err(power_is_off());
        }
        let number = self.operations;
        self.operations += 1;
        let mishap = self.plan.filter(|(at, _)| *at == number).map(|(_, mishap)| mishap);
        self.is_full |= mishap == Some(Mishap::NoSpace);
        match mishap {
            Some(Mishap::Crash) => {
                self.is_off = true;
                Ok(Course::Last)
            }
            Some(Mishap::Io) => Err(io::Error::other("input/output error")),
            Some(Mishap::Short) => Ok(Course::Half),
            Some(Mishap::NoSpace) | None if self.is_full && needs_space => {
                Err(io::ErrorKind::StorageFull.into())
            }
            Some(Mishap::NoSpace) | None => Ok(Course::Normal),
        }
    }

    fn end<T>(&self, value: T) -> io::Result<T> {
        if self.is_off { Err(power_is_off()) } else { Ok(value) }
    }

    /// A new empty file.
    fn add(&mut self, name: &str) -> usize {
        self.inodes.push(Inode::default());
        let inode = self.inodes.len() - 1;
        self.rename_in_memory(|names| {
            names.insert(name.to_owned(), inode);
        });
        inode
    }

    /// What has no name any more takes no space; nobody reads it again.
    fn free_nameless(&mut self) {
        for (number, inode) in self.inodes.iter_mut().enumerate() {
            if !self.names.values().any(|named| *named == number) {
                *inode = Inode::default();
            }
        }
    }

    fn rename_in_memory(&mut self, change: impl FnOnce(&mut BTreeMap<String, usize>)) {
        change(&mut self.names);
        self.unsynced_names.push(self.names.clone());
    }
}

fn power_is_off() -> io::Error {
    io::Error::other("the power is off")
}

impl Disk for FaultyDisk {
    fn path(&self) -> &Path {
        &self.path
    }

    fn prepare(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.begin(false)?;
        state.end(())
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let mut state = self.state.lock();
        state.begin(false)?;
        let content = state.names.get(name).map(|inode| state.inodes[*inode].cache.clone());
        state.end(content)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut state = self.state.lock();
        state.begin(false)?;
        let names = state.names.keys().cloned().collect();
        state.end(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock();
        state.begin(true)?;
        let inode = state.names.get(name).copied().unwrap_or_else(|| state.add(name));
        state.inodes[inode].set_length(0);
        state.end(self.file(inode))
    }

    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock();
        state.begin(true)?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = state.add(name);
        state.end(self.file(inode))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock();
        state.begin(false)?;
        let inode = state.names.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        state.end(self.file(inode))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.begin(false)?;
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.rename_in_memory(|names| {
            if let Some(inode) = names.remove(from) {
                names.insert(to.to_owned(), inode);
            }
        });
        state.end(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.begin(false)?;
        if !state.names.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.rename_in_memory(|names| {
            names.remove(name);
        });
        state.end(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Course::Normal | Course::Half = state.begin(false)? {
            state.durable_names = state.names.clone();
            state.unsynced_names.clear();
            state.free_nameless();
        }
        state.end(())
    }
}

impl DiskFile for FaultyFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.state.lock();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let half = bytes.len().div_ceil(2);
        let written = match state.begin(true) {
            Ok(Course::Half) => half,
            Ok(Course::Normal | Course::Last) => bytes.len(),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                state.inodes[self.inode].write(&bytes[..half], offset);
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        state.inodes[self.inode].write(&bytes[..written], offset);
        state.end(written)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        state.begin(false)?;
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let found =
            start.checked_add(bytes.len()).and_then(|end| state.inodes[self.inode].cache.get(start..end));
        bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        state.end(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        let state = &mut *self.state.lock();
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let grows = length > state.inodes[self.inode].cache.len();
        state.begin(grows)?;
        state.inodes[self.inode].set_length(length);
        state.end(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        match state.begin(true) {
            Ok(Course::Normal | Course::Half) => state.inodes[self.inode].sync(),
            Ok(Course::Last) => {}
            Err(error) => {
                if !state.is_off {
                    state.inodes[self.inode].fail_sync();
                }
                return Err(error);
            }
        }
        state.end(())
    }
}
