//! What becomes of batches and transactions when an epoch ends.

use std::sync::Arc;

use mempool::{Era, MempoolError, MempoolEvent, PoolMessage, Recipients};
use types::{Code, Epoch, Height};

use crate::world::{PATIENCE, World, index};

const NEXT: Epoch = Epoch::new(1);

#[test]
fn an_unordered_own_batch_is_packed_again_in_the_next_epoch_and_an_ordered_one_is_not() {
    let world = World::new(4);
    let node = world.node(0);
    let (ordered, open) = (world.transfer(1, 0), world.transfer(2, 0));
    node.submit(ordered.bytes()).unwrap();
    let (_, _, first) = node.next_own_batch();
    assert_eq!(node.next_held(), first);
    node.handle.ordered(Height::new(1), &[first]);
    node.submit(open.bytes()).unwrap();
    let (_, _, second) = node.next_own_batch();
    assert_eq!(node.next_held(), second);

    node.handle.enter_epoch(world.era(NEXT, Some(0))).unwrap();
    let (_, batch, reference) = node.next_own_batch();
    assert_eq!(batch.transactions, [open.bytes().clone()]);
    assert_eq!((reference.epoch, reference.author), (NEXT, index(0)));
    assert!(reference.sequence > second.sequence, "numbers go on");
    assert_eq!(node.next_held(), reference);
    assert_eq!(node.handle.held(), [first, reference], "what a block holds stays until it is pruned");
    node.handle.shutdown();
}

#[test]
fn batches_notes_and_proofs_of_the_last_epoch_count_no_more() {
    let world = World::new(4);
    let node = world.node(0);
    node.submit(world.transfer(1, 0).bytes()).unwrap();
    let (_, _, own) = node.next_own_batch();
    node.next_held();
    let (encoded, other) = world.batch(1, 7, &[world.transfer(3, 0)]);
    node.receive(1, PoolMessage::Batch(encoded.clone()));
    assert_eq!(node.next_held(), other);
    node.handle.enter_epoch(world.era(NEXT, Some(0))).unwrap();
    node.receive(1, PoolMessage::Batch(encoded));
    node.receive(1, PoolMessage::Acknowledgement(world.ack(1, &own)));
    let (_, unseen) = world.batch(2, 8, &[world.transfer(4, 0)]);
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &unseen)));
    node.until(|counters| counters.batches_refused == 1 && counters.proofs_invalid == 1);
    assert!(!node.handle.holds(&own.digest) && !node.handle.holds(&other.digest));
    let certified = |event: &MempoolEvent| matches!(event, MempoolEvent::BatchCertified { proof, .. } if proof.reference == own);
    assert!(!node.end().iter().any(certified), "an acknowledgement of the last epoch made a proof");
}

#[test]
fn what_waited_in_the_certified_batch_of_another_is_packed_here_when_that_batch_ends_with_its_epoch() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    let (encoded, other) = world.batch(1, 7, std::slice::from_ref(&transaction));
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &other)));
    node.receive(1, PoolMessage::Batch(encoded));
    assert_eq!(node.next_held(), other);
    node.submit(transaction.bytes()).unwrap();
    assert_eq!(node.handle.counters().batches_made, 0, "it waits for the batch of the other");
    node.handle.enter_epoch(world.era(NEXT, Some(0))).unwrap();
    let (_, batch, _) = node.next_own_batch();
    assert_eq!(batch.transactions, [transaction.bytes().clone()]);
    node.handle.shutdown();
}

#[test]
fn who_has_no_seat_packs_from_the_epoch_that_gives_it_one_and_stops_in_the_one_that_takes_it() {
    let world = World::new(4);
    let node = world.node_with(None, world.config(world.dir_of(0)));
    let transaction = world.transfer(1, 0);
    assert_eq!(node.refused(transaction.bytes()), Code::Unavailable);
    node.handle.enter_epoch(world.era(NEXT, Some(2))).unwrap();
    node.submit(transaction.bytes()).unwrap();
    let (_, _, reference) = node.next_own_batch();
    assert_eq!((reference.epoch, reference.author), (NEXT, index(2)));
    let (encoded, foreign) = world.batch_of(NEXT, 1, 1, &[world.transfer(3, 0)]);
    node.receive(1, PoolMessage::Batch(encoded));
    let PoolMessage::Acknowledgement(ack) = node.next_sent_to(1) else { panic!("an acknowledgement") };
    assert_eq!((ack.reference, ack.signer), (foreign, index(2)));
    node.handle.enter_epoch(world.era(Epoch::new(2), None)).unwrap();
    assert_eq!(node.refused(world.transfer(4, 0).bytes()), Code::Unavailable);
    node.handle.shutdown();
}

