//! Batches of other validators: judged by their first bytes, verified as a whole, written, acknowledged.

use std::sync::Arc;

use bytes::Bytes;
use crossbeam_channel::Receiver;
use types::{
    Batch, BatchDigest, BatchSequence, CheckedBatch, Epoch, TimeMs, ValidatorIndex, checked::InvalidBatch,
    codec,
};

use crate::{
    acknowledge,
    exchange::Judged,
    gate::Permit,
    shared::Shared,
    store::{Job, Origin},
    threads::{Stop, drain},
};

/// Author, sequence, epoch, expiry, count: where they stand in a batch's canonical bytes.
const PREFIX: usize = 2 + 8 + 8 + 8 + 8;

/// A batch that waits for a verification worker.
pub(crate) struct PeerBatch {
    pub(crate) from: Option<ValidatorIndex>,
    pub(crate) bytes: Bytes,
    pub(crate) permit: Permit,
}

/// What a batch says of itself before it is verified; the digest is true.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) author: ValidatorIndex,
    pub(crate) epoch: Epoch,
    pub(crate) digest: BatchDigest,
    pub(crate) bytes: u32,
}

impl Arrival {
    fn read(bytes: &Bytes) -> Option<Self> {
        type Prefix = (ValidatorIndex, BatchSequence, Epoch, TimeMs, u64);
        let (author, _, epoch, _, _) = codec::decode::<Prefix>(bytes.get(..PREFIX)?).ok()?;
        Some(Self { author, epoch, digest: Batch::digest_of(bytes), bytes: u32::try_from(bytes.len()).ok()? })
    }
}

/// A worker: verifies batches until the mempool stops.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<PeerBatch>, stop: &Stop) {
    while let Some(batches) = drain(queue, stop, 1) {
        for PeerBatch { from, bytes, permit } in batches {
            shared.counters.batches_received.add(1);
            take(shared, from, bytes);
            drop(permit);
        }
    }
}

fn take(shared: &Shared, from: Option<ValidatorIndex>, bytes: Bytes) {
    let era = shared.era();
    let known =
        |arrival: &Arrival| era.validators.get(arrival.author).is_some() || arrival.epoch != era.epoch;
    let Some(arrival) = Arrival::read(&bytes).filter(known) else {
        shared.counters.batches_invalid.add(1);
        return;
    };
    if arrival.epoch != era.epoch {
        shared.counters.batches_refused.add(1);
        return;
    }
    let judged = shared.exchange.lock().arrive(from, &arrival);
    match judged {
        Judged::Taken => verify(shared, from, &arrival, bytes),
        Judged::AcknowledgeAgain(reference) => acknowledge::acknowledge(shared, &reference),
        Judged::Known => {}
        Judged::Refused => shared.counters.batches_refused.add(1),
    }
}

fn verify(shared: &Shared, from: Option<ValidatorIndex>, arrival: &Arrival, bytes: Bytes) {
    let known = |transaction: &types::Transaction| shared.verified.get(transaction);
    match CheckedBatch::check_with(bytes, &shared.chain, &shared.era().parameters, known) {
        Ok(batch) => {
            shared.verified.insert(batch.transactions());
            shared.write(Job::Batch(Arc::new(batch), Origin::Peer));
        }
        Err(error) => {
            shared.exchange.lock().abandon(arrival);
            shared.counters.batches_invalid.add(1);
            shared.counters.signatures_bad.add(usize::from(error == InvalidBatch::Signature));
            if from == Some(arrival.author) {
                shared.counters.invalid_batch_of(arrival.author);
            }
            tracing::debug!(author = %arrival.author, digest = %arrival.digest, %error, "invalid batch");
        }
    }
}
