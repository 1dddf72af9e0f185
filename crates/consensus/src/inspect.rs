//! What stands above the low watermark, for those who check a replica from outside.

use types::{Height, ProposalDigest};

use crate::{message::Vote, replica::Replica};

impl Replica {
    /// The prepared certificate with the highest view of each height above low: what a view change would
    /// carry.
    pub fn prepared(&self) -> impl Iterator<Item = Vote> {
        self.prepared.values().map(|prepared| prepared.vote)
    }

    /// The heights above low that are decided here, executed or not, with their digests.
    #[must_use]
    pub fn decided(&self) -> Vec<(Height, ProposalDigest)> {
        let committed = self.chain.committed.iter().map(|(height, committed)| (*height, committed.digest));
        let executed = self.chain.blocks.iter().map(|(height, block)| (*height, block.proposal));
        let mut decided: Vec<_> = committed.chain(executed).filter(|(h, _)| *h > self.chain.low).collect();
        decided.sort_unstable();
        decided.dedup();
        decided
    }
}
