//! The form of a segment file.
//!
//! ```text
//! header  magic 8 ‖ salt 8 ‖ own sequence floor u64 ‖ crc32 u32 over the 24 bytes before ‖ zero 4      32 bytes
//! record  marker 4 (the salt's first bytes) ‖ kind u8 ‖ length u32 ‖ crc32 u32 ‖ payload               13 + length
//! crc32 of a record: over salt ‖ offset of the record u64 ‖ kind ‖ length ‖ payload
//! kind 1  a batch: its reference in canonical form (66 bytes) ‖ the batch's canonical bytes
//! kind 2  batches dropped: their digests, 32 bytes each
//! ```
//! Integers are little-endian. The salt is random, so nobody can put bytes into a transaction that would be
//! taken for a record when the file is searched for the end of a damaged part.

use crc32fast::Hasher;
use types::{BatchDigest, BatchRef, codec};

pub(super) const HEADER: usize = 32;
pub(super) const PREFIX: usize = 13;
pub(super) const REFERENCE: usize = 66;
const MAGIC: [u8; 8] = *b"hansebs1";
const BATCH: u8 = 1;
const DROPPED: u8 = 2;

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) salt: [u8; 8],
    /// The highest sequence number this node had given to a batch when the segment was made.
    pub(super) own_sequence: u64,
}

/// A record as found in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A batch and where its payload begins.
    Batch { reference: BatchRef, offset: u64 },
    /// Digests of dropped batches.
    Dropped(Vec<BatchDigest>),
}

impl Header {
    pub(super) fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.salt);
        bytes[16..24].copy_from_slice(&self.own_sequence.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..24]);
        bytes[24..28].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        let salt = bytes[8..16].try_into().ok()?;
        let own_sequence = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
        let header = Self { salt, own_sequence };
        (header.encode() == *bytes).then_some(header)
    }
}

/// The prefix of a batch's record at `offset`.
pub(super) fn batch_prefix(salt: &[u8; 8], offset: u64, reference: &[u8], encoded: &[u8]) -> [u8; PREFIX] {
    prefix(salt, offset, BATCH, &[reference, encoded])
}

/// The prefix of a record of dropped batches at `offset`.
pub(super) fn dropped_prefix(salt: &[u8; 8], offset: u64, payload: &[u8]) -> [u8; PREFIX] {
    prefix(salt, offset, DROPPED, &[payload])
}

fn prefix(salt: &[u8; 8], offset: u64, kind: u8, payload: &[&[u8]]) -> [u8; PREFIX] {
    let length: usize = payload.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = [0; PREFIX];
    bytes[..4].copy_from_slice(&salt[..4]);
    bytes[4] = kind;
    bytes[5..9].copy_from_slice(&length);
    bytes[9..].copy_from_slice(&crc(salt, offset, kind, &length, payload).to_le_bytes());
    bytes
}

fn crc(salt: &[u8; 8], offset: u64, kind: u8, length: &[u8], payload: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(salt);
    hasher.update(&offset.to_le_bytes());
    hasher.update(&[kind]);
    hasher.update(length);
    for part in payload {
        hasher.update(part);
    }
    hasher.finalize()
}

/// Reads the record at `offset`; `None` when it is damaged or incomplete. Also says where the next begins.
pub(super) fn read(salt: &[u8; 8], file: &[u8], offset: usize) -> Option<(Found, usize)> {
    let prefix = file.get(offset..offset + PREFIX)?;
    if prefix[..4] != salt[..4] {
        return None;
    }
    let (kind, length) = (prefix[4], &prefix[5..9]);
    let start = offset + PREFIX;
    let end = start.checked_add(u32::from_le_bytes(length.try_into().ok()?) as usize)?;
    let payload = file.get(start..end)?;
    if crc(salt, offset as u64, kind, length, &[payload]).to_le_bytes() != prefix[9..] {
        return None;
    }
    let found = match kind {
        BATCH => {
            let reference: BatchRef = codec::decode(payload.get(..REFERENCE)?).ok()?;
            Found::Batch { reference, offset: (start + REFERENCE) as u64 }
        }
        DROPPED => Found::Dropped(payload.chunks(32).filter_map(BatchDigest::from_slice).collect()),
        _ => return None,
    };
    Some((found, end))
}

/// The next offset after `offset` at which a good record stands.
pub(super) fn resume(salt: &[u8; 8], file: &[u8], offset: usize) -> Option<usize> {
    let marker = &salt[..4];
    (offset + 1..file.len().saturating_sub(PREFIX))
        .find(|place| file[*place..].starts_with(marker) && read(salt, file, *place).is_some())
}
