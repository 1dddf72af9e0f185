//! A file of the faulty disk: what programs see of it, and what a crash leaves.

use std::collections::BTreeSet;

/// The unit in which the disk writes.
const SECTOR: usize = 512;

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Inode {
    /// What programs read.
    pub cache: Vec<u8>,
    /// What the platter holds.
    durable: Vec<u8>,
    /// Sectors that wait to be written.
    dirty: BTreeSet<usize>,
    /// The length waits to be written.
    length_dirty: bool,
}

impl Inode {
    /// Cuts it, or makes it longer by zeros.
    pub fn set_length(&mut self, length: usize) {
        self.length_dirty |= self.cache.len() != length;
        if length > self.cache.len() {
            self.dirty.extend(self.cache.len() / SECTOR..length.div_ceil(SECTOR));
        }
        self.cache.resize(length, 0);
    }

    /// Writes into the cache.
    pub fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if end > self.cache.len() {
            self.length_dirty = true;
            self.cache.resize(end, 0);
        }
        self.cache[offset..end].copy_from_slice(bytes);
        self.dirty.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }

    /// The platter gets what waits.
    pub fn sync(&mut self) {
        self.durable.resize(self.cache.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let (start, end) = (sector * SECTOR, ((sector + 1) * SECTOR).min(self.cache.len()));
            if start < end {
                self.durable[start..end].copy_from_slice(&self.cache[start..end]);
            }
        }
        self.length_dirty = false;
    }

    /// A sync that fails as Linux does it: nothing reaches the platter, and nothing waits any more.
    pub fn fail_sync(&mut self) {
        self.dirty.clear();
        self.length_dirty = false;
    }

    /// The power fails: each sector that waits is old, new, or new up to one of `cuts`.
    pub fn crash(&mut self, cuts: &[usize], choose: &mut dyn FnMut(usize) -> usize) {
        let lengths = [self.durable.len(), self.cache.len()];
        let chosen = if self.length_dirty && lengths[0] != lengths[1] { choose(2) } else { 0 };
        let length = if self.length_dirty { lengths[chosen] } else { lengths[0] };
        self.durable.resize(length, 0);
        for sector in std::mem::take(&mut self.dirty) {
            let (start, end) = (sector * SECTOR, ((sector + 1) * SECTOR).min(length).min(self.cache.len()));
            if start >= end || self.durable[start..end] == self.cache[start..end] {
                continue;
            }
            let cut = match choose(cuts.len() + 2) {
                0 => 0,
                1 => end - start,
                torn => cuts[torn - 2].min(end - start),
            };
            self.durable[start..start + cut].copy_from_slice(&self.cache[start..start + cut]);
        }
        self.length_dirty = false;
        self.cache.clone_from(&self.durable);
    }
}
