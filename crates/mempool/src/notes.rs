//! Acknowledgements and proofs that arrive: filtered, then verified together.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use types::{
    Acknowledgement, AvailabilityProof, PublicKey, ValidatorIndex,
    crypto::{SignedBytes, verify_each},
};

use crate::{
    MempoolEvent, acknowledge,
    gate::Permit,
    lifecycle,
    own::Awaited,
    shared::Shared,
    threads::{Stop, drain},
};

/// Notes verified together.
const TOGETHER_MAX: usize = 256;

/// A note that waits, with its place in its sender's gate.
pub(crate) enum Note {
    /// From its signer.
    Acknowledgement(Acknowledgement, ValidatorIndex, Permit),
    /// From anybody of the set.
    Proof(AvailabilityProof, Permit),
}

/// Verifies and counts until the mempool stops.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<Note>, stop: &Stop) {
    while let Some(notes) = drain(queue, stop, TOGETHER_MAX) {
        let mut acknowledgements = Vec::new();
        for note in notes {
            match note {
                Note::Acknowledgement(acknowledgement, from, _permit) => {
                    acknowledgements.extend(awaited(shared, acknowledgement, from));
                }
                Note::Proof(proof, _permit) => take_proof(shared, proof),
            }
        }
        take_acknowledgements(shared, &acknowledgements);
    }
}

/// Lets through what would count if its signature is good.
fn awaited(
    shared: &Shared,
    acknowledgement: Acknowledgement,
    from: ValidatorIndex,
) -> Option<(Acknowledgement, PublicKey)> {
    let era = shared.era();
    let key = era.validators.key(acknowledgement.signer).filter(|_| from == acknowledgement.signer);
    let awaited = shared.exchange.lock().own.awaits(&acknowledgement.reference, acknowledgement.signer);
    match (key, awaited) {
        (Some(key), Awaited::Yes) => Some((acknowledgement, *key)),
        (Some(_), Awaited::Known) => None,
        (None, Awaited::Yes | Awaited::Known | Awaited::Wrong) | (Some(_), Awaited::Wrong) => {
            shared.counters.acks_invalid.add(1);
            None
        }
    }
}

fn take_acknowledgements(shared: &Shared, acknowledgements: &[(Acknowledgement, PublicKey)]) {
    let era = shared.era();
    let messages: Vec<_> =
        acknowledgements.iter().map(|(ack, _)| ack.reference.acknowledgement_bytes(&shared.chain)).collect();
    let item = |((ack, key), message): (&(Acknowledgement, PublicKey), _)| SignedBytes {
        key: *key,
        signature: ack.signature,
        message,
    };
    let items: Vec<_> = acknowledgements.iter().zip(messages.iter().map(Vec::as_slice)).map(item).collect();
    for ((ack, _), good) in acknowledgements.iter().zip(verify_each(&items)) {
        if !good {
            shared.counters.acks_invalid.add(1);
            continue;
        }
        shared.counters.acks_received.add(1);
        let digest = &ack.reference.digest;
        let proof =
            shared.exchange.lock().own.acknowledge(digest, ack.signer, ack.signature, &era.validators);
        if let Some(proof) = proof {
            acknowledge::announce(shared, proof);
        }
    }
}

fn take_proof(shared: &Shared, proof: AvailabilityProof) {
    let digest = proof.reference.digest;
    let signatures = proof.signatures.len();
    let wanted = |known: Option<&usize>| known.is_none_or(|known| *known < signatures);
    {
        let exchange = shared.exchange.lock();
        // Of a batch ordered or dropped long ago a proof may still be on its way: it is no news.
        if exchange.done.get(&digest).is_some() || !wanted(exchange.proven.get(&digest)) {
            return;
        }
    }
    let era = shared.era();
    if proof.reference.epoch != era.epoch || proof.verify(&shared.chain, &era.validators).is_err() {
        shared.counters.proofs_invalid.add(1);
        return;
    }
    shared.counters.proofs_received.add(1);
    let live = {
        let mut exchange = shared.exchange.lock();
        if proof.reference.epoch != shared.era().epoch {
            return;
        }
        exchange.proven.insert(digest, signatures);
        exchange.held.get(&digest).is_some_and(|held| !held.ordered)
    };
    if live
        && Some(proof.reference.author) != era.me()
        && let Some(batch) = shared.batch(&digest)
    {
        lifecycle::certified(shared, &batch);
    }
    shared.tell(MempoolEvent::ProofReceived(proof));
}