#[test]
fn a_smaller_set_knows_no_former_member() {
    let world = World::new(5);
    let node = world.node(0);
    let smaller = World::new(4);
    node.handle.enter_epoch(smaller.era(NEXT, Some(0))).unwrap();
    let (encoded, _) = world.batch_of(NEXT, 4, 1, &[world.transfer(3, 0)]);
    node.receive(4, PoolMessage::Batch(encoded));
    node.until(|counters| counters.messages_malformed == 1);
    let unseated = Era { validators: smaller.set.clone(), ..world.era(Epoch::new(2), Some(4)) };
    assert!(matches!(node.handle.enter_epoch(unseated), Err(MempoolError::SignerOutsideSet { .. })));
    node.handle.shutdown();
}

#[test]
fn a_restart_in_a_later_epoch_packs_again_what_the_store_still_holds_of_an_older_one() {
    let mut world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    node.submit(transaction.bytes()).unwrap();
    let (_, _, old) = node.next_own_batch();
    node.next_held();
    node.handle.shutdown();
    world.epoch = NEXT;
    let node = world.node(0);
    let (_, batch, reference) = node.next_own_batch();
    assert_eq!((batch.transactions, reference.epoch), (vec![transaction.bytes().clone()], NEXT));
    assert!(!node.handle.holds(&old.digest));
    let told_old = |event: &MempoolEvent| {
        matches!(event, MempoolEvent::BatchHeld(held) if *held == old)
            || matches!(event, MempoolEvent::Send { to: Recipients::One(_), .. })
    };
    assert!(!node.end().iter().any(told_old));
}

#[test]
fn more_batches_than_the_writers_queue_takes_may_be_on_their_way_when_the_epoch_ends() {
    let world = World::new(4);
    // The writer stands still where it tells of what became of the first batch, so the queue behind it fills.
    let gate = Arc::new(parking_lot::RwLock::new(()));
    let (sender, events) = crate::world::events();
    let (sender, open) = (parking_lot::Mutex::new(sender), Arc::clone(&gate));
    let node = world.node_telling(Some(0), world.config(world.dir_of(0)), events, move |event| {
        drop(sender.lock().send(event));
        let _open = open.read();
    });
    let closed = gate.write();
    let batches: Vec<_> = (0..600u64)
        .map(|number| {
            let author = (number % 3) as u16 + 1;
            (author, world.batch(author, number, &[world.transfer(author as u8, number)]))
        })
        .collect();
    node.receive(batches[0].0, PoolMessage::Batch(batches[0].1.0.clone()));
    let first = batches[0].1.1;
    wait_for("the first batch is held", || node.handle.holds(&first.digest));
    for (author, (encoded, _)) in &batches[1..] {
        node.receive(*author, PoolMessage::Batch(encoded.clone()));
    }
    // One in the writer's hands, 256 in its queue, one in the worker's.
    node.until(|counters| counters.batches_received >= 258);
    let (handle, era) = (node.handle.clone(), world.era(NEXT, Some(0)));
    let entering = std::thread::spawn(move || handle.enter_epoch(era));
    wait_for("the old batch is dropped", || !node.handle.holds(&first.digest));
    drop(closed);
    entering.join().unwrap().unwrap();
    let (encoded, new) = world.batch_of(NEXT, 1, 1, &[world.transfer(9, 0)]);
    node.receive(1, PoolMessage::Batch(encoded));
    let held = node.next(|event| match event {
        MempoolEvent::BatchHeld(held) if held.epoch == NEXT => Some(held),
        _ => None,
    });
    assert_eq!(held, new);
    assert_eq!(node.handle.held(), [new], "nothing of the last epoch stays");
    node.handle.shutdown();
}

fn wait_for(what: &str, mut true_now: impl FnMut() -> bool) {
    let begin = std::time::Instant::now();
    while !true_now() {
        assert!(begin.elapsed() < PATIENCE, "{what}: not in {PATIENCE:?}");
        std::thread::yield_now();
    }
}
