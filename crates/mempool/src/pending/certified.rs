//! Which transactions stand in other validators' live certified batches. Best effort: when it is full,
//! a transaction may stand in two batches, which execution settles.

use std::collections::BTreeMap;

use types::BatchDigest;

use super::Key;

/// Transactions indexed at once.
const KEYS_MAX: usize = 200_000;

/// Both directions of "is in".
#[derive(Debug, Default)]
pub(super) struct CertifiedIndex {
    batches: BTreeMap<Key, BatchDigest>,
    keys: BTreeMap<BatchDigest, Vec<Key>>,
}

impl CertifiedIndex {
    pub(super) fn batch_of(&self, key: &Key) -> Option<BatchDigest> {
        self.batches.get(key).copied()
    }

    /// Indexes a batch once and returns the keys for which it is now the batch.
    pub(super) fn insert(&mut self, digest: BatchDigest, keys: impl Iterator<Item = Key>) -> Vec<Key> {
        if self.keys.contains_key(&digest) || self.batches.len() >= KEYS_MAX {
            return Vec::new();
        }
        let fresh: Vec<Key> = keys.filter(|key| !self.batches.contains_key(key)).collect();
        self.batches.extend(fresh.iter().map(|key| (*key, digest)));
        self.keys.insert(digest, fresh.clone());
        fresh
    }

    /// Forgets a batch and returns its keys.
    pub(super) fn remove(&mut self, digest: &BatchDigest) -> Vec<Key> {
        let keys = self.keys.remove(digest).unwrap_or_default();
        for key in &keys {
            self.batches.remove(key);
        }
        keys
    }
}
