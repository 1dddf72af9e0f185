//! What each author may have stored and acknowledged here: nobody's disk fills by one validator's will.

use std::collections::BTreeMap;

use types::{BatchDigest, TimeMs, ValidatorIndex};

/// One author's batches that were not ordered.
#[derive(Debug, Default)]
struct Author {
    /// Held or being verified, with their bytes.
    unordered: BTreeMap<BatchDigest, u32>,
    unordered_bytes: u64,
    /// Acknowledged, with their expiry.
    acknowledged: BTreeMap<BatchDigest, TimeMs>,
}

/// All authors of the set.
#[derive(Debug)]
pub(crate) struct Authors {
    authors: BTreeMap<ValidatorIndex, Author>,
    window: usize,
    bytes_max: u64,
}

impl Authors {
    /// `window` is W; twice as many are stored unasked.
    pub(crate) const fn new(window: usize, bytes_max: u64) -> Self {
        Self { authors: BTreeMap::new(), window, bytes_max }
    }

    /// Another W.
    pub(crate) const fn set_window(&mut self, window: usize) {
        self.window = window;
    }

    /// Whether one more batch is stored without having been asked for.
    pub(crate) fn has_room(&self, author: ValidatorIndex, bytes: u32) -> bool {
        self.authors.get(&author).is_none_or(|known| {
            known.unordered.len() < 2 * self.window
                && known.unordered_bytes + u64::from(bytes) <= self.bytes_max
        })
    }

    /// Counts a batch.
    pub(crate) fn add(&mut self, author: ValidatorIndex, digest: BatchDigest, bytes: u32) {
        let author = self.authors.entry(author).or_default();
        if author.unordered.insert(digest, bytes).is_none() {
            author.unordered_bytes += u64::from(bytes);
        }
    }

    /// The batch was ordered, dropped, or is invalid.
    pub(crate) fn remove(&mut self, author: ValidatorIndex, digest: &BatchDigest) {
        if let Some(author) = self.authors.get_mut(&author) {
            if let Some(bytes) = author.unordered.remove(digest) {
                author.unordered_bytes -= u64::from(bytes);
            }
            author.acknowledged.remove(digest);
        }
    }

    /// Whether the batch may be acknowledged, that is, W are not reached; repeating is always allowed.
    pub(crate) fn acknowledge(
        &mut self,
        author: ValidatorIndex,
        digest: BatchDigest,
        expires: TimeMs,
        now: TimeMs,
    ) -> bool {
        let window = self.window;
        let author = self.authors.entry(author).or_default();
        author.acknowledged.retain(|_, expires| *expires >= now);
        let allowed = author.acknowledged.contains_key(&digest) || author.acknowledged.len() < window;
        if allowed {
            author.acknowledged.insert(digest, expires);
        }
        allowed
    }
}
