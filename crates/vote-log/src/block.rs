//! One block of a frame.

use crate::header::Header;

/// The unit in which a disk writes.
pub const BLOCK_BYTES: usize = 512;
/// Bytes of a frame that a block holds.
pub const PART_BYTES: usize = SEAL_AT - PART_AT;

const PART_AT: usize = 12;
const SEAL_AT: usize = BLOCK_BYTES - SEAL.len();
/// Ends every block; no byte of it is zero, and no flipped bit makes one zero.
const SEAL: [u8; 4] = [0xd5, 0xb3, 0xe9, 0x97];

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block<'a> {
    /// Zeros: nothing was written here.
    Empty,
    /// A write that a crash cut short.
    Cut,
    /// A good block.
    Good(Part<'a>),
    /// It was whole once.
    Damaged,
}

/// A piece of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Bytes of the whole frame.
    pub length: usize,
    /// Which block of its frame it is.
    pub place: usize,
    /// Its bytes; in a frame's last block with zeros behind.
    pub bytes: &'a [u8],
}

/// How many blocks a frame of `length` bytes takes.
pub const fn blocks_of(length: usize) -> usize {
    length.div_ceil(PART_BYTES)
}

/// Appends the block of a frame that will stand as block `number` of the file.
pub fn encode(header: &Header, number: u64, length: u32, place: u32, part: &[u8], out: &mut Vec<u8>) {
    let mut block = [0; BLOCK_BYTES];
    block[4..8].copy_from_slice(&length.to_le_bytes());
    block[8..PART_AT].copy_from_slice(&place.to_le_bytes());
    block[PART_AT..PART_AT + part.len()].copy_from_slice(part);
    block[SEAL_AT..].copy_from_slice(&SEAL);
    let checksum = checksum(header, number, &block);
    block[..4].copy_from_slice(&checksum.to_le_bytes());
    out.extend_from_slice(&block);
}

/// Judges block `number` of the file, whose [`BLOCK_BYTES`] bytes are given.
pub fn read<'a>(header: &Header, number: u64, block: &'a [u8]) -> Block<'a> {
    let field =
        |at: usize| block[at..at + 4].iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    let seal = &block[SEAL_AT..];
    if seal != SEAL {
        return if block.iter().all(|byte| *byte == 0) {
            Block::Empty
        } else if is_cut(seal) {
            Block::Cut
        } else {
            Block::Damaged
        };
    }
    if checksum(header, number, block) != field(0) {
        return Block::Damaged;
    }
    let (length, place) = (field(4) as usize, field(8) as usize);
    if place >= blocks_of(length) {
        return Block::Damaged;
    }
    Block::Good(Part { length, place, bytes: &block[PART_AT..SEAL_AT] })
}

/// A write that stopped inside a block left zeros from there on: the seal's end is missing.
fn is_cut(seal: &[u8]) -> bool {
    (0..SEAL.len()).any(|kept| seal[..kept] == SEAL[..kept] && seal[kept..].iter().all(|byte| *byte == 0))
}

fn checksum(header: &Header, number: u64, block: &[u8]) -> u32 {
    let mut hasher = header.checksum();
    hasher.update(&number.to_le_bytes());
    hasher.update(&block[4..]);
    hasher.finalize()
}
