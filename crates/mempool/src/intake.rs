//! Batches of other validators: judged by their first bytes, verified as a whole, written, acknowledged.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use crossbeam_channel::Receiver;
use parking_lot::Mutex;
use types::{
    Batch, BatchDigest, BatchSequence, Epoch, TimeMs, ValidatorIndex,
    checked::{InvalidBatch, UncheckedBatch},
    codec,
};

use crate::{
    acknowledge,
    exchange::Judged,
    gate::Permit,
    shared::Shared,
    store::{Job, Origin},
    threads::{Stop, gather},
};

/// Batches taken from the queue at once, and about how many of their signatures are verified in one go.
const TOGETHER_MAX: usize = 32;
const SIGNATURES_MAX: usize = 512;
/// How long a batch waits for others while own ones are on their way: this part of the time in queues,
const PATIENCE_PART: u32 = 4;
/// but at least so long,
const PATIENCE_LEAST: Duration = Duration::from_millis(15);
/// and no longer than this.
const PATIENCE_MOST: Duration = Duration::from_millis(100);
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

/// A batch that is well-formed and under way.
struct Read {
    from: Option<ValidatorIndex>,
    arrival: Arrival,
    batch: UncheckedBatch,
    permit: Permit,
}

/// A worker: verifies batches until the mempool stops, those that wait together; one worker gathers at a time.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<PeerBatch>, gathering: &Mutex<()>, stop: &Stop) {
    loop {
        let gathered = {
            let _one = gathering.lock();
            let queueing = || shared.pace.queueing(Instant::now());
            let patience = || (queueing() / PATIENCE_PART).clamp(PATIENCE_LEAST, PATIENCE_MOST);
            gather(queue, stop, TOGETHER_MAX, patience, || shared.is_busy())
        };
        let Some((batches, _)) = gathered else { return };
        let (mut together, mut signatures) = (Vec::new(), 0);
        for PeerBatch { from, bytes, permit } in batches {
            shared.counters.batches_received.add(1);
            let Some(arrival) = judge(shared, from, &bytes) else { continue };
            let Some(batch) = read(shared, from, &arrival, bytes) else { continue };
            let read = Read { from, arrival, batch, permit };
            if from != Some(read.arrival.author) || shared.counters.has_sent_invalid(read.arrival.author) {
                // Fetched, so that nobody answers for it, or of one who has sent a bad one: it may cost itself a
                // second look, but no others.
                verify(shared, vec![read]);
                continue;
            }
            signatures += read.batch.signatures();
            together.push(read);
            if signatures >= SIGNATURES_MAX {
                verify(shared, std::mem::take(&mut together));
                signatures = 0;
            }
        }
        verify(shared, together);
    }
}

/// Whether the batch is wanted; if so, it is under way from here on.
fn judge(shared: &Shared, from: Option<ValidatorIndex>, bytes: &Bytes) -> Option<Arrival> {
    let era = shared.era();
    let known =
        |arrival: &Arrival| era.validators.get(arrival.author).is_some() || arrival.epoch != era.epoch;
    let Some(arrival) = Arrival::read(bytes).filter(known) else {
        shared.counters.batches_invalid.add(1);
        return None;
    };
    if arrival.epoch != era.epoch {
        shared.counters.batches_refused.add(1);
        return None;
    }
    let judged = shared.exchange.lock().arrive(from, &arrival);
    match judged {
        Judged::Taken => return Some(arrival),
        Judged::AcknowledgeAgain(reference) => acknowledge::acknowledge(shared, &reference),
        Judged::Known => {}
        Judged::Refused => shared.counters.batches_refused.add(1),
    }
    None
}

fn read(
    shared: &Shared,
    from: Option<ValidatorIndex>,
    arrival: &Arrival,
    bytes: Bytes,
) -> Option<UncheckedBatch> {
    let known = |transaction: &types::Transaction| shared.verified.get(transaction);
    UncheckedBatch::read(bytes, &shared.chain, &shared.era().parameters, known)
        .map_err(|error| invalid(shared, from, arrival, &error))
        .ok()
}

fn verify(shared: &Shared, batches: Vec<Read>) {
    let (mut arrivals, mut unchecked) =
        (Vec::with_capacity(batches.len()), Vec::with_capacity(batches.len()));
    for read in batches {
        arrivals.push((read.from, read.arrival, read.permit));
        unchecked.push(read.batch);
    }
    for ((from, arrival, permit), checked) in
        arrivals.into_iter().zip(UncheckedBatch::verify_together(unchecked))
    {
        match checked {
            Ok(batch) => {
                shared.verified.insert(batch.transactions());
                shared.write(Job::Batch(Arc::new(batch), Origin::Peer));
            }
            Err(error) => invalid(shared, from, &arrival, &error),
        }
        drop(permit);
    }
}

fn invalid(shared: &Shared, from: Option<ValidatorIndex>, arrival: &Arrival, error: &InvalidBatch) {
    shared.exchange.lock().abandon(arrival);
    shared.counters.batches_invalid.add(1);
    shared.counters.signatures_bad.add(usize::from(*error == InvalidBatch::Signature));
    if from == Some(arrival.author) {
        shared.counters.invalid_batch_of(arrival.author);
    }
    tracing::debug!(author = %arrival.author, digest = %arrival.digest, %error, "invalid batch");
}
