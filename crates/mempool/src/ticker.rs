//! What happens by time: resends, fetch retries, fresh budgets. Waits are counted in ticks, so that a wall
//! clock that jumps changes nothing.

use std::{sync::Arc, time::Duration};

use crossbeam_channel::RecvTimeoutError;

use crate::{MempoolError, PoolMessage, Recipients, acknowledge, shared::Shared, threads::Stop};

/// Ticks until the mempool stops.
pub(crate) fn work(shared: &Arc<Shared>, interval: Duration, stop: &Stop) -> Result<(), MempoolError> {
    while stop.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        tick(shared)?;
    }
    Ok(())
}

/// One tick.
pub(crate) fn tick(shared: &Shared) -> Result<(), MempoolError> {
    let now = shared.now();
    let era = shared.era();
    let me = era.me();
    let others: Vec<_> = era.validators.indices().filter(|index| Some(*index) != me).collect();
    let (proofs, resends, retries) = {
        let mut exchange = shared.exchange.lock();
        exchange.tick += 1;
        exchange.served.clear();
        let tick = exchange.tick;
        let resends = exchange.own.resends(tick, now, &others, shared.config.resent_bytes_per_tick);
        let proofs = exchange.own.prove_waiting(tick, &era.validators);
        (proofs, resends, exchange.fetching.retries(tick))
    };
    for proof in proofs {
        acknowledge::announce(shared, proof);
    }
    for (peer, digest) in resends {
        if let Some(batch) = shared.store.encoded(&digest)? {
            shared.counters.batches_resent.add(1);
            shared.send(Recipients::One(peer), PoolMessage::Batch(batch));
        }
    }
    for (peer, digests) in retries {
        shared.counters.fetches_sent.add(digests.len());
        shared.send(Recipients::One(peer), PoolMessage::Fetch(digests));
    }
    shared.update_room();
    Ok(())
}
