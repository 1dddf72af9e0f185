//! The bytes of a whole log: written as blocks, read as frames, and the rule that tells torn from damaged.

use serde::{Serialize, de::DeserializeOwned};
use types::codec;

use crate::{
    block::{self, BLOCK_BYTES, Block, PART_BYTES, blocks_of},
    header::Header,
};

/// Largest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 32 << 20;

/// What a file holds.
#[derive(Debug)]
pub struct Content<R> {
    /// The first block.
    pub header: Header,
    /// All records of complete frames, oldest first.
    pub records: Vec<R>,
}

/// Bytes that were durable have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Where.
    pub offset: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Appends the blocks of one frame, to stand from block `first` of the file on.
pub fn encode_frame(header: &Header, first: u64, payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    for (place, part) in (0_u32..).zip(payload.chunks(PART_BYTES)) {
        block::encode(header, first + u64::from(place), length, place, part, out);
    }
}

/// Reads a whole file.
///
/// # Errors
/// [`Damage`].
pub fn read<R: Serialize + DeserializeOwned>(file: &[u8]) -> Result<Content<R>, Damage> {
    let header = Header::decode(file).map_err(|what| Damage { offset: 0, what })?;
    let blocks = Blocks::read(&header, file)?;
    let mut records = Vec::new();
    let mut at = 1;
    while let Some((payload, next)) = blocks.frame(at) {
        let damage = Damage { offset: at * BLOCK_BYTES, what: "a frame's records cannot be decoded" };
        records.extend(codec::decode_canonical::<Vec<R>>(&payload).map_err(|_| damage)?);
        at = next;
    }
    blocks.judge_tail(at)?;
    Ok(Content { header, records })
}

/// The blocks of a file; the header is number 0.
struct Blocks<'a>(Vec<Block<'a>>);

impl<'a> Blocks<'a> {
    fn read(header: &Header, file: &'a [u8]) -> Result<Self, Damage> {
        let whole = file.len() / BLOCK_BYTES * BLOCK_BYTES;
        if file[whole..].iter().any(|byte| *byte != 0) {
            return Err(Damage { offset: whole, what: "the file was cut inside a block" });
        }
        let blocks = (0_u64..).zip(file.chunks_exact(BLOCK_BYTES));
        Ok(Self(blocks.map(|(number, bytes)| block::read(header, number, bytes)).collect()))
    }

    /// The complete frame that begins at block `at`, and where the next one begins.
    fn frame(&self, at: usize) -> Option<(Vec<u8>, usize)> {
        let Some(Block::Good(first)) = self.0.get(at) else { return None };
        let blocks = self.0.get(at..at + blocks_of(first.length))?;
        let mut payload = Vec::with_capacity(blocks.len() * PART_BYTES);
        for (place, block) in blocks.iter().enumerate() {
            match block {
                Block::Good(part) if part.length == first.length && part.place == place => {
                    payload.extend_from_slice(part.bytes);
                }
                Block::Good(_) | Block::Empty | Block::Cut | Block::Damaged => return None,
            }
        }
        payload.truncate(first.length);
        Some((payload, at + blocks.len()))
    }

    /// Whether what stands from block `at` on can be one frame that was being written at a crash.
    fn judge_tail(&self, at: usize) -> Result<(), Damage> {
        let damage = |number: usize, what| Err(Damage { offset: number * BLOCK_BYTES, what });
        let mut length = None;
        for (number, block) in self.0.iter().enumerate().skip(at) {
            match block {
                Block::Empty | Block::Cut => {}
                Block::Damaged => return damage(number, "a block does not fit its checksum"),
                Block::Good(part) if part.place != number - at => {
                    return damage(at, "a frame is incomplete, but a later one follows");
                }
                Block::Good(part) if *length.get_or_insert(part.length) != part.length => {
                    return damage(number, "a block is of another frame than those before it");
                }
                Block::Good(_) => {}
            }
        }
        let end = length.map_or(at, |length| at + blocks_of(length));
        if end >= self.0.len() {
            return damage(self.0.len(), "the file ends too early");
        }
        let stray = (end..self.0.len()).find(|number| length.is_some() && self.0[*number] != Block::Empty);
        stray.map_or(Ok(()), |number| damage(number, "something stands behind the last frame"))
    }
}
