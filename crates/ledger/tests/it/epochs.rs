//! Changes of epoch: when they are ordered, when they take effect, and who certifies what.

use ledger::{BlockFault, Imported, LedgerError, VerifyReport, verify_ledger};
use types::{
    Block, Certificate, Code, Epoch, Height, Operation, Parameters, TimeMs, ValidatorIndex, ValidatorSet,
    VoteLogId,
    certificate::CheckpointStatement,
    ports::ChainReader,
    state::{EpochState, PendingEpoch, StateKey},
};

use super::support::{World, checked, fresh_with, genesis, key, transfer};

/// L and D of these tests.
const DELAY: u64 = 3;

fn short() -> types::Genesis {
    let parameters = Parameters { window: 2, activation_delay: DELAY, ..genesis().parameters };
    types::Genesis { parameters, ..genesis() }
}

fn world() -> World {
    World::of(short())
}

fn log(number: u8) -> VoteLogId {
    VoteLogId::new([number; 32])
}

fn rejoin(validator: u8, new: u8) -> Operation {
    let validator = key(&format!("validator{validator}")).public_key();
    Operation::Rejoin { validator, vote_log: log(new) }
}

fn code(world: &mut World, validator: u8, new: u8) -> Code {
    world.code(rejoin(validator, new), &[&format!("validator{validator}")])
}

/// The set after a validator named another log.
fn renamed(set: &ValidatorSet, validator: usize, new: u8) -> ValidatorSet {
    let mut validators = set.validators().to_vec();
    validators[validator].vote_log = log(new);
    ValidatorSet::new(validators).unwrap()
}

fn header(world: &World, height: u64) -> types::Header {
    world.reader().header(Height::new(height)).unwrap().unwrap().header
}

fn verify(world: &mut World) -> VerifyReport {
    world.close();
    verify_ledger(world.dir.path(), &short(), &mut |_, _| {}).unwrap()
}

/// Heights 1 to 6: the change is ordered at 2, so epoch 1 begins at 6.
fn changed() -> World {
    let mut world = world();
    world.block(&[]);
    assert_eq!(code(&mut world, 3, 0x33), Code::Committed);
    for _ in 0..4 {
        world.block(&[]);
    }
    world
}

#[test]
fn a_change_at_h_takes_effect_exactly_above_h_plus_d() {
    let mut world = world();
    let old = short().validator_set().unwrap();
    let new = renamed(&old, 3, 0x33);
    world.block(&[]);
    assert_eq!(world.reader().boundary(), None);
    assert_eq!(code(&mut world, 3, 0x33), Code::Committed);
    let last = Height::new(2 + DELAY);
    assert_eq!(
        world.value::<TimeMs>(&StateKey::Rejoined(old.validators()[3].consensus_key)).unwrap().get(),
        world.now
    );
    for height in 2..=last.get() {
        assert_eq!(world.reader().boundary(), Some(last), "after {height}");
        assert_eq!(world.reader().boundary_at(Height::new(height)).unwrap(), Some(last));
        let pending: PendingEpoch = world.value(&StateKey::PendingEpoch).unwrap();
        assert_eq!((pending.last, &pending.validators), (last, &new));
        assert_eq!(pending.parameters, short().parameters);
        let header = header(&world, height);
        let next = if height == last.get() { &new } else { &old };
        assert_eq!(
            (header.epoch, header.active_set, header.next_set),
            (Epoch::ZERO, old.hash(), next.hash())
        );
        assert_eq!(world.value::<ValidatorSet>(&StateKey::NextSet).as_ref(), Some(next));
        assert_eq!(world.value::<ValidatorSet>(&StateKey::ActiveSet).as_ref(), Some(&old));
        assert_eq!(world.value::<EpochState>(&StateKey::Epoch), Some(EpochState::default()));
        world.block(&[]);
    }
    let header = header(&world, last.get() + 1);
    assert_eq!((header.epoch, header.active_set, header.next_set), (Epoch::new(1), new.hash(), new.hash()));
    assert_eq!(world.value::<PendingEpoch>(&StateKey::PendingEpoch), None);
    let state = EpochState { epoch: Epoch::new(1), base: last };
    assert_eq!(world.value::<EpochState>(&StateKey::Epoch), Some(state));
    assert_eq!((world.reader().boundary(), world.reader().boundary_at(last.next()).unwrap()), (None, None));
}

