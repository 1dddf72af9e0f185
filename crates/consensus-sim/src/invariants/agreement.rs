//! S1, agreement: for each height one header hash over all honest nodes, for ever (PBFT §4.5.1, safety;
//! `threats.md` S1). What was certified counts like what was executed, and restarts forget nothing.

use std::collections::BTreeMap;

use types::{BlockHash, Certificate, Height};

use super::{Verdict, require};
use crate::queue::Place;

/// The one hash of each height.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    hashes: BTreeMap<Height, BlockHash>,
    executed: Height,
}

impl Agreement {
    /// Whether nobody executed this height before.
    pub fn is_first(&self, height: Height) -> bool {
        height > self.executed
    }

    /// The highest executed height.
    pub fn height(&self) -> Height {
        self.executed
    }

    /// A node executed a block.
    pub fn executed(&mut self, place: Place, height: Height, hash: BlockHash) -> Verdict {
        self.executed = self.executed.max(height);
        let known = *self.hashes.entry(height).or_insert(hash);
        require(known == hash, "agreement", || {
            format!(
                "node {place} executed {hash:?} at height {height}, where {known:?} was executed or certified"
            )
        })
    }

    /// A quorum signed a header.
    pub fn certified(&mut self, certificate: &Certificate) -> Verdict {
        let hash = certificate.header_hash;
        let known = *self.hashes.entry(certificate.height).or_insert(hash);
        require(known == hash, "agreement", || {
            format!(
                "{hash:?} is certified at height {}, where {known:?} was executed or certified",
                certificate.height
            )
        })
    }
}
