//! When batches are made, what is in them, and what becomes of their transactions.

use std::sync::atomic::Ordering;

use mempool::{MempoolEvent, PoolMessage};
use types::{
    Code, Height, SecretKey, TimeMs, TransactionId, ports::TransactionPool as _, transaction::TransactionBody,
};

use crate::world::{NOW, PATIENCE, World};

#[test]
fn a_batch_closes_by_size_long_before_its_time_and_obeys_the_limit() {
    let mut world = World::new(4);
    world.parameters.max_batch_delay_ms = 10_000_000;
    world.parameters.max_transaction_bytes = 1024;
    world.parameters.max_batch_bytes = 2048;
    let node = world.node(0);
    let mut sent = Vec::new();
    for salt in 0..30 {
        let transaction = world.transfer((salt % 3) as u8 + 1, salt);
        node.submit(transaction.bytes()).unwrap();
        sent.push(transaction.bytes().clone());
    }
    let (encoded, batch, reference) = node.next_own_batch();
    assert!(encoded.len() <= 2048, "{}", encoded.len());
    let largest = sent.iter().map(bytes::Bytes::len).max().unwrap() + 8;
    assert!(encoded.len() + largest > 2048, "one more would have fitted: {}", encoded.len());
    assert_eq!(reference.count as usize, batch.transactions.len());
    assert_eq!(reference.expires, TimeMs::new(NOW + world.parameters.batch_lifetime_ms));
    node.handle.shutdown();
}

#[test]
fn a_batch_closes_by_time() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    node.submit(transaction.bytes()).unwrap();
    let (_, batch, reference) = node.next_own_batch();
    assert_eq!(batch.transactions, [transaction.bytes().clone()]);
    assert_eq!(node.next_held(), reference);
    node.handle.shutdown();
}

#[test]
fn own_unordered_batches_are_bounded_and_a_flood_does_not_delay_a_quiet_account() {
    let mut world = World::new(4);
    world.parameters.batches_per_author = 1;
    let mut config = world.config(world.dir_of(0));
    config.pending_transactions_max = 102;
    let node = world.node_with(Some(0), config);
    node.submit(world.transfer(1, 1000).bytes()).unwrap();
    let (_, _, first) = node.next_own_batch();
    for salt in 0..100 {
        node.submit(world.transfer(1, salt).bytes()).unwrap();
    }
    let quiet = world.transfer(2, 0);
    node.submit(quiet.bytes()).unwrap();
    let full = node.submit(world.transfer(3, 0).bytes()).unwrap_err();
    assert_eq!((full.code, full.retry_after_ms.is_some()), (Code::Overloaded, true));
    assert_eq!(node.handle.counters().batches_made, 1, "W = 1");
    assert_eq!(node.handle.load().batches_unordered, 1);

    node.handle.ordered(Height::new(1), &[first]);
    let (_, batch, _) = node.next_own_batch();
    let place = batch.transactions.iter().position(|bytes| bytes == quiet.bytes());
    assert!(place.is_some_and(|place| place < 2), "served in turn, not behind the flood: {place:?}");
    assert_eq!(node.handle.load().transactions, 101, "the ordered one does not wait any more");
    node.handle.shutdown();
}

#[test]
fn numbers_go_on_after_a_restart_and_after_the_loss_of_the_store() {
    let world = World::new(4);
    let mut last = 0;
    for salt in 0..3 {
        let node = world.node(0);
        node.submit(world.transfer(1, salt).bytes()).unwrap();
        let (_, batch, reference) = node.next_own_batch();
        assert!(batch.sequence.get() > last);
        last = batch.sequence.get();
        // Ordered and dropped: only the store's memory of the number is left.
        node.next_held();
        node.handle.ordered(Height::new(salt + 1), &[reference]);
        node.handle.prune(&[reference.digest]);
        node.handle.shutdown();
    }
    assert_eq!(last, NOW + 2, "one more each time");
    std::fs::remove_dir_all(world.dir_of(0)).unwrap();
    world.clock.store(NOW + 50, Ordering::SeqCst);
    let node = world.node(0);
    node.submit(world.transfer(1, 3).bytes()).unwrap();
    assert!(node.next_own_batch().1.sequence.get() > last);
    node.handle.shutdown();
}

#[test]
fn what_waits_at_the_end_is_packed_and_held_after_the_restart() {
    let mut world = World::new(4);
    world.parameters.max_batch_delay_ms = 10_000_000;
    let node = world.node(0);
    node.submit(world.transfer(1, 0).bytes()).unwrap();
    assert_eq!(node.handle.counters().batches_made, 0);
    node.end();
    let node = world.node(0);
    let held = node.next_held();
    assert_eq!(held.count, 1);
    let batch = node.handle.get(&held.digest).unwrap();
    assert_eq!(batch.transactions()[0].get(), &world.transfer(1, 0));
    node.handle.shutdown();
}

