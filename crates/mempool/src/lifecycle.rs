//! What consensus and ledger tell the mempool: batches ordered and dropped, transactions committed, time.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use types::{BatchDigest, BatchRef, CheckedBatch, Height, TimeMs, TransactionId, ValidatorIndex};

use crate::{Era, MempoolError, MempoolEvent, era::Present, pace, shared::Shared, store::Job};

/// A block's batches are ordered.
pub(crate) fn ordered(shared: &Shared, height: Height, references: &[BatchRef]) {
    let mut settled = Vec::with_capacity(references.len());
    {
        let mut exchange = shared.exchange.lock();
        for reference in references {
            exchange.order(reference);
            settled.push((reference.digest, exchange.own.remove(&reference.digest).unwrap_or_default()));
        }
    }
    {
        let mut pending = shared.pending.lock();
        for (digest, keys) in &settled {
            pending.batch_ordered(digest, keys);
        }
    }
    tracing::trace!(%height, batches = references.len(), "batches ordered");
    shared.update_room();
}

/// Batches are needed no more: their bodies are in the ledger, or they expired unordered. What is still
/// alive in a dropped unordered batch is queued again.
pub(crate) fn prune(shared: &Shared, dropped: &[BatchDigest]) {
    forget(shared, dropped);
    shared.write(Job::Drop(dropped.to_vec()));
}

/// As [`prune`], but for the store.
pub(crate) fn forget(shared: &Shared, dropped: &[BatchDigest]) {
    // Own batches are forgotten when they are ordered, so these were not.
    let mut own = Vec::new();
    {
        let mut exchange = shared.exchange.lock();
        for digest in dropped {
            exchange.fetching.end(digest);
            let Some(held) = exchange.held.remove(digest) else { continue };
            exchange.order(&held.reference);
            let is_own = exchange.own.remove(digest).is_some();
            if is_own {
                own.push(*digest);
            }
        }
    }
    for digest in own {
        requeue(shared, &digest);
    }
    {
        let mut pending = shared.pending.lock();
        for digest in dropped {
            pending.certified_dropped(digest);
        }
    }
    shared.update_room();
}

fn requeue(shared: &Shared, digest: &BatchDigest) {
    let Some(batch) = shared.batch(digest) else { return };
    let block_time = shared.chain_time();
    let alive = |checked: &&types::CheckedTransaction| {
        checked.get().body().valid_until >= block_time && !shared.state.is_seen(checked.get())
    };
    let alive: Vec<_> = batch.transactions().iter().filter(alive).collect();
    let mut pending = shared.pending.lock();
    for transaction in alive {
        pending.restore(transaction, *digest);
    }
}

/// Another's held batch is certified: what waits here and is in it waits for it, unless its epoch ended
/// meanwhile.
pub(crate) fn certified(shared: &Shared, batch: &CheckedBatch) {
    let reference = batch.reference();
    shared.pending.lock().certified(reference.digest, batch.transactions());
    if reference.epoch != shared.era().epoch {
        shared.pending.lock().certified_dropped(&reference.digest);
    }
}

/// Ids that were executed.
pub(crate) fn committed(shared: &Shared, ids: &[TransactionId]) {
    let mut pending = shared.pending.lock();
    for id in ids {
        pending.committed(id);
    }
}

/// Block time moved on.
pub(crate) fn set_chain_time(shared: &Shared, time: TimeMs) {
    shared.chain_time.fetch_max(time.get(), Ordering::Relaxed);
    let expired = shared.pending.lock().expire(shared.chain_time());
    if !expired.is_empty() {
        shared.counters.expired.add(expired.len());
        shared.tell(MempoolEvent::Expired(expired));
    }
}

/// Another epoch begins; from here on nothing of the one before is taken, acknowledged or made.
pub(crate) fn enter_epoch(shared: &Shared, era: Era) -> Result<(), MempoolError> {
    let present = Present::begin(era, &shared.config)?;
    shared.exchange.lock().authors.set_window(present.window());
    *shared.present.write() = Arc::new(present);
    shared.counters.forgive();
    leave_older_epochs(shared);
    Ok(())
}

/// Drops what no block can name any more. A batch on its way to the disk follows when it gets there.
pub(crate) fn leave_older_epochs(shared: &Shared) {
    let epoch = shared.era().epoch;
    let old: Vec<_> = {
        let exchange = shared.exchange.lock();
        let held = exchange.held.values().filter(|held| held.reference.epoch != epoch && !held.ordered);
        held.map(|held| held.reference.digest).collect()
    };
    prune(shared, &old);
}

/// Held batches that cannot be proposed any more by anybody's clock.
pub(crate) fn releasable(shared: &Shared) -> Vec<BatchDigest> {
    let time = shared.chain_time();
    let lag = shared.era().parameters.clock_lag_ms;
    let exchange = shared.exchange.lock();
    let past = exchange.held.values().filter(|held| time > held.reference.expires.plus(lag));
    past.map(|held| held.reference.digest).collect()
}

/// Consensus needs a batch.
pub(crate) fn fetch(shared: &Shared, reference: &BatchRef, from: &[ValidatorIndex]) {
    let era = shared.era();
    let me = era.me();
    let from: Vec<_> = from
        .iter()
        .filter(|peer| Some(**peer) != me && era.validators.get(**peer).is_some())
        .copied()
        .collect();
    let held = {
        let mut exchange = shared.exchange.lock();
        // What is held, not what was asked for: a false reference must not pass for a held one.
        let held = exchange.held.get(&reference.digest).map(|held| held.reference);
        if held.is_none() {
            // Well before anybody takes the wait for the primary's slowness.
            let most = era.parameters.view_timeout_ms / 8 / pace::TICK_MS;
            let (tick, usual) = (exchange.tick, shared.pace.ticks(1, Instant::now()).min(most));
            exchange.fetching.begin(reference, &from, tick, usual);
        }
        held
    };
    if let Some(held) = held {
        shared.tell(MempoolEvent::BatchHeld(held));
    }
}
