//! Batches of others: verified, stored, acknowledged within bounds; fetched and served.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;
use mempool::{MempoolEvent, PoolMessage, Recipients};
use types::{Acknowledgement, Batch, BatchRef, Epoch, Height, Transaction};

use crate::world::{NOW, Node, World, index};

fn next_ack(node: &Node) -> Acknowledgement {
    node.next(|event| match event {
        MempoolEvent::Send { message: PoolMessage::Acknowledgement(acknowledgement), to } => {
            assert_eq!(to, Recipients::One(acknowledgement.reference.author));
            Some(acknowledgement)
        }
        _ => None,
    })
}

/// Sends a batch of its author and waits until it is stored.
fn give(node: &Node, world: &World, author: u16, sequence: u64) -> BatchRef {
    let (encoded, reference) = world.batch(author, sequence, &[world.transfer(author as u8, sequence)]);
    node.receive(author, PoolMessage::Batch(encoded));
    assert_eq!(node.next_held(), reference);
    reference
}

#[test]
fn a_batch_is_stored_then_acknowledged_then_told() {
    let world = World::new(4);
    let node = world.node(0);
    let (encoded, reference) = world.batch(2, 5, &[world.transfer(1, 0), world.transfer(2, 0)]);
    node.receive(2, PoolMessage::Batch(encoded.clone()));
    let acknowledgement = next_ack(&node);
    assert_eq!((acknowledgement.signer, acknowledgement.reference), (index(0), reference));
    assert_eq!(acknowledgement.verify(&world.chain, &world.set), Ok(()));
    assert_eq!(node.next_held(), reference);
    assert_eq!(node.handle.get(&reference.digest).unwrap().encoded(), &encoded);
    // The author asks again: the acknowledgement may have been lost.
    node.receive(2, PoolMessage::Batch(encoded.clone()));
    assert_eq!(next_ack(&node), acknowledgement);
    node.receive(3, PoolMessage::Batch(encoded));
    node.until(|counters| counters.batches_received == 3);
    node.handle.shutdown();
    let counters = node.handle.counters();
    assert_eq!((counters.batches_stored, counters.acks_sent), (1, 2));
}

#[test]
fn invalid_batches_are_counted_and_never_stored() {
    let world = World::new(4);
    let node = world.node(0);
    let good = world.transfer(1, 0);
    let mut bytes = good.bytes().to_vec();
    let place = bytes.len() - 40;
    bytes[place] ^= 1;
    let forged = Transaction::decode_any(bytes.into()).unwrap();
    let (bad_signature, _) = world.batch(1, 1, &[good.clone(), forged]);
    let (empty, _) = world.batch(1, 2, &[]);
    let (whole, _) = world.batch(1, 3, std::slice::from_ref(&good));
    let short = whole.slice(..whole.len() - 1);
    let (foreign, _) = world.batch(9, 4, std::slice::from_ref(&good));
    for batch in [bad_signature, empty, short, foreign, Bytes::from_static(b"x")] {
        node.receive(1, PoolMessage::Batch(batch));
    }
    node.until(|counters| counters.batches_received == 5);
    // Not its author's, and of another epoch: refused, but no evidence.
    node.receive(2, PoolMessage::Batch(whole));
    let batch =
        Batch { epoch: Epoch::new(1), ..Batch::decode(&world.batch(1, 5, &[good]).0, u32::MAX).unwrap().0 };
    node.receive(1, PoolMessage::Batch(batch.encode().into()));
    node.until(|counters| counters.batches_received == 7);
    let events = node.end_keeping();
    assert!(events.is_empty(), "{events:?}");
    let counters = node.handle.counters();
    assert_eq!((counters.batches_invalid, counters.batches_refused, counters.batches_stored), (5, 2, 0));
    assert_eq!(counters.invalid_batches_of.get(&index(1)), Some(&3), "decoded far enough to know the author");
    assert_eq!(counters.signatures_bad, 1);
}

#[test]
fn beyond_w_batches_are_stored_but_not_acknowledged_and_beyond_2w_not_stored() {
    let mut world = World::new(4);
    world.parameters.batches_per_author = 2;
    let node = world.node(0);
    let given: Vec<_> = (0..4).map(|sequence| give(&node, &world, 1, sequence)).collect();
    let counters = node.handle.counters();
    assert_eq!((counters.acks_sent, counters.acks_withheld), (2, 2));
    let (fifth, reference) = world.batch(1, 4, &[world.transfer(1, 4)]);
    node.receive(1, PoolMessage::Batch(fifth.clone()));
    node.until(|counters| counters.batches_refused == 1);
    assert!(!node.handle.holds(&reference.digest));
    give(&node, &world, 2, 0);
    assert_eq!(node.handle.counters().acks_sent, 3, "another author is not concerned");

    // Consensus asks for it: then it is stored, whoever sends it.
    node.handle.fetch(&reference, &[index(3)]);
    node.receive(3, PoolMessage::Batch(fifth));
    assert_eq!(node.next_held(), reference);
    assert_eq!(node.handle.counters().acks_withheld, 3);

    // An ordered one makes room.
    node.handle.ordered(Height::new(1), &given[..1]);
    node.receive(1, PoolMessage::Batch(world.batch(1, 2, &[world.transfer(1, 2)]).0));
    assert_eq!(next_ack(&node).reference, given[2]);
    node.handle.shutdown();
}