fn expired(event: MempoolEvent) -> Option<Vec<TransactionId>> {
    match event {
        MempoolEvent::Expired(ids) => Some(ids),
        _ => None,
    }
}

#[test]
fn what_block_time_passed_is_told_as_expired_unless_committed() {
    let world = World::new(4);
    let node = world.node(0);
    let (committed, lost) = (world.transfer(1, 0), world.transfer(1, 1));
    for transaction in [&committed, &lost] {
        node.submit(transaction.bytes()).unwrap();
    }
    node.handle.committed(&[*committed.id()]);
    node.handle.set_chain_time(TimeMs::new(NOW + 60_000));
    assert_eq!(node.handle.load().transactions, 1, "alive at its last millisecond");
    node.handle.set_chain_time(TimeMs::new(NOW + 60_001));
    assert_eq!(node.next(expired), [*lost.id()]);
    assert_eq!(node.handle.load().transactions, 0);
    node.handle.shutdown();
}

#[test]
fn a_batch_that_expired_unordered_is_released_and_its_living_transactions_are_batched_again() {
    let world = World::new(4);
    let until = |millis| TransactionBody { valid_until: TimeMs::new(millis), ..world.body(1, millis) };
    let end = NOW + world.parameters.batch_lifetime_ms + world.parameters.clock_lag_ms;
    let key = SecretKey::from_seed(&[1; 32]);
    let short = until(NOW + 1).sign(&[&key]);
    let long = until(end + 1000).sign(&[&key]);
    let executed = until(end + 2000).sign(&[&key]);
    let node = world.node(0);
    for transaction in [&short, &long, &executed] {
        node.submit(transaction.bytes()).unwrap();
    }
    node.handle.shutdown();
    let first = node.handle.held();

    // A restart in between: the batches are all that is left of the transactions.
    let node = world.node(0);
    node.state.seen.lock().insert(*executed.id());
    node.handle.set_chain_time(TimeMs::new(end));
    assert_eq!(node.handle.releasable(), []);
    world.clock.store(end + 1, Ordering::SeqCst);
    node.handle.set_chain_time(TimeMs::new(end + 1));
    let releasable = node.handle.releasable();
    assert_eq!(releasable.len(), first.len());
    node.handle.prune(&releasable);
    let (_, batch, reference) = node.next_own_batch();
    assert_eq!(batch.transactions, [long.bytes().clone()]);
    assert!(first.iter().all(|old| old.digest != reference.digest && !node.handle.holds(&old.digest)));
    node.handle.shutdown();
}

#[test]
fn a_transaction_in_anothers_certified_batch_is_not_batched_unless_that_batch_is_dropped() {
    let mut world = World::new(4);
    world.parameters.batches_per_author = 1;
    let node = world.node(0);
    node.submit(world.transfer(1, 1000).bytes()).unwrap();
    let (_, _, blocker) = node.next_own_batch();
    let (both, mine, later) = (world.transfer(1, 0), world.transfer(1, 1), world.transfer(1, 2));
    node.submit(both.bytes()).unwrap();
    node.submit(mine.bytes()).unwrap();
    let (encoded, other) = world.batch(1, 1, &[both.clone(), later.clone()]);
    node.receive(1, PoolMessage::Batch(encoded));
    assert_eq!(node.next(|event| held_by(event, 1)), other);
    node.receive(2, PoolMessage::Proof(world.proof(&[1, 2], &other)));
    node.next(|event| matches!(event, MempoolEvent::ProofReceived(_)).then_some(()));
    node.submit(later.bytes()).unwrap();

    node.handle.ordered(Height::new(1), &[blocker]);
    let (_, batch, second) = node.next_own_batch();
    assert_eq!(batch.transactions, [mine.bytes().clone()]);
    node.handle.prune(&[other.digest]);
    node.handle.ordered(Height::new(2), &[second]);
    let (_, batch, _) = node.next_own_batch();
    assert_eq!(batch.transactions, [both.bytes().clone(), later.bytes().clone()]);
    node.handle.shutdown();
}

fn held_by(event: MempoolEvent, author: u16) -> Option<types::BatchRef> {
    match event {
        MempoolEvent::BatchHeld(reference) if reference.author.get() == author => Some(reference),
        _ => None,
    }
}

#[test]
fn an_ordered_but_void_transaction_can_be_submitted_again() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    node.submit(transaction.bytes()).unwrap();
    let (_, _, reference) = node.next_own_batch();
    node.handle.ordered(Height::new(1), &[reference]);
    assert_eq!(node.handle.load().transactions, 0);
    node.submit_as(2, transaction.bytes()).recv_timeout(PATIENCE).unwrap().unwrap();
    let (_, again, _) = node.next_own_batch();
    assert_eq!(again.transactions, [transaction.bytes().clone()]);
    node.handle.shutdown();
}
