//! A validator that may not pack batches asks through others to be readmitted.

use mempool::{MempoolEvent, PoolMessage};
use types::{Operation, Transaction, VoteLogId, transaction::TransactionBody};

use crate::world::World;

fn rejoin(world: &World, named: usize, signer: usize) -> Transaction {
    let operation =
        Operation::Rejoin { validator: world.keys[named].public_key(), vote_log: VoteLogId::new([9; 32]) };
    TransactionBody { operations: vec![operation], ..world.body(1, 0) }.sign(&[&world.keys[signer]])
}

#[test]
fn a_validators_own_rejoin_is_packed() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = rejoin(&world, 2, 2);
    node.receive(2, PoolMessage::Forward(transaction.bytes().clone()));
    let (_, batch, _) = node.next_own_batch();
    assert_eq!(batch.transactions, [transaction.bytes().clone()]);
    node.handle.shutdown();
}

#[test]
fn nothing_else_is_taken_from_a_peer() {
    let world = World::new(4);
    let node = world.node(0);
    let of_another = rejoin(&world, 3, 3);
    let transfer = world.transfer(1, 0);
    let two = TransactionBody {
        operations: vec![rejoin(&world, 2, 2).body().operations[0].clone(); 2],
        ..world.body(1, 1)
    };
    let two = two.sign(&[&world.keys[2]]);
    for refused in [of_another.bytes(), transfer.bytes(), two.bytes(), &bytes::Bytes::from_static(b"x")] {
        node.receive(2, PoolMessage::Forward(refused.clone()));
    }
    assert_eq!(node.handle.counters().messages_malformed, 4);
    assert!(!node.end().iter().any(|event| matches!(event, MempoolEvent::Send { .. })));
}

#[test]
fn an_observer_forwards_nothing() {
    let world = World::new(4);
    let node = world.node(0);
    node.handle.receive(None, PoolMessage::Forward(rejoin(&world, 2, 2).bytes().clone()).encode());
    assert_eq!(node.handle.counters().messages_malformed, 1);
    node.handle.shutdown();
}
