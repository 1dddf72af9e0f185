//! S3, exactly once: each transaction stands at most once in the agreed chain, however many batches, nodes,
//! views and resubmissions carried it (`threats.md` S3; SmartBFT #500, CCF #617, fabric #1943).

use std::collections::BTreeMap;

use types::Height;

use super::{Verdict, require};
use crate::store::StoredBlock;

/// Where each transaction stands.
#[derive(Debug, Default)]
pub(super) struct ExactlyOnce {
    heights: BTreeMap<u64, Height>,
}

impl ExactlyOnce {
    /// A height was executed for the first time anywhere.
    pub fn block(&mut self, block: &StoredBlock) -> Verdict {
        let height = block.header.height;
        for id in &block.executed {
            let before = self.heights.insert(*id, height);
            require(before.is_none(), "exactly_once", || {
                format!("transaction {id} has an effect at height {height} and at {before:?}")
            })?;
        }
        Ok(())
    }

    /// Whether a transaction had its effect.
    pub fn contains(&self, id: u64) -> bool {
        self.heights.contains_key(&id)
    }
}