#[test]
fn an_expiry_out_of_range_withholds_only_the_acknowledgement() {
    let world = World::new(4);
    let node = world.node(0);
    let parameters = &world.parameters;
    let early = NOW - parameters.clock_lag_ms;
    let late = NOW + parameters.batch_lifetime_ms + parameters.clock_drift_ms;
    for (sequence, expires, acks) in [(1, early - 1, 0), (2, early, 1), (3, late, 2), (4, late + 1, 2)] {
        let (encoded, reference) = world.batch_expiring(1, sequence, expires, &[world.transfer(1, 0)]);
        node.receive(1, PoolMessage::Batch(encoded));
        assert_eq!(node.next_held(), reference);
        assert_eq!(node.handle.counters().acks_sent, acks, "{sequence}");
    }
    node.handle.shutdown();
}

#[test]
fn a_late_copy_of_an_ordered_batch_is_not_stored_again() {
    let world = World::new(4);
    let node = world.node(0);
    let reference = give(&node, &world, 1, 0);
    node.handle.ordered(Height::new(1), &[reference]);
    node.handle.prune(&[reference.digest]);
    let (encoded, _) = world.batch(1, 0, &[world.transfer(1, 0)]);
    node.receive(1, PoolMessage::Batch(encoded));
    node.until(|counters| counters.batches_refused == 1);
    assert_eq!(node.handle.held(), []);
    node.handle.shutdown();
}

#[test]
fn an_observer_stores_what_it_asked_for_and_never_acknowledges() {
    let world = World::new(4);
    let node = world.node_with(None, world.config(world.dir_of(9)));
    give(&node, &world, 1, 0);
    let (encoded, reference) = world.batch(1, 1, &[world.transfer(1, 1)]);
    node.handle.receive(None, PoolMessage::Batch(encoded.clone()).encode());
    node.until(|counters| counters.batches_refused == 1);
    node.handle.fetch(&reference, &[index(1)]);
    node.handle.receive(None, PoolMessage::Batch(encoded).encode());
    assert_eq!(node.next_held(), reference);
    node.handle.shutdown();
    assert_eq!(node.handle.counters().acks_sent, 0);
}

#[test]
fn a_fetch_goes_round_between_two_nodes_and_is_repeated_until_held() {
    let world = World::new(4);
    let (holder, asker) = (world.node(1), world.node(0));
    let reference = give(&holder, &world, 2, 7);
    asker.handle.fetch(&reference, &[index(1), index(0), index(77)]);
    assert!(asker.events.try_recv().is_err(), "it may come by itself");
    asker.handle.tick().unwrap();
    asker.handle.tick().unwrap();
    let asked = asker.next_sent_to(1);
    assert_eq!(asked, PoolMessage::Fetch(vec![reference.digest]));
    // The first request is lost. After some ticks another one follows.
    let again = loop {
        asker.handle.tick().unwrap();
        if let Ok(event) = asker.events.try_recv() {
            break event;
        }
    };
    let MempoolEvent::Send { to: Recipients::One(to), message } = again else { panic!("{again:?}") };
    assert_eq!(to, index(1), "nobody outside the set and not the node itself is asked");
    holder.receive(0, message);
    let answer = holder.next_sent_to(0);
    asker.receive(1, answer);
    assert_eq!(asker.next_held(), reference);
    assert_eq!(next_ack_count(&asker), 1);

    asker.handle.fetch(&reference, &[index(1)]);
    assert_eq!(asker.next_held(), reference, "held: told at once");
    for _ in 0..200 {
        asker.handle.tick().unwrap();
    }
    assert!(asker.end().is_empty(), "nothing is asked any more");
    holder.handle.shutdown();
}

fn next_ack_count(node: &Node) -> u64 {
    node.handle.counters().acks_sent
}

#[test]
fn a_forgotten_fetch_is_not_repeated() {
    let world = World::new(4);
    let node = world.node(0);
    let (_, reference) = world.batch(1, 1, &[world.transfer(1, 0)]);
    node.handle.fetch(&reference, &[index(1)]);
    node.handle.tick().unwrap();
    node.handle.tick().unwrap();
    node.next_sent_to(1);
    node.handle.forget(&reference.digest);
    for _ in 0..200 {
        node.handle.tick().unwrap();
    }
    assert!(node.end().is_empty());
}

