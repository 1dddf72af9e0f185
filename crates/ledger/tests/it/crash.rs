//! What a restart finds: the last durable block, the own checkpoints, and the certified state while
//! execution is ahead of the certificates.

use ledger::LedgerError;
use types::{
    Code, Height,
    ports::{ChainReader, StateView},
    state::{Holding, StateKey},
};

use super::support::{World, asset, certificate, id, statement_signature, transfer};

fn pay(world: &mut World, amount: u128) -> ledger::Executed {
    let transaction = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", amount)], &["alpha/alice"]);
    let executed = world.execute(&[transaction]);
    assert_eq!(executed.results[0].code, Code::Committed);
    executed
}

fn proven_holding(view: &dyn StateView) -> u128 {
    let key = StateKey::Holding(asset("EUR"), id("beta/bob")).encode();
    let proven = view.prove(&key).unwrap();
    proven.proof.verify(&view.at().header.state_root, &key, proven.value.as_deref()).unwrap();
    assert_eq!(view.get(&key).unwrap(), proven.value);
    let scanned = view.scan(&StateKey::holdings_prefix(&asset("EUR")), None, 100).unwrap();
    let found = scanned.into_iter().find(|(scanned, _)| *scanned == key).map(|(_, value)| value);
    assert_eq!(found, proven.value);
    types::state::decode_value::<Holding>(&proven.value.unwrap()).unwrap().available.get()
}

#[test]
fn readers_see_the_certified_state_while_execution_is_ahead_and_after_a_crash() {
    let mut world = World::new();
    let blocks: Vec<_> = (1..=4).map(|amount| pay(&mut world, amount)).collect();
    assert_eq!(world.reader().certified_height(), Height::ZERO);
    assert_eq!(proven_holding(world.reader().state().as_ref()), 500);
    world.writer().store_certificates(&[certificate(Height::new(1), blocks[0].hash)]).unwrap();
    assert_eq!(proven_holding(world.reader().state().as_ref()), 501);

    world.reopen();
    assert_eq!((world.writer().executed(), world.writer().certified()), (Height::new(4), Height::new(1)));
    assert_eq!(proven_holding(world.reader().state().as_ref()), 501, "as before the crash");

    // A later certificate waits for those below it.
    world.writer().store_certificates(&[certificate(Height::new(3), blocks[2].hash)]).unwrap();
    assert_eq!(world.reader().certified_height(), Height::new(1));
    world.reopen();
    world.writer().store_certificates(&[certificate(Height::new(2), blocks[1].hash)]).unwrap();
    assert_eq!(world.reader().certified_height(), Height::new(3));
    assert_eq!(proven_holding(world.reader().state().as_ref()), 506);
    let fifth = pay(&mut world, 5);
    world.writer().store_certificates(&[certificate(Height::new(4), blocks[3].hash)]).unwrap();
    assert_eq!(proven_holding(world.reader().state().as_ref()), 510);
    world.writer().store_certificates(&[certificate(Height::new(5), fifth.hash)]).unwrap();
    assert_eq!(proven_holding(world.reader().state().as_ref()), 515);
}

/// The database can only be opened again when no view holds it.
#[test]
fn a_held_view_keeps_the_database_open() {
    let mut world = World::new();
    let view = world.reader().state();
    world.close();
    assert!(matches!(super::support::open(world.dir.path()), Err(LedgerError::InUse { .. })));
    drop(view);
    assert!(super::support::open(world.dir.path()).is_ok());
}

#[test]
fn own_checkpoints_and_hashes_of_uncertified_heights_survive() {
    let mut world = World::new();
    let blocks: Vec<_> = (1..=3).map(|amount| pay(&mut world, amount)).collect();
    world.writer().store_certificates(&[certificate(Height::new(1), blocks[0].hash)]).unwrap();
    world.reopen();
    let reader = world.reader();
    let expected: Vec<_> = blocks[1..].iter().map(|block| (block.header.height, block.hash)).collect();
    assert_eq!(reader.uncertified().unwrap(), expected);
    let own = reader.own_checkpoints_above(Height::new(1)).unwrap();
    assert_eq!(own.len(), 2);
    for (checkpoint, block) in own.iter().zip(&blocks[1..]) {
        assert_eq!(checkpoint.statement.header_hash, block.hash);
        assert_eq!(Some(checkpoint.signature), block.checkpoint);
        assert_eq!(checkpoint.signature, statement_signature(0, &checkpoint.statement));
    }
    assert_eq!(world.writer().tip_hash(), blocks[2].hash);
    // Execution goes on, and gives what an uninterrupted ledger gives.
    let mut other = World::new();
    let all: Vec<_> = (1..=4).map(|amount| pay(&mut other, amount)).collect();
    assert_eq!(pay(&mut world, 4).hash, all[3].hash);
}

#[test]
fn blocks_are_executed_in_height_order_only() {
    let mut world = World::new();
    let block = world.propose(vec![]);
    world.writer().execute(&block, &|_| None).unwrap();
    let again = world.writer().execute(&block, &|_| None);
    assert_eq!(again, Err(LedgerError::NotNext { expected: Height::new(2), found: Height::new(1) }));
    pay(&mut world, 1);
}

#[test]
fn a_block_without_the_proposals_batches_is_refused() {
    let mut world = World::new();
    let transaction = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"]);
    let batch = super::support::pack(1, &[transaction]);
    let mut block = world.propose(vec![batch]);
    block.batches.clear();
    let refused = world.writer().execute(&block, &|_| None);
    assert!(matches!(refused, Err(LedgerError::InvalidBlock { .. })), "{refused:?}");
    pay(&mut world, 1);
}

#[test]
fn certificates_of_other_headers_stop_the_writer() {
    let mut world = World::new();
    let first = pay(&mut world, 1);
    let good = certificate(Height::new(1), first.hash);
    world.writer().store_certificates(&[good.clone(), good.clone()]).unwrap();
    world.writer().store_certificates(&[good]).unwrap();
    let other = types::BlockHash::new([7; 32]);
    let conflict = world.writer().store_certificates(&[certificate(Height::new(1), other)]);
    assert!(matches!(conflict, Err(LedgerError::ConflictingCertificates { .. })), "{conflict:?}");
    assert!(world.writer().store_certificates(&[]).is_err(), "nothing more is attempted");

    world.reopen();
    pay(&mut world, 2);
    let diverged = world.writer().store_certificates(&[certificate(Height::new(2), other)]);
    assert!(matches!(diverged, Err(LedgerError::Diverged { .. })), "{diverged:?}");

    // A certificate that came before its block binds execution, and nothing is written against it.
    world.reopen();
    world.writer().store_certificates(&[certificate(Height::new(3), other)]).unwrap();
    let block = world.propose(vec![]);
    let diverged = world.writer().execute(&block, &|_| None);
    assert!(matches!(diverged, Err(LedgerError::Diverged { .. })), "{diverged:?}");
    world.reopen();
    assert_eq!(world.writer().executed(), Height::new(2));
}
