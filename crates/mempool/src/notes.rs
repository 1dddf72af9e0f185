//! Acknowledgements and proofs that arrive: filtered, then verified together.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use types::{
    Acknowledgement, AvailabilityProof, PublicKey, ValidatorIndex,
    crypto::{BadSignature, SignedBytes, verify_batch, verify_each},
};

use crate::{
    MempoolEvent, acknowledge,
    era::Present,
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
        let (mut acknowledgements, mut proofs) = (Vec::new(), Vec::new());
        // Each note keeps its place in its sender's gate until all are judged.
        let mut permits = Vec::with_capacity(notes.len());
        for note in notes {
            match note {
                Note::Acknowledgement(acknowledgement, from, permit) => {
                    acknowledgements.extend(awaited(shared, acknowledgement, from));
                    permits.push(permit);
                }
                Note::Proof(proof, permit) => {
                    proofs.push(proof);
                    permits.push(permit);
                }
            }
        }
        take_proofs(shared, proofs);
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
            shared.wake_maker();
        }
    }
}

/// Verifies proofs that are news in one go; only when a signature is bad, each by itself.
fn take_proofs(shared: &Shared, proofs: Vec<AvailabilityProof>) {
    let era = shared.era();
    let proofs: Vec<_> = proofs.into_iter().filter(|proof| is_news(shared, proof)).collect();
    let messages: Vec<_> =
        proofs.iter().map(|proof| proof.reference.acknowledgement_bytes(&shared.chain)).collect();
    let mut formed = Vec::new();
    let mut items = Vec::new();
    for (proof, message) in proofs.iter().zip(&messages) {
        match proof.items(message, &era.validators) {
            Ok(signed) if proof.reference.epoch == era.epoch => {
                items.extend(signed.iter().cloned());
                formed.push((proof, signed));
            }
            Ok(_) | Err(BadSignature) => shared.counters.proofs_invalid.add(1),
        }
    }
    let all_good = verify_batch(&items).is_ok();
    for (proof, signed) in formed {
        if all_good || verify_batch(&signed).is_ok() {
            take_proof(shared, &era, proof);
        } else {
            shared.counters.proofs_invalid.add(1);
        }
    }
}

fn is_news(shared: &Shared, proof: &AvailabilityProof) -> bool {
    let digest = &proof.reference.digest;
    let exchange = shared.exchange.lock();
    // Of a batch ordered or dropped long ago a proof may still be on its way: it is no news.
    exchange.done.get(digest).is_none()
        && exchange.proven.get(digest).is_none_or(|known| *known < proof.signatures.len())
}

fn take_proof(shared: &Shared, era: &Present, proof: &AvailabilityProof) {
    let digest = proof.reference.digest;
    if !is_news(shared, proof) {
        return;
    }
    shared.counters.proofs_received.add(1);
    let live = {
        let mut exchange = shared.exchange.lock();
        if proof.reference.epoch != shared.era().epoch {
            return;
        }
        exchange.proven.insert(digest, proof.signatures.len());
        exchange.held.get(&digest).is_some_and(|held| !held.ordered)
    };
    if live
        && Some(proof.reference.author) != era.me()
        && let Some(batch) = shared.batch(&digest)
    {
        lifecycle::certified(shared, &batch);
    }
    shared.tell(MempoolEvent::ProofReceived(proof.clone()));
}
