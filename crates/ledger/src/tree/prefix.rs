//! Names of pages: a path cut after a whole number of nibbles.

use types::Hash;

/// Levels of the tree in one page; a prefix grows by as many bits.
pub(super) const PAGE_LEVELS: usize = 4;

/// The first `4 * nibbles` bits of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix {
    nibbles: u8,
    path: Hash,
}

impl Prefix {
    /// The prefix of every path.
    pub const ROOT: Self = Self { nibbles: 0, path: [0; 32] };

    /// The first `depth` bits of a path; `depth` is a multiple of four below 256.
    #[must_use]
    pub fn of(path: &Hash, depth: usize) -> Self {
        let nibbles = depth / PAGE_LEVELS;
        let mut cut = [0; 32];
        cut[..nibbles / 2].copy_from_slice(&path[..nibbles / 2]);
        if nibbles % 2 == 1 {
            cut[nibbles / 2] = path[nibbles / 2] & 0xf0;
        }
        Self { nibbles: u8::try_from(nibbles).unwrap_or(u8::MAX), path: cut }
    }

    /// How many bits of a path it fixes.
    pub(super) const fn depth(&self) -> usize {
        PAGE_LEVELS * self.nibbles as usize
    }

    /// A path that begins with it.
    pub(super) const fn path(&self) -> &Hash {
        &self.path
    }

    /// The key of the page: the number of nibbles (u8), then the nibbles, high one first, padded with
    /// zero to whole bytes. Pages of one level stand together.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let length = usize::from(self.nibbles).div_ceil(2);
        let mut key = Vec::with_capacity(1 + length);
        key.push(self.nibbles);
        key.extend_from_slice(&self.path[..length]);
        key
    }
}
