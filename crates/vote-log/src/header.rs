//! The first block of the file, and the seed of all checksums behind it.

use types::VoteLogId;

use crate::block::BLOCK_BYTES;

const MAGIC: &[u8; 8] = b"HANSEVL2";
/// Of the format before, whose torn ends could not be told from damage.
const MAGIC_BEFORE: &[u8; 8] = b"HANSEVL1";
const GENERATION_AT: usize = 40;
const CHECKSUM_AT: usize = 48;

/// What a log begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Drawn when the log was created.
    pub id: VoteLogId,
    /// How often the file was written anew.
    pub generation: u64,
}

impl Header {
    /// Its block.
    pub fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut block = [0; BLOCK_BYTES];
        block[..8].copy_from_slice(MAGIC);
        block[8..GENERATION_AT].copy_from_slice(self.id.as_bytes());
        block[GENERATION_AT..CHECKSUM_AT].copy_from_slice(&self.generation.to_le_bytes());
        let checksum = crc32fast::hash(&block[..CHECKSUM_AT]);
        block[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&checksum.to_le_bytes());
        block
    }

    /// Reads the first block of a file, or says what is wrong with it.
    pub fn decode(file: &[u8]) -> Result<Self, &'static str> {
        let before = file.starts_with(MAGIC_BEFORE);
        let wrong =
            if before { "its format, HANSEVL1, is not read any more" } else { "the header does not fit" };
        Self::decode_present(file).ok_or(wrong)
    }

    fn decode_present(file: &[u8]) -> Option<Self> {
        let block = file.get(..BLOCK_BYTES)?;
        let id = VoteLogId::from_slice(&block[8..GENERATION_AT])?;
        let generation = u64::from_le_bytes(block[GENERATION_AT..CHECKSUM_AT].try_into().ok()?);
        let header = Self { id, generation };
        (header.encode() == *block).then_some(header)
    }

    /// The log that comes after this one under the same id.
    pub const fn next(&self) -> Self {
        Self { id: self.id, generation: self.generation.saturating_add(1) }
    }

    /// A checksum that knows id and generation: blocks of another log or of an older file fit nowhere.
    pub fn checksum(&self) -> crc32fast::Hasher {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.id.as_bytes());
        hasher.update(&self.generation.to_le_bytes());
        hasher
    }
}