#[test]
fn the_reader_tells_the_epoch_of_every_height() {
    let mut world = world();
    let old = short().validator_set().unwrap();
    let new = renamed(&old, 3, 0x33);
    let at = |world: &World, height: u64| {
        let epoch = world.reader().epoch_at(Height::new(height)).unwrap();
        epoch.map(|epoch| (epoch.epoch.get(), epoch.base.get(), (*epoch.set).clone()))
    };
    world.block(&[]);
    code(&mut world, 3, 0x33);
    world.block(&[]);
    world.block(&[]);
    assert_eq!(at(&world, 5), Some((0, 0, old.clone())));
    assert_eq!(at(&world, 6), None, "it depends on block 5");
    world.block(&[]);
    assert_eq!(at(&world, 6), Some((1, 5, new.clone())), "block 5 is executed: the next is of epoch 1");
    assert_eq!(world.reader().validator_set().unwrap(), new);
    assert_eq!(world.reader().next_epoch().epoch, Epoch::new(1));
    // A second change: D heights more.
    world.block(&[]);
    assert_eq!(code(&mut world, 2, 0x22), Code::Committed);
    for _ in 0..5 {
        world.block(&[]);
    }
    let newest = renamed(&new, 2, 0x22);
    for reopened in [false, true] {
        for height in 0..=5 {
            assert_eq!(at(&world, height), Some((0, 0, old.clone())), "{height}");
        }
        for height in 6..=10 {
            assert_eq!(at(&world, height), Some((1, 5, new.clone())), "{height}");
        }
        for height in 11..=13 {
            assert_eq!(at(&world, height), Some((2, 10, newest.clone())), "{height}");
        }
        assert_eq!(at(&world, 14), None);
        let ends = world.reader().epoch_ends(Epoch::ZERO, 9).unwrap();
        let seen: Vec<_> = ends.iter().map(|end| (end.block.header.height.get(), &end.next)).collect();
        assert_eq!(seen, [(5, &new), (10, &newest)]);
        assert_eq!(world.reader().epoch_ends(Epoch::new(1), 9).unwrap(), ends[1..]);
        assert_eq!(world.reader().epoch_ends(Epoch::ZERO, 1).unwrap(), ends[..1]);
        let last = |epoch| world.reader().epoch_end(Epoch::new(epoch)).unwrap().map(Height::get);
        assert_eq!((last(0), last(1), last(2)), (Some(5), Some(10), None));
        if !reopened {
            world.reopen();
        }
    }
}

#[test]
fn an_epoch_ends_for_readers_when_its_last_block_is_certified() {
    let mut world = world();
    code(&mut world, 3, 0x33);
    for _ in 0..DELAY - 1 {
        world.block(&[]);
    }
    let last = world.execute(&[]);
    assert_eq!(last.boundary, Some(last.header.height));
    assert_eq!(world.reader().epoch_ends(Epoch::ZERO, 9).unwrap(), []);
    assert_eq!(world.reader().epoch_end(Epoch::ZERO).unwrap(), None);
    world.certify(&last);
    assert_eq!(world.reader().epoch_end(Epoch::ZERO).unwrap(), Some(last.header.height));
}

