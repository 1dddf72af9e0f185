//! On an idle network no block passes an awaited expiry by itself: ask for an empty one, at most once per
//! interval.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;
use types::{TimeMs, ports::NodeInformation};

use crate::{api::Shared, counters::Counters};

/// Asks for empty blocks, rate-limited.
pub(crate) struct Nudge {
    node: Arc<dyn NodeInformation>,
    interval: Duration,
    last: Mutex<Option<Instant>>,
    counters: Arc<Counters>,
}

impl Nudge {
    pub(crate) fn new(node: Arc<dyn NodeInformation>, interval: Duration, counters: Arc<Counters>) -> Self {
        Self { node, interval, last: Mutex::new(None), counters }
    }

    /// An outcome is awaited whose expiry has passed by the clock, but not by block time.
    pub(crate) fn ask_if_past(&self, valid_until: TimeMs, block_time: TimeMs) {
        if valid_until >= now() || block_time > valid_until {
            return;
        }
        {
            let mut last = self.last.lock();
            if last.is_some_and(|last| last.elapsed() < self.interval) {
                return;
            }
            *last = Some(Instant::now());
        }
        self.counters.empty_blocks_requested.add_one();
        self.node.request_empty_block();
    }
}

/// Watches over the earliest awaited expiry as long as the services run.
pub(crate) async fn watch(shared: &Shared) {
    let mut tick = tokio::time::interval(shared.limits.empty_block_interval.max(Duration::from_millis(1)));
    loop {
        tick.tick().await;
        if let Some(valid_until) = shared.waiters.earliest_expiry() {
            shared.nudge.ask_if_past(valid_until, shared.ports.chain.certified().header.time);
        }
    }
}

fn now() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
