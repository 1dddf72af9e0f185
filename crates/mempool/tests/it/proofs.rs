//! Acknowledgements become a proof at q, or at f+1 when q do not come soon, and only good ones count.

use mempool::{MempoolEvent, PoolMessage, Recipients};
use types::{AvailabilityProof, BatchDigest, BatchRef, Height, Signature};

use crate::world::{Node, World, index};

fn own_batch(world: &World, node: &Node) -> BatchRef {
    node.submit(world.transfer(1, 0).bytes()).unwrap();
    let (_, _, reference) = node.next_own_batch();
    assert_eq!(node.next_held(), reference);
    reference
}

fn acknowledge(world: &World, node: &Node, signer: u16, reference: &BatchRef) {
    node.receive(signer, PoolMessage::Acknowledgement(world.ack(signer, reference)));
}

#[test]
fn a_proof_is_made_at_q_or_after_two_ticks_at_f_plus_1_and_spread() {
    let world = World::new(7);
    let node = world.node(0);
    let reference = own_batch(&world, &node);
    // f = 2, q = 5; the own acknowledgement counts.
    acknowledge(&world, &node, 3, &reference);
    acknowledge(&world, &node, 1, &reference);
    node.until(|counters| counters.acks_received == 2);
    node.handle.tick().unwrap();
    assert_eq!(node.handle.counters().proofs_made, 0, "q may still come");
    node.handle.tick().unwrap();
    let spread = node.next(|event| match event {
        MempoolEvent::Send { to: Recipients::All, message: PoolMessage::Proof(proof) } => Some(proof),
        _ => None,
    });
    let (proof, acks) = node.next_certified();
    assert_eq!((acks, &spread), (3, &proof));
    assert_eq!(proof.verify(&world.chain, &world.set), Ok(()));
    for signer in [6, 5, 4, 2] {
        acknowledge(&world, &node, signer, &reference);
    }
    let (proof, acks) = node.next_certified();
    assert!(acks >= 5);
    assert_eq!(proof.verify(&world.chain, &world.set), Ok(()));
    node.until(|counters| counters.acks_received == 6);
    let more = node.end().into_iter().filter(|event| matches!(event, MempoolEvent::BatchCertified { .. }));
    assert_eq!(more.count(), 0, "told twice, not more");
}

#[test]
fn forged_repeated_and_foreign_acknowledgements_do_not_count() {
    let world = World::new(7);
    let node = world.node(0);
    let reference = own_batch(&world, &node);
    acknowledge(&world, &node, 1, &reference);
    acknowledge(&world, &node, 1, &reference);
    let forged = types::Acknowledgement { signature: Signature::new([1; 64]), ..world.ack(2, &reference) };
    node.receive(2, PoolMessage::Acknowledgement(forged));
    node.receive(3, PoolMessage::Acknowledgement(world.ack(2, &reference)));
    let other = BatchRef { count: 9, ..reference };
    acknowledge(&world, &node, 4, &other);
    let unknown = BatchRef { digest: BatchDigest::new([5; 32]), ..reference };
    acknowledge(&world, &node, 5, &unknown);
    node.until(|counters| counters.acks_invalid == 3);
    assert_eq!(node.handle.counters().proofs_made, 0, "own and 1 are two, three are needed");
    let before = node.handle.counters().acks_received;
    acknowledge(&world, &node, 6, &reference);
    node.until(|counters| counters.acks_received > before);
    node.handle.tick().unwrap();
    node.handle.tick().unwrap();
    let (proof, acks) = node.next_certified();
    assert_eq!(acks, 3);
    let signers: Vec<_> = proof.signatures.iter().map(|(signer, _)| signer.get()).collect();
    assert_eq!(signers, [0, 1, 6]);
    node.handle.shutdown();
}

#[test]
fn a_lone_validator_certifies_alone() {
    let world = World::new(1);
    let node = world.node(0);
    own_batch(&world, &node);
    assert_eq!(node.next_certified().1, 1);
    node.handle.shutdown();
}

#[test]
fn others_proofs_are_verified_and_told_when_they_grow() {
    let world = World::new(4);
    let node = world.node(0);
    let (_, reference) = world.batch(1, 1, &[world.transfer(1, 0)]);
    let told = |event| match event {
        MempoolEvent::ProofReceived(proof) => Some(proof),
        _ => None,
    };
    let (two, three) = (world.proof(&[1, 2], &reference), world.proof(&[1, 2, 3], &reference));
    let mut bad: AvailabilityProof = two.clone();
    bad.signatures[1].0 = index(3);
    for proof in
        [bad, world.proof(&[1], &reference), world.proof(&[1, 1], &reference), two.clone(), two.clone()]
    {
        node.receive(2, PoolMessage::Proof(proof));
    }
    node.receive(2, PoolMessage::Proof(three.clone()));
    assert_eq!(node.next(told), two);
    assert_eq!(node.next(told), three);
    let counters = node.handle.counters();
    assert_eq!((counters.proofs_invalid, counters.proofs_received), (3, 2));
    node.handle.shutdown();
}

#[test]
fn who_sent_a_bad_proof_costs_the_others_no_second_look() {
    let world = World::new(4);
    let node = world.node(0);
    let (_, reference) = world.batch(1, 1, &[world.transfer(1, 0)]);
    let bad = |sequence: u64| {
        let (_, reference) = world.batch(2, sequence, &[world.transfer(1, 0)]);
        let mut proof = world.proof(&[1, 2], &reference);
        proof.signatures[1].0 = index(3);
        proof
    };
    node.receive(2, PoolMessage::Proof(bad(1)));
    node.until(|counters| counters.proofs_invalid == 1);
    assert_eq!(node.handle.counters().proofs_again, 0, "nothing was beside it");
    // So many wait together.
    let pairs: Vec<_> = (2..66)
        .map(|sequence| {
            let (_, reference) = world.batch(1, sequence, &[world.transfer(1, 0)]);
            (bad(sequence), world.proof(&[1, 2, 3], &reference))
        })
        .collect();
    for (bad, good) in &pairs {
        node.receive(2, PoolMessage::Proof(bad.clone()));
        node.receive(1, PoolMessage::Proof(good.clone()));
    }
    node.until(|counters| counters.proofs_invalid == 65 && counters.proofs_received == 64);
    assert_eq!(node.handle.counters().proofs_again, 0);
    // What an honest one passes on is not held against who once sent a bad one.
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &reference)));
    node.until(|counters| counters.proofs_received == 65);
    node.handle.shutdown();
}

#[test]
fn a_late_proof_of_an_ordered_batch_is_no_news_also_after_a_restart() {
    let world = World::new(4);
    let (encoded, reference) = world.batch(1, 7, &[world.transfer(3, 0)]);
    let node = world.node(0);
    node.receive(1, PoolMessage::Batch(encoded));
    assert_eq!(node.next_held(), reference);
    node.handle.shutdown();
    let node = world.node(0);
    node.handle.ordered(Height::new(5), &[reference]);
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &reference)));
    // Notes are taken in order: when the second proof is told, the first was looked at.
    let (_, other) = world.batch(2, 1, &[world.transfer(4, 0)]);
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &other)));
    let told = node.next(|event| match event {
        MempoolEvent::ProofReceived(proof) => Some(proof.reference),
        _ => None,
    });
    assert_eq!(told, other, "the replica would wait for it to be ordered again");
    node.handle.shutdown();
}
