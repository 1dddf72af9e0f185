//! The batch maker: closes a batch when it is full or its first transaction has waited long enough.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use types::{Batch, BatchSequence, CheckedBatch, CheckedTransaction};

use crate::{
    PoolMessage, Recipients,
    pending::{Due, key_of},
    shared::Shared,
    store::{Job, Origin},
};

/// Bytes of a batch without transactions: author, sequence, epoch, expiry, count.
const EMPTY_BATCH_BYTES: usize = 2 + 8 + 8 + 8 + 8;

/// Makes batches until the mempool stops; what still waits then is packed and stored.
pub(crate) fn work(shared: &Arc<Shared>) {
    while let Some(transactions) = next(shared) {
        make(shared, transactions);
    }
}

/// Waits until a batch is due and there is room for it: a seat, and fewer than W own batches unordered
/// (back-pressure).
fn next(shared: &Shared) -> Option<Vec<CheckedTransaction>> {
    let mut pending = shared.pending.lock();
    loop {
        let era = shared.era();
        let bytes_max = era.parameters.max_batch_bytes as usize - EMPTY_BATCH_BYTES;
        let delay = Duration::from_millis(era.parameters.max_batch_delay_ms);
        let has_room = era.me().is_some() && shared.own_live.load(Ordering::SeqCst) < era.window();
        let deadline = match pending.due(bytes_max) {
            Due::Never => None,
            Due::Now => Some(Instant::now()),
            Due::Since(since) if shared.is_busy() => Some(since + delay.max(shared.busy_delay())),
            Due::Since(since) => Some(since + delay),
        };
        let stopping = shared.is_stopping();
        match deadline.filter(|_| has_room) {
            Some(deadline) if stopping || deadline <= Instant::now() => return Some(pending.take(bytes_max)),
            _ if stopping => return None,
            Some(deadline) => {
                shared.work.wait_until(&mut pending, deadline);
            }
            None => shared.work.wait(&mut pending),
        }
    }
}

/// Packs, sends and stores at the same time. The own acknowledgement waits for the disk.
fn make(shared: &Shared, transactions: Vec<CheckedTransaction>) {
    let era = shared.era();
    let Some(author) = era.me() else {
        // The seat was lost while they were taken: they wait for another one.
        return shared.pending.lock().give_back(&transactions);
    };
    let batch = Batch {
        author,
        sequence: BatchSequence::new(shared.next_sequence.fetch_add(1, Ordering::SeqCst)),
        epoch: era.epoch,
        expires: shared.now().plus(era.parameters.batch_lifetime_ms),
        transactions: transactions.iter().map(|checked| checked.get().bytes().clone()).collect(),
    };
    let keys = transactions.iter().map(|checked| key_of(checked.get())).collect();
    let batch = Arc::new(CheckedBatch::pack(&batch, transactions));
    let reference = *batch.reference();
    {
        let mut exchange = shared.exchange.lock();
        let tick = exchange.tick;
        exchange.own.made(reference, keys, tick);
        shared.own_live.fetch_add(1, Ordering::SeqCst);
    }
    shared.pending.lock().batched(reference.digest, batch.transactions());
    shared.counters.batches_made.add(1);
    shared.send(Recipients::All, PoolMessage::Batch(batch.encoded().clone()));
    shared.write(Job::Batch(batch, Origin::Own));
}
