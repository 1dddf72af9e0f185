//! S4, chain integrity: height + 1, parent hash, time strictly growing, and the header names the proposal
//! it executes (`threats.md` S4; `consensus.md`, "Time").

use types::{BlockHash, Height, TimeMs};

use super::{Verdict, require};
use crate::store::StoredBlock;

/// The newest block of the agreed chain.
#[derive(Debug, Default)]
pub(super) struct Chain {
    height: Height,
    hash: BlockHash,
    time: TimeMs,
}

impl Chain {
    /// A height was executed for the first time anywhere.
    pub fn block(&mut self, block: &StoredBlock) -> Verdict {
        let header = &block.header;
        let follows = header.height == self.height.next() && header.parent == self.hash;
        let grows = header.time > self.time && header.time >= block.proposal.time;
        let bound = header.proposal == block.proposal.digest() && header.hash() == block.hash;
        require(follows && grows && bound, "chain", || {
            format!("{header:?} does not follow height {} {:?} at {}", self.height, self.hash, self.time)
        })?;
        (self.height, self.hash, self.time) = (header.height, block.hash, header.time);
        Ok(())
    }
}
