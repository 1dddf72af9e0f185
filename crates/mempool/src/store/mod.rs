//! The batch store: append-only segment files, one fdatasync for all batches that wait, an index in memory.

mod index;
mod record;
mod recovery;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use bytes::Bytes;
use disk::Disk;
use parking_lot::Mutex;
use types::{
    Batch, BatchDigest, BatchRef, ChainId, CheckedBatch, Parameters, ValidatorIndex, checked::UncheckedBatch,
};

use crate::{MempoolError, counters::LiveCounters, verified::Verified};
use index::Index;
pub(crate) use writer::{Job, Origin, Writer};

/// The reading side, shared by all threads. The lock is never held during I/O.
#[derive(Debug)]
pub(crate) struct Store {
    index: Mutex<Index>,
    cache_bytes_max: usize,
}

/// A store as found at the start.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    /// Batches held from before, oldest first.
    pub(crate) held: Vec<BatchRef>,
    /// The highest own sequence number ever used, if the store knows.
    pub(crate) own_sequence: Option<u64>,
}

impl Store {
    /// Opens or creates the store.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        own: Option<ValidatorIndex>,
        segment_bytes_max: u64,
        cache_bytes_max: usize,
        counters: &LiveCounters,
    ) -> Result<Opened, MempoolError> {
        let recovered = recovery::recover(&**disk, own)?;
        counters.damaged_records.add(recovered.damaged_records);
        counters.torn_bytes.add(recovered.torn_bytes);
        let held = recovered.references();
        let own_sequence = recovered.own_sequence;
        let mut index = Index::default();
        let writer = Writer::open(Arc::clone(disk), own, segment_bytes_max, &recovered)?;
        index.segments.extend(recovered.segments.into_iter().map(|(number, segment)| (number, (segment, 0))));
        index.segments.entry(writer.number()).or_insert_with(|| (writer.segment().clone(), 0));
        for location in recovered.batches.into_values() {
            index.insert(location);
        }
        let store = Self { index: Mutex::new(index), cache_bytes_max };
        Ok(Opened { store, writer, held, own_sequence })
    }

    /// The canonical bytes of a held batch, from memory or disk; `None`: not held, or damaged on disk.
    pub(crate) fn encoded(&self, digest: &BatchDigest) -> Result<Option<Bytes>, MempoolError> {
        let (segment, location) = {
            let index = self.index.lock();
            if let Some(batch) = index.cached(digest) {
                return Ok(Some(batch.encoded().clone()));
            }
            let Some(location) = index.batches.get(digest).copied() else { return Ok(None) };
            let Some((segment, _)) = index.segments.get(&location.segment) else { return Ok(None) };
            (segment.clone(), location)
        };
        let bytes = segment.read(location.offset, location.reference.bytes as usize)?;
        if Batch::digest_of(&bytes) != *digest {
            tracing::error!(%digest, path = %segment.path.display(), "a stored batch is damaged");
            return Ok(None);
        }
        Ok(Some(bytes.into()))
    }

    /// A held batch. What is no longer in memory is read and verified again.
    pub(crate) fn get(
        &self,
        digest: &BatchDigest,
        chain: &ChainId,
        parameters: &Parameters,
        verified: &Verified,
    ) -> Result<Option<Arc<CheckedBatch>>, MempoolError> {
        if let Some(batch) = self.index.lock().cached(digest) {
            return Ok(Some(batch));
        }
        let Some(encoded) = self.encoded(digest)? else { return Ok(None) };
        let known = |transaction: &types::Transaction| verified.get(transaction);
        let read = UncheckedBatch::read(encoded, chain, parameters, known);
        match read.and_then(UncheckedBatch::verify) {
            Ok(batch) => {
                let batch = Arc::new(batch);
                self.index.lock().remember(Arc::clone(&batch), self.cache_bytes_max);
                Ok(Some(batch))
            }
            Err(error) => {
                tracing::error!(%digest, %error, "a stored batch does not verify");
                Ok(None)
            }
        }
    }
}
