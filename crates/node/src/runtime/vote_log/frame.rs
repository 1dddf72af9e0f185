//! Frames of the vote log: one frame per fdatasync, so that a crash can tear only the last one.
//!
//! ```text
//! length u32 LE | crc32 u32 LE over length and payload | payload: canonical Vec<LogRecord>
//! ```

use consensus::LogRecord;
use types::codec;

/// Largest payload of a frame, in bytes; a commit record with its proposal is far below it.
pub const PAYLOAD_BYTES_MAX: u32 = 64 << 20;
const HEAD_BYTES: usize = 8;
const SECTOR_BYTES: usize = 512;

/// What stands at an offset of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A good frame: its records and the offset after it.
    Records(Vec<LogRecord>, usize),
    /// The file ends here.
    End,
    /// The last write did not complete and was never acknowledged: cut here.
    Torn,
    /// Bytes that were durable have changed.
    Damaged(&'static str),
}

/// Encodes records as one frame.
#[must_use]
pub fn encode(records: &[LogRecord]) -> Vec<u8> {
    let payload = codec::encode(&records);
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(&checksum(&length, &payload).to_le_bytes());
    bytes.extend_from_slice(&payload);
    bytes
}

/// Reads the frame at `offset` of the whole file's bytes.
#[must_use]
pub fn read(file: &[u8], offset: usize) -> Frame {
    let rest = &file[offset..];
    if rest.is_empty() {
        return Frame::End;
    }
    let Some((head, body)) = rest.split_at_checked(HEAD_BYTES) else { return Frame::Torn };
    let (length_bytes, crc_bytes) = head.split_at(4);
    let (Ok(length_bytes), Ok(crc_bytes)) =
        (<[u8; 4]>::try_from(length_bytes), <[u8; 4]>::try_from(crc_bytes))
    else {
        return Frame::Torn;
    };
    let length = u32::from_le_bytes(length_bytes);
    if rest.iter().all(|byte| *byte == 0) {
        return Frame::Torn;
    }
    if length == 0 || length > PAYLOAD_BYTES_MAX {
        return Frame::Damaged("a frame's length is impossible");
    }
    let Some(payload) = body.get(..length as usize) else {
        return if has_good_frame(file, offset + 1) {
            Frame::Damaged("a frame's length was changed")
        } else {
            Frame::Torn
        };
    };
    let end = offset + HEAD_BYTES + payload.len();
    if checksum(&length_bytes, payload) != u32::from_le_bytes(crc_bytes) {
        let is_last = end == file.len();
        return if is_last && has_unwritten_sector(payload) {
            Frame::Torn
        } else {
            Frame::Damaged("a frame's checksum does not fit")
        };
    }
    match codec::decode_canonical::<Vec<LogRecord>>(payload) {
        Ok(records) => Frame::Records(records, end),
        Err(_) => Frame::Damaged("a frame's records cannot be decoded"),
    }
}

fn checksum(length: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(length);
    hasher.update(payload);
    hasher.finalize()
}

/// A file grows before its data arrives: a write cut by a power loss leaves sectors of zeros.
fn has_unwritten_sector(payload: &[u8]) -> bool {
    payload.len() < SECTOR_BYTES && payload.iter().all(|byte| *byte == 0)
        || payload.windows(SECTOR_BYTES).step_by(64).any(|sector| sector.iter().all(|byte| *byte == 0))
}

/// Whether any good frame starts after `from`: then what stands before it was durable once.
fn has_good_frame(file: &[u8], from: usize) -> bool {
    (from..file.len().saturating_sub(HEAD_BYTES)).any(|offset| {
        let head = &file[offset..offset + HEAD_BYTES];
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        let crc = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let payload = file.get(offset + HEAD_BYTES..offset + HEAD_BYTES + length as usize);
        length > 0 && payload.is_some_and(|payload| checksum(&head[..4], payload) == crc)
    })
}