#[test]
fn serving_is_bounded_for_each_peer_between_ticks() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.served_bytes_per_tick = 1;
    let node = world.node_with(Some(0), config);
    let reference = give(&node, &world, 1, 0);
    let ask = |peer| node.receive(peer, PoolMessage::Fetch(vec![reference.digest]));
    ask(2);
    ask(2);
    ask(3);
    node.next_sent_to(2);
    node.next_sent_to(3);
    node.until(|counters| counters.fetches_served == 2 && counters.fetches_refused == 1);
    node.handle.tick().unwrap();
    ask(2);
    node.next_sent_to(2);
    node.handle.shutdown();
}

#[test]
fn an_own_batch_is_sent_again_to_those_who_did_not_acknowledge_also_after_a_restart() {
    let world = World::new(4);
    let node = world.node(0);
    node.submit(world.transfer(1, 0).bytes()).unwrap();
    let (encoded, _, reference) = node.next_own_batch();
    node.next_held();
    node.receive(1, PoolMessage::Acknowledgement(world.ack(1, &reference)));
    node.until(|counters| counters.acks_received == 1);
    for _ in 0..20 {
        node.handle.tick().unwrap();
    }
    let resent =
        |node: &Node| node.events.try_iter().filter_map(|event| to_whom(event, &encoded)).collect::<Vec<_>>();
    assert_eq!(resent(&node), [2, 3]);
    node.end();

    let node = world.node(0);
    assert_eq!(node.next_held(), reference);
    node.handle.tick().unwrap();
    assert_eq!(resent(&node), [1, 2, 3], "acknowledgements are collected anew");
    for signer in [1, 2] {
        node.receive(signer, PoolMessage::Acknowledgement(world.ack(signer, &reference)));
    }
    node.next_certified();
    node.handle.ordered(Height::new(1), &[reference]);
    for _ in 0..1000 {
        node.handle.tick().unwrap();
    }
    assert_eq!(resent(&node), [0_u16; 0], "ordered: needed by nobody any more");
    node.handle.shutdown();
}

fn to_whom(event: MempoolEvent, batch: &Bytes) -> Option<u16> {
    match event {
        MempoolEvent::Send { to: Recipients::One(to), message: PoolMessage::Batch(bytes) }
            if bytes == *batch =>
        {
            Some(to.get())
        }
        _ => None,
    }
}

#[test]
fn what_is_no_message_is_counted() {
    let world = World::new(4);
    let node = world.node(0);
    let fetch = PoolMessage::Fetch(vec![world.batch(1, 1, &[world.transfer(1, 0)]).1.digest]);
    node.handle.receive(Some(index(1)), Bytes::from_static(b"nothing of ours"));
    node.handle.receive(Some(index(4)), fetch.encode());
    node.handle.receive(None, fetch.encode());
    node.handle.receive(Some(index(1)), Bytes::new());
    assert_eq!(node.handle.counters().messages_malformed, 4);
    node.handle.shutdown();
}

#[test]
fn what_one_peer_may_have_waiting_is_bounded() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.peer_queue_messages_max = 2;
    // The callback stands still while the worker acknowledges, so the queue behind it fills.
    let gate = Arc::new(parking_lot::RwLock::new(()));
    let (sender, events) = crate::world::events();
    let (sender, open) = (parking_lot::Mutex::new(sender), Arc::clone(&gate));
    let node = world.node_telling(Some(0), config, events, move |event| {
        let _open = open.read();
        drop(sender.lock().send(event));
    });
    let (encoded, reference) = world.batch(1, 1, &[world.transfer(1, 0)]);
    node.receive(1, PoolMessage::Batch(encoded.clone()));
    assert_eq!(node.next_held(), reference);
    let closed = gate.write();
    for _ in 0..10 {
        node.receive(1, PoolMessage::Batch(encoded.clone()));
    }
    node.receive(2, PoolMessage::Batch(encoded));
    assert_eq!(node.handle.counters().messages_dropped, 8, "two of the flood and one of another peer are in");
    drop(closed);
    node.until(|counters| counters.batches_received == 4);
    node.handle.shutdown();
}

#[test]
fn acknowledgements_free_themselves_when_batches_expire() {
    let mut world = World::new(4);
    world.parameters.batches_per_author = 1;
    let node = world.node(0);
    give(&node, &world, 1, 0);
    let later = NOW + world.parameters.batch_lifetime_ms + 1;
    world.clock.store(later, Ordering::SeqCst);
    let (encoded, reference) = world.batch_expiring(1, 1, later + 5, &[world.transfer(1, 1)]);
    node.receive(1, PoolMessage::Batch(encoded));
    assert_eq!(node.next_held(), reference);
    assert_eq!(node.handle.counters().acks_sent, 2);
    node.handle.shutdown();
}

impl Node {
    fn end_keeping(&self) -> Vec<MempoolEvent> {
        self.handle.shutdown();
        self.events.try_iter().collect()
    }
}
