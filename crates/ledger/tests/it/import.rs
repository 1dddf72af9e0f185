//! Catching up from another node's blocks.

use ledger::{BlockFault, Imported, LedgerError, LedgerReader, LedgerWriter};
use types::{Block, Height, TimeMs, ports::ChainReader};

use super::support::{World, certificate, certificate_by, checked, open, transfer};

/// Three certified blocks, the second with a void and a failed transaction, the third empty.
fn world() -> World {
    let mut world = World::new();
    for amount in [1, 5000] {
        let good = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", amount)], &["alpha/alice"]);
        let void = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["beta/bob"]);
        world.block(&[good, void]);
    }
    world.block(&[]);
    world
}

fn block(world: &World, height: u64) -> Block {
    world.reader().block(Height::new(height)).unwrap().unwrap()
}

fn fresh() -> (tempfile::TempDir, LedgerWriter, LedgerReader) {
    let dir = tempfile::tempdir().unwrap();
    let (writer, reader) = open(dir.path()).unwrap();
    (dir, writer, reader)
}

#[test]
fn a_fresh_ledger_imports_to_equal_roots_and_repeats_do_nothing() {
    let world = world();
    let (dir, mut writer, reader) = fresh();
    for height in 1..=3 {
        let block = block(&world, height);
        let imported = writer.import_block(&block, checked(&block)).unwrap();
        assert!(matches!(imported, Imported::Executed(_)));
        assert_eq!(writer.import_block(&block, checked(&block)).unwrap(), Imported::AlreadyHere);
    }
    assert_eq!(reader.certified(), world.reader().certified());
    assert_eq!(reader.block(Height::new(2)).unwrap(), world.reader().block(Height::new(2)).unwrap());
    drop((writer, reader));
    assert!(ledger::verify_ledger(dir.path(), &super::support::genesis(), &mut |_, _| {}).unwrap().ok);
}

#[test]
fn many_blocks_are_made_durable_together() {
    let world = world();
    let (dir, mut writer, reader) = fresh();
    for height in 1..=3 {
        let block = block(&world, height);
        let imported = writer.import_of_many(&block, checked(&block)).unwrap();
        assert!(matches!(imported, Imported::Executed(_)));
    }
    // Readers do not wait.
    assert_eq!(reader.certified(), world.reader().certified());
    writer.sync().unwrap();
    drop((writer, reader));
    let (writer, reader) = open(dir.path()).unwrap();
    assert_eq!(reader.certified(), world.reader().certified());
    drop((writer, reader));
    assert!(ledger::verify_ledger(dir.path(), &super::support::genesis(), &mut |_, _| {}).unwrap().ok);
}

#[test]
fn a_block_that_was_decided_by_votes_is_only_certified() {
    let mut world = World::new();
    let executed = world.execute(&[]);
    let other = {
        let mut other = World::new();
        other.block(&[]);
        block(&other, 1)
    };
    assert_eq!(other.header.hash(), executed.hash);
    assert_eq!(world.writer().import_block(&other, vec![]).unwrap(), Imported::AlreadyHere);
    assert_eq!(world.reader().certified_height(), Height::new(1));
}

#[test]
fn blocks_that_prove_nothing_are_refused_and_leave_no_trace() {
    let world = world();
    let good = block(&world, 1);
    let batches = checked(&good);
    let (_dir, mut writer, reader) = fresh();
    let mut refuse = |block: &Block, batches: Vec<_>| match writer.import_block(block, batches) {
        Err(LedgerError::InvalidBlock { fault, .. }) => fault,
        other => panic!("expected a refusal, found {other:?}"),
    };
    let hash = good.header.hash();
    let too_few = Block { certificate: certificate_by(&[0, 1], Height::new(1), hash), ..good.clone() };
    assert!(matches!(refuse(&too_few, batches.clone()), BlockFault::Certificate(_)));
    let mut forged = good.clone();
    forged.certificate.signatures.swap(0, 1);
    assert!(matches!(refuse(&forged, batches.clone()), BlockFault::Certificate(_)));
    let mut header = good.clone();
    header.header.time = TimeMs::new(1);
    assert!(matches!(refuse(&header, batches.clone()), BlockFault::Certificate(_)));
    let mut proposal = good.clone();
    proposal.proposal.time = TimeMs::new(1);
    assert!(matches!(refuse(&proposal, batches.clone()), BlockFault::Proposal { .. }));
    let second = checked(&block(&world, 2));
    assert_eq!(refuse(&good, second), BlockFault::Batch { place: 0 });
    assert_eq!(refuse(&good, vec![]), BlockFault::Batch { place: 0 });
    let mut elsewhere = good.clone();
    elsewhere.header.chain_id = types::ChainId::new([1; 32]);
    assert!(matches!(refuse(&elsewhere, batches.clone()), BlockFault::Place { .. }));
    let ahead = block(&world, 2);
    let not_next = writer.import_block(&ahead, checked(&ahead));
    assert!(matches!(not_next, Err(LedgerError::NotNext { .. })));
    assert_eq!(reader.executed(), Height::ZERO);
    assert!(matches!(writer.import_block(&good, batches).unwrap(), Imported::Executed(_)));
}

#[test]
fn a_certified_header_that_execution_does_not_give_is_divergence_and_is_not_written() {
    let world = world();
    let mut wrong = block(&world, 1);
    wrong.header.state_root = types::StateRoot::new([1; 32]);
    wrong.certificate = certificate(Height::new(1), wrong.header.hash());
    let (dir, mut writer, reader) = fresh();
    let expected = wrong.header.hash();
    let found = block(&world, 1).header.hash();
    let diverged = writer.import_block(&wrong, checked(&wrong));
    assert_eq!(diverged, Err(LedgerError::Diverged { height: Height::new(1), expected, found }));
    drop((writer, reader));
    let (_writer, reader) = open(dir.path()).unwrap();
    assert_eq!((reader.executed(), reader.certificate(Height::new(1)).unwrap()), (Height::ZERO, None));
}