#[test]
fn one_change_is_in_flight_at_a_time_and_one_rejoin_per_validator_and_hour() {
    let mut world = world();
    assert_eq!(code(&mut world, 3, 0x33), Code::Committed);
    assert_eq!(code(&mut world, 2, 0x22), Code::ChangePending);
    world.block(&[]);
    assert_eq!(code(&mut world, 2, 0x22), Code::ChangePending, "in the last block of the epoch");
    assert_eq!(world.reader().next_epoch().epoch, Epoch::new(1));
    assert_eq!(code(&mut world, 3, 0x34), Code::RejoinTooSoon);
    assert_eq!(code(&mut world, 2, 0x33), Code::VoteLogInUse, "another's");
    assert_eq!(code(&mut world, 2, 3), Code::VoteLogInUse, "its own");
    assert_eq!(code(&mut world, 2, 0x22), Code::Committed, "another validator may");
    for _ in 0..DELAY {
        world.block(&[]);
    }
    let rejoined = world.value::<TimeMs>(&StateKey::Rejoined(key("validator3").public_key())).unwrap().get();
    world.now = rejoined + 3_600_000 - 1_000 - 1;
    assert_eq!(code(&mut world, 3, 0x34), Code::RejoinTooSoon, "1 ms too soon");
    world.now = rejoined + 3_600_000 - 1_000 + 5;
    assert_eq!(code(&mut world, 3, 0x34), Code::Committed);
}

#[test]
fn only_an_active_validators_own_key_can_rejoin() {
    let mut world = world();
    let others = ["validator2", "alpha/admin", "alpha/chief", "node3"];
    assert_eq!(world.code(rejoin(3, 0x33), &others), Code::Unauthorised);
    assert_eq!(world.code(rejoin(3, 0x33), &[]), Code::Unauthorised);
    let void = world.sign(vec![rejoin(3, 0x33)], &["validator2"]);
    world.block(std::slice::from_ref(&void));
    let good = void.signed_by(&key("validator3"));
    assert_eq!(world.block(&[good])[0].code, Code::Committed, "the void one did not consume the id");
    let stranger = key("stranger").public_key();
    let operation = Operation::Rejoin { validator: stranger, vote_log: log(9) };
    assert_eq!(world.code(operation, &["stranger"]), Code::UnknownValidator);
    let node_key = Operation::Rejoin { validator: key("node3").public_key(), vote_log: log(9) };
    assert_eq!(world.code(node_key, &["node3"]), Code::UnknownValidator, "a node key is not a consensus key");
}

#[test]
fn a_rejoin_is_atomic_with_what_else_the_transaction_asks_and_takes_no_slot() {
    let mut world = world();
    let signers = ["validator3", "alpha/alice"];
    let broke = transfer("alpha/alice", "beta/bob", "EUR", 1_000_000);
    let outcome = world.outcome(vec![rejoin(3, 0x33), broke], &signers);
    assert_eq!(outcome, (Code::InsufficientFunds, Some(1)));
    assert_eq!(world.value::<PendingEpoch>(&StateKey::PendingEpoch), None);
    assert_eq!(world.reader().boundary(), None);
    let twice = world.outcome(vec![rejoin(3, 0x33), rejoin(2, 0x22)], &["validator2", "validator3"]);
    assert_eq!(twice, (Code::ChangePending, Some(1)));
    let mut body = world.body(vec![rejoin(3, 0x33)]);
    body.valid_until = TimeMs::new(world.now + 1_000 + short().parameters.max_lifetime_ms + 1);
    let lasting = body.sign(&[&key("validator3")]);
    assert_eq!(world.block(&[lasting])[0].code, Code::TooManyLongLived);
    assert_eq!(world.reader().boundary(), None);
}

#[test]
fn admission_judges_by_the_epoch_of_the_next_block() {
    use types::ports::AdmissionState;
    let mut world = world();
    code(&mut world, 3, 0x33);
    let next = world.sign(vec![rejoin(2, 0x22)], &["validator2"]);
    let refusal = |world: &World| world.reader().refusal(&next).map(|(code, _)| code);
    for _ in 0..DELAY {
        assert_eq!(refusal(&world), Some(Code::ChangePending));
        world.block(&[]);
    }
    assert_eq!(refusal(&world), None, "the next block is of the new epoch");
}

