//! Reads what an earlier run left: every good record counts, a torn tail is cut, damage is skipped and
//! counted (a batch can be fetched from others again).

use std::{collections::BTreeMap, fs, path::Path};

use types::{BatchDigest, BatchRef, ValidatorIndex};

use super::{
    index::Location,
    record::{self, Found, HEADER, Header},
    segment::{Segment, sync_dir},
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
pub(super) fn recover(dir: &Path, own: Option<ValidatorIndex>) -> Result<Recovered, MempoolError> {
    fs::create_dir_all(dir).map_err(|source| MempoolError::io("creating", dir, source))?;
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        sync_dir(parent)?;
    }
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir).map_err(|source| MempoolError::io("listing", dir, source))? {
        let entry = entry.map_err(|source| MempoolError::io("listing", dir, source))?;
        numbers.extend(Segment::number_of(&entry.path()));
    }
    numbers.sort_unstable();
    let last = numbers.last().copied();
    let mut recovered = Recovered::default();
    for number in numbers {
        recovered.read_segment(dir, number, last == Some(number), own)?;
    }
    Ok(recovered)
}

impl Recovered {
    fn read_segment(
        &mut self,
        dir: &Path,
        number: u64,
        is_last: bool,
        own: Option<ValidatorIndex>,
    ) -> Result<(), MempoolError> {
        let path = Segment::path_of(dir, number);
        let file = fs::read(&path).map_err(|source| MempoolError::io("reading", &path, source))?;
        let Some(header) = Header::decode(&file) else {
            return self.set_aside(dir, number, file.len(), is_last);
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
        let segment = Segment::open(path, header.salt, offset as u64, file.len() as u64)?;
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
        dir: &Path,
        number: u64,
        length: usize,
        is_last: bool,
    ) -> Result<(), MempoolError> {
        let path = Segment::path_of(dir, number);
        if is_last && length <= HEADER {
            self.torn_bytes += length;
            fs::remove_file(&path).map_err(|source| MempoolError::io("removing", &path, source))?;
        } else {
            tracing::warn!(path = %path.display(), "batch segment without a readable header set aside");
            self.damaged_records += 1;
            let aside = path.with_extension("damaged");
            fs::rename(&path, &aside).map_err(|source| MempoolError::io("setting aside", &path, source))?;
        }
        sync_dir(dir)
    }

    /// The references held, oldest segment first, then in the order of the file.
    pub(super) fn references(&self) -> Vec<BatchRef> {
        let mut places: Vec<_> = self.batches.values().collect();
        places.sort_by_key(|location| (location.segment, location.offset));
        places.into_iter().map(|location| location.reference).collect()
    }
}
