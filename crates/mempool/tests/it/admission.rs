//! Who is taken, who is refused, with which code, and what it costs the others.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use types::{
    ChainId, Code, SecretKey, TimeMs, Transaction,
    ports::{PoolLoad, TransactionPool as _},
    transaction::TransactionBody,
};

use crate::world::{NOW, Node, PATIENCE, World, account};

fn sign(body: TransactionBody) -> Bytes {
    body.sign(&[&SecretKey::from_seed(&[1; 32])]).bytes().clone()
}

/// The last byte belongs to a signature.
fn spoilt(transaction: &Transaction) -> Bytes {
    let mut bytes = transaction.bytes().to_vec();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    bytes.into()
}

#[test]
fn every_refusal_has_its_code_and_nothing_is_kept() {
    let mut world = World::new(4);
    world.parameters.max_transaction_bytes = 4096;
    world.parameters.max_operations = 2;
    let node = world.node(0);
    let body = world.body(1, 0);
    *node.state.refused.lock() = Some((account(9), Code::InsufficientFunds));

    assert_eq!(node.refused(&vec![0; 4097].into()), Code::TooLarge);
    assert_eq!(node.refused(&Bytes::from_static(b"no transaction")), Code::Malformed);
    let elsewhere = TransactionBody { chain_id: ChainId::new([8; 32]), ..body.clone() };
    assert_eq!(node.refused(&sign(elsewhere)), Code::WrongChain);
    let many = TransactionBody { operations: vec![body.operations[0].clone(); 3], ..body.clone() };
    assert_eq!(node.refused(&sign(many)), Code::TooMany);
    let late = TransactionBody { valid_until: TimeMs::new(NOW - 1), ..body.clone() };
    assert_eq!(node.refused(&sign(late)), Code::Expired);
    let forever = TransactionBody { valid_until: TimeMs::new(u64::MAX), ..body.clone() };
    assert_eq!(node.refused(&sign(forever)), Code::LifetimeTooLong);
    assert_eq!(node.refused(&spoilt(&world.transfer(1, 0))), Code::BadSignature);
    assert_eq!(node.refused(world.transfer(9, 0).bytes()), Code::InsufficientFunds);

    assert_eq!(node.handle.load(), PoolLoad::default());
    let counters = node.handle.counters();
    assert_eq!((counters.admitted, counters.refused.len()), (0, 8));
    let last_moment = TransactionBody { valid_until: TimeMs::new(NOW), ..body };
    assert!(node.submit(&sign(last_moment)).is_ok(), "alive at its last millisecond");

    node.handle.shutdown();
    assert_eq!(node.refused(world.transfer(1, 1).bytes()), Code::Unavailable);
}

#[test]
fn a_refusal_names_the_transaction_and_says_what_was_expected() {
    let world = World::new(4);
    let node = world.node(0);
    let late = TransactionBody { valid_until: TimeMs::new(5), ..world.body(1, 0) };
    let transaction = late.sign(&[&SecretKey::from_seed(&[1; 32])]);
    let refusal = node.submit(transaction.bytes()).unwrap_err();
    assert_eq!(refusal.id, Some(*transaction.id()));
    assert_eq!(refusal.reason, format!("valid_until is 5 ms, the time here is {NOW} ms"));
    node.handle.shutdown();
}

#[test]
fn an_observer_takes_no_transactions() {
    let world = World::new(4);
    let node = world.node_with(None, world.config(world.dir_of(9)));
    assert_eq!(node.refused(world.transfer(1, 0).bytes()), Code::Unavailable);
    node.handle.shutdown();
}

#[test]
fn the_same_bytes_twice_are_admitted_twice_and_kept_once() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    let answers: Vec<_> = (0..20).map(|client| node.submit_as(client, transaction.bytes())).collect();
    for answer in answers {
        let admitted = answer.recv_timeout(PATIENCE).unwrap().unwrap();
        assert_eq!((admitted.id, admitted.valid_until), (*transaction.id(), TimeMs::new(NOW + 60_000)));
    }
    assert_eq!(node.handle.load().transactions, 1);
    assert_eq!(node.handle.counters().admitted, 1);
    let (_, batch, _) = node.next_own_batch();
    assert_eq!(batch.transactions, [transaction.bytes().clone()]);
    node.handle.shutdown();
    assert_eq!(node.handle.counters().batches_made, 1);
}

#[test]
fn an_executed_transaction_is_admitted_again_and_kept_nowhere() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    node.state.seen.lock().insert(*transaction.id());
    *node.state.refused.lock() = Some((account(1), Code::InsufficientFunds));
    assert_eq!(node.submit(transaction.bytes()).unwrap().id, *transaction.id());
    assert_eq!(node.handle.load(), PoolLoad::default());
    node.handle.shutdown();
}

