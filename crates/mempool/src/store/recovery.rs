//! Reads what an earlier run left: every good record counts, a torn tail is cut, damage is skipped and
//! counted (a batch can be fetched from others again).

use std::collections::BTreeMap;

use disk::Disk;
use types::{BatchDigest, BatchRef, ValidatorIndex};

use super::{
    index::Location,
    record::{self, Found, HEADER, Header},
    segment::{Good, Segment, sync_dir},
};
use crate::MempoolError;

/// What the store holds at its opening.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) segments: BTreeMap<u64, Segment>,
    pub(super) batches: BTreeMap<BatchDigest, Location>,
    /// The highest own sequence number found.
    pub(super) own_sequence: Option<u64>,
    pub(super) damaged_records: usize,
    pub(super) torn_bytes: usize,
}

/// Reads all segments in order.
pub(super) fn recover(disk: &dyn Disk, own: Option<ValidatorIndex>) -> Result<Recovered, MempoolError> {
    disk.prepare().map_err(|source| MempoolError::io("creating", disk.path(), source))?;
    let names = disk.list().map_err(|source| MempoolError::io("listing", disk.path(), source))?;
    let mut numbers: Vec<_> = names.iter().filter_map(|name| Segment::number_of(name)).collect();
    numbers.sort_unstable();
    let last = numbers.last().copied();
    let mut recovered = Recovered::default();
    for number in numbers {
        recovered.read_segment(disk, number, last == Some(number), own)?;
    }
    // A segment may have got its name just before the end.
    sync_dir(disk)?;
    Ok(recovered)
}

impl Recovered {
    fn read_segment(
        &mut self,
        disk: &dyn Disk,
        number: u64,
        is_last: bool,
        own: Option<ValidatorIndex>,
    ) -> Result<(), MempoolError> {
        let name = Segment::name_of(number);
        let path = disk.path().join(&name);
        let file =
            disk.read(&name).map_err(|source| MempoolError::Unreadable { path: path.clone(), source })?;
        let Some(file) = file else { return Ok(()) };
        let Some(header) = Header::decode(&file) else {
            return self.set_aside(disk, &name, file.len(), is_last);
        };
        if own.is_some() {
            self.own_sequence = self.own_sequence.max(Some(header.own_sequence).filter(|floor| *floor > 0));
        }
        let mut offset = HEADER;
        while offset < file.len() {
            let Some((found, next)) = record::read(&header.salt, &file, offset) else {
                match record::resume(&header.salt, &file, offset) {
                    Some(next) => {
                        tracing::warn!(path = %path.display(), from = offset, to = next, "damaged batch record skipped");
                        self.damaged_records += 1;
                        offset = next;
                        continue;
                    }
                    None => break,
                }
            };
            self.take(found, number, own);
            offset = next;
        }
        if offset < file.len() {
            self.torn_bytes += file.len() - offset;
        }
        let good = Good { bytes: &file[..offset], found: file.len(), is_synced: !is_last };
        let segment = Segment::open(disk, name, header.salt, &good)?;
        self.segments.insert(number, segment);
        Ok(())
    }

    fn take(&mut self, found: Found, segment: u64, own: Option<ValidatorIndex>) {
        match found {
            Found::Batch { reference, offset } => {
                if Some(reference.author) == own {
                    self.own_sequence = self.own_sequence.max(Some(reference.sequence.get()));
                }
                self.batches.insert(reference.digest, Location { segment, offset, reference });
            }
            Found::Dropped(digests) => {
                for digest in digests {
                    self.batches.remove(&digest);
                }
            }
        }
    }

    /// A segment without a readable header: the newest one was being made when the node died; any other
    /// is damage, and is kept for people under another name.
    fn set_aside(
        &mut self,
        disk: &dyn Disk,
        name: &str,
        length: usize,
        is_last: bool,
    ) -> Result<(), MempoolError> {
        let path = disk.path().join(name);
        if is_last && length <= HEADER {
            self.torn_bytes += length;
            disk.remove(name).map_err(|source| MempoolError::io("removing", &path, source))
        } else {
            tracing::warn!(path = %path.display(), "batch segment without a readable header set aside");
            self.damaged_records += 1;
            let aside = name.replace(".batches", ".damaged");
            disk.rename(name, &aside).map_err(|source| MempoolError::io("setting aside", &path, source))
        }
    }

    /// The references held, oldest segment first, then in the order of the file.
    pub(super) fn references(&self) -> Vec<BatchRef> {
        let mut places: Vec<_> = self.batches.values().collect();
        places.sort_by_key(|location| (location.segment, location.offset));
        places.into_iter().map(|location| location.reference).collect()
    }
}