#[test]
fn a_restart_at_any_height_around_the_boundary_changes_nothing() {
    let plain = changed();
    for certified in [false, true] {
        let mut world = world();
        world.block(&[]);
        code(&mut world, 3, 0x33);
        let mut waiting = Vec::new();
        for height in 3..=6 {
            let executed = world.execute(&[]);
            match certified {
                true => world.certify(&executed),
                false => waiting.push(executed),
            }
            let (epoch, boundary) = (world.reader().next_epoch(), world.reader().boundary());
            world.reopen();
            assert_eq!(
                (world.reader().next_epoch(), world.reader().boundary()),
                (epoch, boundary),
                "{height}"
            );
            let expected = if certified { height } else { 2 };
            assert_eq!(world.reader().state().at().header.height.get(), expected);
            let pending = world.value::<PendingEpoch>(&StateKey::PendingEpoch);
            assert_eq!(pending.is_some(), expected < 6, "{height}");
        }
        for executed in &waiting {
            world.certify(executed);
            world.reopen();
            let height = executed.header.height.get();
            assert_eq!(
                world.value::<EpochState>(&StateKey::Epoch).unwrap().epoch.get(),
                u64::from(height > 5)
            );
            let next = world.value::<ValidatorSet>(&StateKey::NextSet).unwrap();
            assert_eq!(next.hash(), header(&world, height).next_set);
        }
        assert_eq!(world.reader().certified(), plain.reader().certified());
        assert_eq!(verify(&mut world).errors, Vec::<String>::new());
    }
}

#[test]
fn replay_goes_across_the_boundary() {
    let mut world = changed();
    world.block(&[]);
    let report = verify(&mut world);
    assert_eq!((report.ok, report.errors), (true, vec![]));
    assert_eq!(report.height, Height::new(7));
}

#[test]
fn a_block_of_the_wrong_epoch_is_refused_and_leaves_no_trace() {
    let mut world = world();
    code(&mut world, 3, 0x33);
    let early = ledger::ProposedBlock { epoch: Epoch::new(1), ..world.propose(vec![]) };
    let place = |height, epoch| {
        let height = Height::new(height);
        Err(LedgerError::InvalidBlock {
            height,
            fault: BlockFault::Place { epoch: Epoch::new(epoch), height },
        })
    };
    assert_eq!(world.writer().execute(&early, &|_| None), place(2, 0));
    for _ in 0..DELAY {
        world.block(&[]);
    }
    let late = ledger::ProposedBlock { epoch: Epoch::ZERO, ..world.propose(vec![]) };
    assert_eq!(world.writer().execute(&late, &|_| None), place(5, 1));
    world.block(&[]);
    assert!(verify(&mut world).ok);
}

fn block(world: &World, height: u64) -> Block {
    world.reader().block(Height::new(height)).unwrap().unwrap()
}

/// The certificate that these keys make for a header, in an epoch of their choice.
fn certificate_of(header: &types::Header, epoch: Epoch, names: &[(u16, &str)]) -> Certificate {
    let statement = CheckpointStatement { height: header.height, header_hash: header.hash() };
    let bytes = statement.signing_bytes(&short().chain_id(), epoch);
    let vote = |(index, name): &(u16, &str)| (ValidatorIndex::new(*index), key(name).sign(&bytes));
    Certificate::assemble(epoch, statement, 4, &names.iter().map(vote).collect::<Vec<_>>())
}