#[test]
fn bad_signatures_among_many_are_found_each() {
    let world = World::new(4);
    let node = world.node(0);
    let closed = node.state.gate.write();
    let answers: Vec<_> = (0..300_u64)
        .map(|number| {
            let transaction = world.transfer((number % 5) as u8 + 1, number);
            let bad = number % 7 == 0;
            let bytes = if bad { spoilt(&transaction) } else { transaction.bytes().clone() };
            (bad, node.submit_as(number, &bytes))
        })
        .collect();
    drop(closed);
    for (bad, answer) in answers {
        let answer = answer.recv_timeout(PATIENCE).unwrap();
        assert_eq!(answer.err().map(|refusal| refusal.code), bad.then_some(Code::BadSignature));
    }
    let counters = node.handle.counters();
    assert_eq!((counters.signatures_bad, counters.signatures_good), (43, 257));
    node.handle.shutdown();
}

fn quota_is(node: &Node, bytes: &Bytes, code: Code) {
    let refusal = node.submit(bytes).unwrap_err();
    assert_eq!(refusal.code, code, "{refusal}");
    assert!(refusal.retry_after_ms.is_some(), "{refusal}");
}

#[test]
fn accounts_and_clients_have_quotas_and_outcomes_give_them_back() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.account_transactions_max = 3;
    config.client_transactions_max = 5;
    let node = world.node_with(Some(0), config);
    for salt in 0..3 {
        node.submit(world.transfer(1, salt).bytes()).unwrap();
    }
    quota_is(&node, world.transfer(1, 3).bytes(), Code::QuotaExceeded);
    for salt in 0..2 {
        node.submit(world.transfer(2, salt).bytes()).unwrap();
    }
    quota_is(&node, world.transfer(3, 0).bytes(), Code::QuotaExceeded);
    let other = node.submit_as(2, world.transfer(3, 0).bytes()).recv_timeout(PATIENCE).unwrap();
    assert!(other.is_ok(), "another client is not concerned");

    node.handle.committed(&[*world.transfer(1, 0).id()]);
    node.submit(world.transfer(1, 3).bytes()).unwrap();
    assert_eq!(node.handle.load().transactions, 6);
    node.handle.shutdown();
}

#[test]
fn bytes_of_an_account_and_of_the_pool_are_bounded() {
    let world = World::new(4);
    let length = world.transfer(1, 1000).bytes().len();
    let mut config = world.config(world.dir_of(0));
    config.account_bytes_max = 2 * length;
    config.pending_bytes_max = 3 * length;
    let node = world.node_with(Some(0), config);
    for salt in [1000, 1001] {
        node.submit(world.transfer(1, salt).bytes()).unwrap();
    }
    quota_is(&node, world.transfer(1, 1002).bytes(), Code::QuotaExceeded);
    node.submit(world.transfer(2, 1000).bytes()).unwrap();
    quota_is(&node, world.transfer(3, 1000).bytes(), Code::Overloaded);
    assert_eq!(node.handle.load().bytes, 3 * length as u64);
    node.handle.shutdown();
}

#[test]
fn one_body_waits_in_few_differently_signed_forms() {
    let world = World::new(4);
    let node = world.node(0);
    let transaction = world.transfer(1, 0);
    let forms = (50..55).map(|seed| transaction.signed_by(&SecretKey::from_seed(&[seed; 32])));
    let answers: Vec<_> =
        forms.map(|form| node.submit(form.bytes()).map_err(|refusal| refusal.code)).collect();
    assert!(answers[..4].iter().all(Result::is_ok), "a half-signed form must not keep the whole one out");
    assert_eq!(answers[4], Err(Code::QuotaExceeded));
    node.handle.committed(&[*transaction.id()]);
    assert_eq!(node.handle.load().transactions, 0, "all forms share one outcome");
    node.handle.shutdown();
}

#[test]
fn unverified_submissions_are_bounded_and_one_client_cannot_fill_the_queue() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.submissions_max = 8;
    config.client_submissions_max = 4;
    let node = world.node_with(Some(0), config);
    let closed = node.state.gate.write();
    // The one worker takes the first and stands at the gate; the rest waits in the queue.
    let first = node.submit_as(100, world.transfer(1, 100).bytes());
    node.until(|_| node.state.arrived.load(Ordering::SeqCst) == 1);
    let mut flood: Vec<_> = (0..6).map(|salt| node.submit_as(1, &spoilt(&world.transfer(1, salt)))).collect();
    for answer in flood.split_off(4) {
        let refusal = answer.recv_timeout(PATIENCE).unwrap().unwrap_err();
        assert_eq!(refusal.code, Code::QuotaExceeded);
        assert!(refusal.retry_after_ms.is_some());
    }
    let honest: Vec<_> = (2..6_u8)
        .map(|client| node.submit_as(u64::from(client), world.transfer(client, 0).bytes()))
        .collect();
    let full = node.submit_as(6, world.transfer(6, 0).bytes()).recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!((full.code, full.retry_after_ms.is_some()), (Code::Overloaded, true), "8 wait");
    drop(closed);
    assert!(first.recv_timeout(PATIENCE).unwrap().is_ok());
    for answer in flood {
        assert_eq!(answer.recv_timeout(PATIENCE).unwrap().unwrap_err().code, Code::BadSignature);
    }
    for answer in honest {
        assert!(answer.recv_timeout(PATIENCE).unwrap().is_ok(), "the flood left room for others");
    }
    assert_eq!(node.handle.load().transactions, 5);
    node.handle.shutdown();
}
