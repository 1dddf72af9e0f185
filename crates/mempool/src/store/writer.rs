//! The only writer of the store: takes everything that waits, writes it, syncs once, then tells.

use std::sync::Arc;

use disk::Disk;
use types::{BatchDigest, CheckedBatch, ValidatorIndex};

use super::{
    Store,
    index::Location,
    recovery::Recovered,
    segment::{Segment, sync_dir},
};
use crate::MempoolError;

/// Whose batch is written, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made here.
    Own,
    /// Received.
    Peer,
}

/// Work for the writer.
#[derive(Debug)]
pub(crate) enum Job {
    /// Make this durable.
    Batch(Arc<CheckedBatch>, Origin),
    /// These are no longer needed.
    Drop(Vec<BatchDigest>),
    /// Nothing follows.
    Stop,
}

/// Owns the newest segment.
#[derive(Debug)]
pub(crate) struct Writer {
    disk: Arc<dyn Disk>,
    own: Option<ValidatorIndex>,
    own_sequence: u64,
    segment_bytes_max: u64,
    number: u64,
    segment: Segment,
}

impl Writer {
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        own: Option<ValidatorIndex>,
        segment_bytes_max: u64,
        recovered: &Recovered,
    ) -> Result<Self, MempoolError> {
        let own_sequence = recovered.own_sequence.unwrap_or(0);
        let (number, segment) = match recovered.segments.last_key_value() {
            Some((number, segment)) => (*number, segment.clone()),
            None => (1, Segment::create(&*disk, 1, own_sequence)?),
        };
        Ok(Self { disk, own, own_sequence, segment_bytes_max, number, segment })
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) const fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Writes batches and notes drops; when this returns, the batches are durable and readable.
    pub(crate) fn write(
        &mut self,
        store: &Store,
        batches: &[(Arc<CheckedBatch>, Origin)],
        dropped: &[BatchDigest],
    ) -> Result<(), MempoolError> {
        let mut places = Vec::with_capacity(batches.len());
        for (batch, _) in batches {
            self.rotate_if_full(store)?;
            let offset = self.segment.append(batch)?;
            let reference = *batch.reference();
            if Some(reference.author) == self.own {
                self.own_sequence = self.own_sequence.max(reference.sequence.get());
            }
            places.push(Location { segment: self.number, offset, reference });
        }
        if !batches.is_empty() {
            self.segment.sync()?;
        }
        let mut index = store.index.lock();
        for (location, (batch, _)) in places.into_iter().zip(batches) {
            index.insert(location);
            index.remember(Arc::clone(batch), store.cache_bytes_max);
        }
        drop(index);
        self.drop_batches(store, dropped)
    }

    fn drop_batches(&mut self, store: &Store, dropped: &[BatchDigest]) -> Result<(), MempoolError> {
        let mut index = store.index.lock();
        let gone: Vec<BatchDigest> = dropped.iter().filter(|digest| index.remove(digest)).copied().collect();
        let empty = index.take_empty();
        drop(index);
        if !gone.is_empty() {
            self.segment.append_dropped(&gone)?;
        }
        for segment in &empty {
            self.disk
                .remove(&segment.name)
                .map_err(|source| MempoolError::io("removing", &segment.path, source))?;
        }
        if empty.is_empty() { Ok(()) } else { sync_dir(&*self.disk) }
    }

    fn rotate_if_full(&mut self, store: &Store) -> Result<(), MempoolError> {
        if self.segment.length < self.segment_bytes_max {
            return Ok(());
        }
        self.segment.sync()?;
        self.number += 1;
        self.segment = Segment::create(&*self.disk, self.number, self.own_sequence)?;
        store.index.lock().segments.insert(self.number, (self.segment.clone(), 0));
        Ok(())
    }
}
