//! Where batches lie, and the newest ones in memory.

use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    sync::Arc,
};

use types::{BatchDigest, BatchRef, CheckedBatch};

use super::segment::Segment;

/// Where a batch's bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) reference: BatchRef,
}

/// Everything durable and not dropped.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) batches: BTreeMap<BatchDigest, Location>,
    pub(super) segments: BTreeMap<u64, (Segment, usize)>,
    cache: BTreeMap<BatchDigest, Arc<CheckedBatch>>,
    cache_order: VecDeque<BatchDigest>,
    cache_bytes: usize,
}

impl Index {
    pub(super) fn cached(&self, digest: &BatchDigest) -> Option<Arc<CheckedBatch>> {
        self.cache.get(digest).cloned()
    }

    pub(super) fn remember(&mut self, batch: Arc<CheckedBatch>, bytes_max: usize) {
        let digest = batch.reference().digest;
        let bytes = batch.encoded().len();
        if self.cache.insert(digest, batch).is_none() {
            self.cache_order.push_back(digest);
            self.cache_bytes += bytes;
        }
        // Digests of dropped batches stay in the order until their turn comes; they cost 32 bytes each.
        while self.cache_bytes > bytes_max || self.cache_order.len() > 2 * self.cache.len() + 1024 {
            let Some(oldest) = self.cache_order.pop_front() else { break };
            self.uncache(&oldest);
        }
    }

    fn uncache(&mut self, digest: &BatchDigest) {
        if let Some(batch) = self.cache.remove(digest) {
            self.cache_bytes -= batch.encoded().len();
        }
    }

    /// A batch that is held keeps its first place.
    pub(super) fn insert(&mut self, location: Location) {
        if let Entry::Vacant(place) = self.batches.entry(location.reference.digest) {
            place.insert(location);
            if let Some((_, live)) = self.segments.get_mut(&location.segment) {
                *live += 1;
            }
        }
    }

    /// Forgets a batch; `false`: it was not held.
    pub(super) fn remove(&mut self, digest: &BatchDigest) -> bool {
        self.uncache(digest);
        let Some(location) = self.batches.remove(digest) else { return false };
        if let Some((_, live)) = self.segments.get_mut(&location.segment) {
            *live -= 1;
        }
        true
    }

    /// Takes out the oldest segments in which nothing is held, never the newest segment. Oldest first, so
    /// that the note "dropped" of a batch never goes before the batch.
    pub(super) fn take_empty(&mut self) -> Vec<Segment> {
        let mut taken = Vec::new();
        while self.segments.len() > 1 {
            match self.segments.first_entry() {
                Some(oldest) if oldest.get().1 == 0 => taken.push(oldest.remove().0),
                Some(_) | None => break,
            }
        }
        taken
    }
}
