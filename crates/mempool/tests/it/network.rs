//! Four mempools that hear each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use mempool::{MempoolEvent, MempoolHandle, PoolMessage, Recipients};
use parking_lot::{Mutex, RwLock};
use types::{Batch, BatchDigest, CheckedBatch};

use crate::world::{Node, World, events, index};

type Wires = Arc<RwLock<Vec<MempoolHandle>>>;

/// Starts all validators; what they send arrives, unless `lost` says otherwise.
fn network(
    world: &World,
    lost: impl Fn(usize, usize, &PoolMessage) -> bool + Send + Sync + Clone + 'static,
) -> Vec<Node> {
    let wires = Wires::default();
    let nodes: Vec<_> = (0..world.keys.len())
        .map(|me| {
            let (sender, receiver) = events();
            let (sender, wires, lost) = (Mutex::new(sender), Arc::clone(&wires), lost.clone());
            let tell = move |event: MempoolEvent| {
                if let MempoolEvent::Send { to, message } = &event {
                    carry(&wires.read(), me, *to, message, &lost);
                }
                drop(sender.lock().send(event));
            };
            let config = world.config(world.dir_of(me as u16));
            world.node_telling(Some(me as u16), config, receiver, tell)
        })
        .collect();
    wires.write().extend(nodes.iter().map(|node| node.handle.clone()));
    nodes
}

fn carry(
    wires: &[MempoolHandle],
    from: usize,
    to: Recipients,
    message: &PoolMessage,
    lost: &impl Fn(usize, usize, &PoolMessage) -> bool,
) {
    let bytes = message.encode();
    for (place, wire) in wires.iter().enumerate() {
        let meant = match to {
            Recipients::All => place != from,
            Recipients::One(peer) => usize::from(peer.get()) == place,
        };
        if meant && !lost(from, place, message) {
            wire.receive(Some(index(from as u16)), bytes.clone());
        }
    }
}

/// Waits until the node holds batches with all these transactions; returns what it holds.
fn until_held(node: &Node, wanted: &BTreeSet<Bytes>) -> BTreeMap<BatchDigest, Vec<Bytes>> {
    let mut held = BTreeMap::new();
    let mut missing = wanted.clone();
    while !missing.is_empty() {
        let reference = node.next_held();
        let batch: Arc<CheckedBatch> = node.handle.get(&reference.digest).unwrap();
        let (batch, _) = Batch::decode(batch.encoded(), u32::MAX).unwrap();
        for bytes in &batch.transactions {
            missing.remove(bytes);
        }
        held.insert(reference.digest, batch.transactions);
    }
    held
}

#[test]
fn everybody_holds_everything_and_every_batch_is_certified_by_all_who_answer() {
    let world = World::new(4);
    let nodes = network(&world, |_, _, _| false);
    let mut wanted = BTreeSet::new();
    let mut answers = Vec::new();
    for salt in 0..400_u64 {
        let transaction = world.transfer((salt % 16) as u8 + 1, salt);
        let node = &nodes[(salt % 4) as usize];
        answers.push(node.submit_as(salt % 8, transaction.bytes()));
        wanted.insert(transaction.bytes().clone());
    }
    assert!(answers.into_iter().all(|answer| answer.recv_timeout(crate::world::PATIENCE).unwrap().is_ok()));
    for node in &nodes {
        let held = until_held(node, &wanted);
        let places: usize = held.values().map(Vec::len).sum();
        assert_eq!(places, wanted.len(), "each in one batch only");
    }
    for node in &nodes {
        let made = node.handle.counters().batches_made;
        assert!(made > 0);
        node.until(|counters| counters.acks_received == 3 * made && counters.proofs_made >= made);
        assert_eq!(
            node.handle.counters().signatures_good,
            100,
            "others' transactions are verified with their batch"
        );
    }
    nodes.iter().for_each(|node| node.handle.shutdown());
}

#[test]
fn the_same_transaction_sent_to_all_is_admitted_by_all_and_verified_once_by_each() {
    let world = World::new(4);
    let nodes = network(&world, |_, _, _| false);
    let transactions: Vec<_> = (0..50).map(|salt| world.transfer(1, salt)).collect();
    let wanted: BTreeSet<_> = transactions.iter().map(|transaction| transaction.bytes().clone()).collect();
    for node in &nodes {
        for transaction in &transactions {
            node.submit(transaction.bytes()).unwrap();
        }
    }
    for node in &nodes {
        let held = until_held(node, &wanted);
        assert!(held.values().flatten().all(|bytes| wanted.contains(bytes)));
    }
    let ids: Vec<_> = transactions.iter().map(|transaction| *transaction.id()).collect();
    for node in &nodes {
        node.handle.committed(&ids);
        let counters = node.handle.counters();
        assert_eq!(counters.batches_invalid + counters.signatures_bad, 0);
        assert!(counters.admitted <= 50);
    }
    nodes.iter().for_each(|node| node.handle.shutdown());
}

#[test]
fn what_the_network_loses_is_sent_again_until_everybody_has_acknowledged() {
    let world = World::new(4);
    let heard = Arc::new(Mutex::new(BTreeSet::new()));
    // The first copy of each batch or acknowledgement on each link is lost.
    let nodes = network(&world, move |from, to, message| match message {
        PoolMessage::Batch(_) => heard.lock().insert((from, to, 0)),
        PoolMessage::Acknowledgement(_) => heard.lock().insert((from, to, 1)),
        PoolMessage::Proof(_) | PoolMessage::Fetch(_) | PoolMessage::Forward(_) => false,
    });
    for (place, node) in nodes.iter().enumerate() {
        node.submit(world.transfer(place as u8 + 1, 0).bytes()).unwrap();
        node.next_held();
    }
    for node in &nodes {
        let begin = std::time::Instant::now();
        while node.handle.counters().acks_received < 3 {
            node.handle.tick().unwrap();
            assert!(begin.elapsed() < crate::world::PATIENCE, "{:?}", node.handle.counters());
            std::thread::yield_now();
        }
        // Told at f+1 and at q, or once when one check of signatures found both.
        let mut acks = 0;
        while acks < 3 {
            acks = node.next_certified().1;
        }
    }
    nodes.iter().for_each(|node| node.handle.shutdown());
}
