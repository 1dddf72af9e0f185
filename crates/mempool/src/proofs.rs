//! Others' proofs that arrive: those that wait are verified in one go, each different one once. Who sent a bad one
//! in this epoch is judged alone, so that it costs no others a second look.

use types::{
    AvailabilityProof, ValidatorIndex,
    crypto::{BadSignature, SignedBytes, verify_batch},
};

use crate::{MempoolEvent, era::Present, lifecycle, shared::Shared};

/// A proof and all who sent just these bytes.
struct Sent {
    proof: AvailabilityProof,
    senders: Vec<ValidatorIndex>,
}

/// Takes proofs with their senders, of at most one drained queue.
pub(crate) fn take(shared: &Shared, proofs: Vec<(AvailabilityProof, ValidatorIndex)>) {
    let era = shared.era();
    let news = different(proofs.into_iter().filter(|(proof, _)| is_news(shared, proof)));
    // Of the last epoch, honest ones may still be on their way: they count against nobody.
    let (present, old): (Vec<_>, Vec<_>) =
        news.into_iter().partition(|sent| sent.proof.reference.epoch == era.epoch);
    shared.counters.proofs_invalid.add(old.iter().map(|sent| sent.senders.len()).sum());
    let is_suspect = |sent: &Sent| sent.senders.iter().all(|from| shared.counters.has_sent_invalid(*from));
    let (alone, together): (Vec<_>, Vec<_>) = present.into_iter().partition(is_suspect);
    verify(shared, &era, &together);
    for sent in alone {
        verify(shared, &era, &[sent]);
    }
}

/// Each different proof once, in the order in which they came.
fn different(proofs: impl IntoIterator<Item = (AvailabilityProof, ValidatorIndex)>) -> Vec<Sent> {
    let mut different: Vec<Sent> = Vec::new();
    for (proof, from) in proofs {
        match different.iter_mut().find(|known| known.proof == proof) {
            Some(known) => known.senders.push(from),
            None => different.push(Sent { proof, senders: vec![from] }),
        }
    }
    different
}

/// In one go; only when a signature is bad, each by itself.
fn verify(shared: &Shared, era: &Present, proofs: &[Sent]) {
    let messages: Vec<_> =
        proofs.iter().map(|sent| sent.proof.reference.acknowledgement_bytes(&shared.chain)).collect();
    let (mut formed, mut items) = (Vec::new(), Vec::<SignedBytes<'_>>::new());
    for (sent, message) in proofs.iter().zip(&messages) {
        match sent.proof.items(message, &era.validators) {
            Ok(signed) => {
                items.extend(signed.iter().cloned());
                formed.push((sent, signed));
            }
            Err(BadSignature) => refuse(shared, sent),
        }
    }
    let all_good = verify_batch(&items).is_ok();
    let again = !all_good && formed.len() > 1;
    shared.counters.proofs_again.add(if again { formed.len() } else { 0 });
    for (sent, signed) in formed {
        if all_good || (again && verify_batch(&signed).is_ok()) {
            accept(shared, era, &sent.proof);
        } else {
            refuse(shared, sent);
        }
    }
}

fn refuse(shared: &Shared, sent: &Sent) {
    for from in &sent.senders {
        tracing::debug!(%from, digest = %sent.proof.reference.digest, "invalid proof");
        shared.counters.invalid_proof_of(*from);
    }
}

fn is_news(shared: &Shared, proof: &AvailabilityProof) -> bool {
    let digest = &proof.reference.digest;
    let exchange = shared.exchange.lock();
    // Of a batch ordered or dropped long ago a proof may still be on its way: it is no news.
    exchange.done.get(digest).is_none()
        && exchange.proven.get(digest).is_none_or(|known| *known < proof.signatures.len())
}

fn accept(shared: &Shared, era: &Present, proof: &AvailabilityProof) {
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

#[cfg(test)]
mod tests {
    use types::{BatchDigest, BatchRef, BatchSequence, Epoch, Signature, TimeMs};

    use super::*;

    fn proof(sequence: u64, signature: u8) -> AvailabilityProof {
        let reference = BatchRef {
            author: ValidatorIndex::new(1),
            sequence: BatchSequence::new(sequence),
            epoch: Epoch::ZERO,
            digest: BatchDigest::new([0; 32]),
            bytes: 0,
            count: 0,
            expires: TimeMs::new(0),
        };
        AvailabilityProof {
            reference,
            signatures: vec![(ValidatorIndex::new(1), Signature::new([signature; 64]))],
        }
    }

    #[test]
    fn the_same_proof_is_looked_at_once_and_all_its_senders_answer_for_it() {
        let [one, two] = [ValidatorIndex::new(1), ValidatorIndex::new(2)];
        let sent = [(proof(1, 1), one), (proof(1, 2), two), (proof(1, 1), two), (proof(2, 1), one)];
        let different = different(sent);
        let found: Vec<_> = different.into_iter().map(|sent| (sent.proof, sent.senders)).collect();
        assert_eq!(
            found,
            [(proof(1, 1), vec![one, two]), (proof(1, 2), vec![two]), (proof(2, 1), vec![one])]
        );
    }
}
