//! What the node calls for every newly certified block.

use std::sync::Arc;

use types::{Height, ResultRecord};

use crate::api::Shared;

/// Tells clients of certified blocks. Cheap to clone; never blocks.
#[derive(Clone)]
pub struct BlockFeed {
    shared: Arc<Shared>,
}

impl BlockFeed {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Call for each block, in order of height, **after** `ChainReader` shows it as certified: those who wait
    /// for one of its transactions are told, subscribers go on. `results` are in the block's order.
    pub fn certified(&self, height: Height, results: &[ResultRecord]) {
        let time = self.shared.ports.chain.certified().header.time;
        self.shared.waiters.certified(height, results, time);
        self.shared.newest.send_modify(|newest| *newest = (*newest).max(height));
    }
}
