//! Answers other validators' fetches, each within its budget.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use types::{BatchDigest, ValidatorIndex};

use crate::{
    MempoolError, PoolMessage, Recipients,
    gate::Permit,
    shared::Shared,
    threads::{Stop, drain},
};

/// A fetch that waits.
pub(crate) struct Request {
    pub(crate) from: ValidatorIndex,
    pub(crate) digests: Vec<BatchDigest>,
    pub(crate) permit: Permit,
}

/// Answers until the mempool stops.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<Request>, stop: &Stop) -> Result<(), MempoolError> {
    while let Some(requests) = drain(queue, stop, 1) {
        for Request { from, digests, permit } in requests {
            for digest in &digests {
                answer(shared, from, digest)?;
            }
            drop(permit);
        }
    }
    Ok(())
}

fn answer(shared: &Shared, from: ValidatorIndex, digest: &BatchDigest) -> Result<(), MempoolError> {
    let granted = {
        let mut exchange = shared.exchange.lock();
        let bytes = exchange.held.get(digest).map(|held| u64::from(held.reference.bytes));
        let served = exchange.served.entry(from).or_default();
        let granted = bytes.filter(|_| *served < shared.config.served_bytes_per_tick);
        *served += granted.unwrap_or(0);
        granted.is_some()
    };
    match if granted { shared.store.encoded(digest)? } else { None } {
        Some(batch) => {
            shared.counters.fetches_served.add(1);
            shared.send(Recipients::One(from), PoolMessage::Batch(batch));
        }
        None => shared.counters.fetches_refused.add(1),
    }
    Ok(())
}