#[test]
fn blocks_are_imported_across_the_boundary() {
    let mut world = changed();
    world.block(&[]);
    let (dir, mut writer, reader) = fresh_with(&short());
    for height in 1..=7 {
        let block = block(&world, height);
        let executed = writer.import_block(&block, checked(&block)).unwrap();
        assert!(matches!(executed, Imported::Executed(_)), "{height}");
    }
    for height in 1..=7 {
        let block = block(&world, height);
        assert_eq!(writer.import_block(&block, checked(&block)).unwrap(), Imported::AlreadyHere, "{height}");
    }
    assert_eq!(reader.certified(), world.reader().certified());
    drop((writer, reader));
    assert!(verify_ledger(dir.path(), &short(), &mut |_, _| {}).unwrap().ok);
}

/// The set of epoch 1 has other keys here: written into the pending change behind the ledger's back there is
/// none, so the certificate's epoch stands for the set.
#[test]
fn a_certificate_of_another_epoch_than_the_heights_is_refused() {
    let world = changed();
    let (_dir, mut writer, _reader) = fresh_with(&short());
    let names = [(0, "validator0"), (1, "validator1"), (2, "validator2")];
    for height in 1..=6 {
        let good = block(&world, height);
        let is_new = height > 5;
        let wrong = if is_new { Epoch::ZERO } else { Epoch::new(1) };
        let other = Block { certificate: certificate_of(&good.header, wrong, &names), ..good.clone() };
        let refused = writer.import_block(&other, checked(&good));
        assert!(
            matches!(refused, Err(LedgerError::InvalidBlock { fault: BlockFault::Place { .. }, .. })),
            "{height}: {refused:?}"
        );
        let mut relabelled =
            Block { certificate: certificate_of(&good.header, wrong, &names), ..good.clone() };
        relabelled.certificate.epoch = good.header.epoch;
        let refused = writer.import_block(&relabelled, checked(&good));
        assert!(
            matches!(refused, Err(LedgerError::InvalidBlock { fault: BlockFault::Certificate(_), .. })),
            "{height}: {refused:?}"
        );
        let ahead = block(&world, (height + 1).min(6));
        if ahead.header.height != good.header.height {
            let refused = writer.import_block(&ahead, checked(&ahead));
            assert!(matches!(refused, Err(LedgerError::NotNext { .. })));
        }
        writer.import_block(&good, checked(&good)).unwrap();
    }
}

#[test]
fn a_flipped_bit_in_the_history_of_sets_is_found() {
    let row = |world: &World| {
        let options = rocksdb::Options::default();
        let columns = rocksdb::DB::list_cf(&options, world.dir.path()).unwrap();
        rocksdb::DB::open_cf(&options, world.dir.path(), columns).unwrap()
    };
    let flip = |world: &mut World, epoch: u64, byte: usize| {
        world.close();
        let db = row(world);
        let column = db.cf_handle("epochs").unwrap();
        let key = epoch.to_be_bytes();
        let mut value = db.get_cf(column, key).unwrap().unwrap();
        value[byte] ^= 1;
        db.put_cf(column, key, value).unwrap();
    };
    // The name of the first validator: base (8), number of validators (8), length of the name (8).
    for epoch in [0, 1] {
        let mut world = changed();
        flip(&mut world, epoch, 24);
        let errors = verify(&mut world).errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("epochs differs"), "{errors:?}");
        match epoch {
            0 => {
                world.reopen();
                let read = world.reader().epoch_at(Height::new(3));
                assert!(matches!(read, Err(LedgerError::Damaged { .. })), "{read:?}");
            }
            _ => assert!(matches!(
                super::support::open_with(world.dir.path(), &short()),
                Err(LedgerError::Damaged { .. })
            )),
        }
    }
    let mut world = changed();
    world.close();
    let db = row(&world);
    let height = [4u64.to_be_bytes().as_slice(), &[3]].concat();
    db.delete_cf(db.cf_handle("headers").unwrap(), height).unwrap();
    drop(db);
    assert_eq!(
        verify(&mut world).errors,
        ["height 4: the stored end of the epoch is not that of the replay"]
    );
}
