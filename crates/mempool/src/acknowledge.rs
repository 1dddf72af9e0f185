//! Acknowledgements given, and what follows when a batch became durable.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use types::{Acknowledgement, AvailabilityProof, BatchRef, CheckedBatch, Signature, TimeMs, ports::Signer};

use crate::{
    MempoolError, MempoolEvent, PoolMessage, Recipients, lifecycle,
    shared::Shared,
    store::{Job, Origin, Writer},
};

/// Batches and notes written with one sync.
const TOGETHER_MAX: usize = 256;

/// The writer's thread: everything that waits is written, synced once and told, until told to stop.
pub(crate) fn write_batches(
    shared: &Arc<Shared>,
    mut writer: Writer,
    queue: &Receiver<Job>,
) -> Result<(), MempoolError> {
    let mut running = true;
    while running {
        let Ok(first) = queue.recv() else { return Ok(()) };
        let (mut batches, mut dropped) = (Vec::new(), Vec::new());
        for job in std::iter::once(first).chain(queue.try_iter().take(TOGETHER_MAX)) {
            match job {
                Job::Batch(batch, origin) => batches.push((batch, origin)),
                Job::Drop(digests) => dropped.extend(digests),
                Job::Stop => running = false,
            }
        }
        writer.write(&shared.store, &batches, &dropped)?;
        let mut old = Vec::new();
        for (batch, origin) in batches {
            shared.counters.batches_stored.add(1);
            shared.counters.stored_bytes.add(batch.encoded().len());
            let live = match origin {
                Origin::Own => own_is_durable(shared, batch.reference()),
                Origin::Peer => others_is_durable(shared, &batch),
            };
            if !live {
                forget_old(shared, batch.reference());
                old.push(batch.reference().digest);
            }
        }
        // Not by a job: this thread alone empties the queue of jobs.
        if !old.is_empty() {
            writer.write(&shared.store, &[], &old)?;
        }
    }
    Ok(())
}

/// The own acknowledgement counts from here on. False where the batch's epoch, or our seat, is over.
pub(crate) fn own_is_durable(shared: &Shared, reference: &BatchRef) -> bool {
    let era = shared.era();
    let signer = era.signer.as_deref().filter(|signer| signer.index() == reference.author);
    let Some(signer) = signer else { return false };
    let signature = sign(shared, signer, reference);
    let proof = {
        let mut exchange = shared.exchange.lock();
        // Under the lock: from here on the end of the epoch finds it among what is held.
        if reference.epoch != shared.era().epoch {
            return false;
        }
        exchange.hold(reference);
        exchange.own.acknowledge(&reference.digest, signer.index(), signature, &era.validators)
    };
    shared.tell(MempoolEvent::BatchHeld(*reference));
    if let Some(proof) = proof {
        announce(shared, proof);
    }
    true
}

/// The epoch ended while the batch was on its way to the disk: it is held, then forgotten like the others.
fn forget_old(shared: &Shared, reference: &BatchRef) {
    shared.exchange.lock().hold(reference);
    lifecycle::forget(shared, &[reference.digest]);
}

fn others_is_durable(shared: &Shared, batch: &CheckedBatch) -> bool {
    let reference = batch.reference();
    let (ordered, proven) = {
        let mut exchange = shared.exchange.lock();
        if reference.epoch != shared.era().epoch {
            return false;
        }
        (exchange.hold(reference), exchange.proven.get(&reference.digest).is_some())
    };
    if proven && !ordered {
        lifecycle::certified(shared, batch);
    }
    if !ordered {
        acknowledge(shared, reference);
    }
    shared.tell(MempoolEvent::BatchHeld(*reference));
    true
}

/// Acknowledges a held batch, unless its expiry is out of range or its author has W live ones already.
pub(crate) fn acknowledge(shared: &Shared, reference: &BatchRef) {
    let era = shared.era();
    let Some(signer) = era.signer.as_deref() else { return };
    let now = shared.now();
    let allowed = expiry_in_range(shared, reference.expires, now)
        && shared.exchange.lock().authors.acknowledge(
            reference.author,
            reference.digest,
            reference.expires,
            now,
        );
    if !allowed {
        shared.counters.acks_withheld.add(1);
        return;
    }
    let signature = sign(shared, signer, reference);
    let acknowledgement = Acknowledgement { signer: signer.index(), reference: *reference, signature };
    shared.counters.acks_sent.add(1);
    shared.send(Recipients::One(reference.author), PoolMessage::Acknowledgement(acknowledgement));
}

/// Clocks differ: an expiry may lie `clock_lag` back, or `batch_lifetime` and `clock_drift` ahead.
fn expiry_in_range(shared: &Shared, expires: TimeMs, now: TimeMs) -> bool {
    let era = shared.era();
    let parameters = &era.parameters;
    let latest = now.plus(parameters.batch_lifetime_ms).plus(parameters.clock_drift_ms);
    (now.minus(parameters.clock_lag_ms)..=latest).contains(&expires)
}

/// Tells of a proof for an own batch and spreads it.
pub(crate) fn announce(shared: &Shared, proof: AvailabilityProof) {
    shared.counters.proofs_made.add(1);
    let acks = proof.signatures.len();
    shared.send(Recipients::All, PoolMessage::Proof(proof.clone()));
    shared.tell(MempoolEvent::BatchCertified { proof, acks });
    // The next batch may have waited for this one.
    shared.wake_maker();
}

fn sign(shared: &Shared, signer: &dyn Signer, reference: &BatchRef) -> Signature {
    signer.sign(&reference.acknowledgement_bytes(&shared.chain))
}
