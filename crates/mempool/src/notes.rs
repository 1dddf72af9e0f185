//! Acknowledgements and proofs that arrive: filtered, then verified together. Proofs: see `proofs`.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use types::{
    Acknowledgement, AvailabilityProof, PublicKey, ValidatorIndex,
    crypto::{SignedBytes, verify_each},
};

use crate::{
    acknowledge,
    gate::Permit,
    own::Awaited,
    proofs,
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
    Proof(AvailabilityProof, ValidatorIndex, Permit),
}

/// Verifies and counts until the mempool stops.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<Note>, stop: &Stop) {
    while let Some(notes) = drain(queue, stop, TOGETHER_MAX) {
        let (mut acknowledgements, mut sent) = (Vec::new(), Vec::new());
        // Each note keeps its place in its sender's gate until all are judged.
        let mut permits = Vec::with_capacity(notes.len());
        for note in notes {
            match note {
                Note::Acknowledgement(acknowledgement, from, permit) => {
                    acknowledgements.extend(awaited(shared, acknowledgement, from));
                    permits.push(permit);
                }
                Note::Proof(proof, from, permit) => {
                    sent.push((proof, from));
                    permits.push(permit);
                }
            }
        }
        proofs::take(shared, sent);
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
    let Some(key) = era.validators.key(acknowledgement.signer).filter(|_| from == acknowledgement.signer)
    else {
        shared.counters.acks_invalid.add(1);
        return None;
    };
    let (reference, signer) = (&acknowledgement.reference, acknowledgement.signer);
    match shared.exchange.lock().own.awaits(reference, signer, &era.validators) {
        Awaited::Yes => return Some((acknowledgement, *key)),
        Awaited::Known => {}
        Awaited::Late => shared.counters.acks_received.add(1),
        Awaited::Wrong => shared.counters.acks_invalid.add(1),
    }
    None
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
        let digest = &ack.reference.digest;
        let proof =
            shared.exchange.lock().own.acknowledge(digest, ack.signer, ack.signature, &era.validators);
        shared.counters.acks_received.add(1);
        if let Some(proof) = proof {
            acknowledge::announce(shared, proof);
        }
    }
}
