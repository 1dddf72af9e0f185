//! R61, F18, F21: no space, I/O errors, short writes and power failures at every operation of the batch store.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use disk::{
    Disk,
    testing::{FaultyDisk, Mishap, dice},
};
use types::{
    AccountId, Amount, AssetId, Batch, BatchDigest, BatchSequence, ChainId, CheckedBatch, Epoch, Operation,
    SecretKey, TimeMs, ValidatorIndex, checked::CheckedTransaction, transaction::TransactionBody,
};

use super::{Opened, Origin, Store};
use crate::{MempoolError, counters::LiveCounters};

const OWN: ValidatorIndex = ValidatorIndex::new(1);
/// A few batches long.
const SEGMENT_BYTES: u64 = 1_500;
/// Ways in which each power failure ends.
const WAYS: u64 = 12;

/// What a life had been told when it ended.
#[derive(Default)]
struct Life {
    /// Held, and not given up.
    held: BTreeMap<BatchDigest, Bytes>,
    /// What was being written or given up: nobody was told what became of it.
    pending: BTreeMap<BatchDigest, Bytes>,
    /// Given up before: may come back, whole.
    dropped: BTreeMap<BatchDigest, Bytes>,
    own_sequence: Option<u64>,
    segments_removed: bool,
}

fn batch(author: ValidatorIndex, sequence: u64) -> Arc<CheckedBatch> {
    let key = SecretKey::from_seed(&[9; 32]);
    let (source, to) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
    let operation =
        Operation::Transfer { source, asset: AssetId::of_name("EUR"), to, amount: Amount::new(1) };
    let body = TransactionBody {
        chain_id: ChainId::new([7; 32]),
        valid_until: TimeMs::new(1),
        salt: sequence,
        operations: vec![operation],
        memo: "m".repeat(usize::try_from(sequence * 97 % 200).unwrap()),
    };
    let transactions = vec![body.sign(&[&key])];
    let packed = Batch {
        author,
        sequence: BatchSequence::new(sequence),
        epoch: Epoch::ZERO,
        expires: TimeMs::new(u64::MAX),
        transactions: transactions.iter().map(|transaction| transaction.bytes().clone()).collect(),
    };
    let checked = CheckedTransaction::check_each(transactions);
    Arc::new(CheckedBatch::pack(&packed, checked.into_iter().map(Result::unwrap).collect()))
}

fn open(disk: &FaultyDisk) -> Result<Opened, MempoolError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Store::open(&disk, Some(OWN), SEGMENT_BYTES, 0, &LiveCounters::default())
}

/// Two runs of groups of batches, own ones and a peer's, the oldest given up again and again.
fn live(disk: &FaultyDisk) -> (Life, Result<(), MempoolError>) {
    let mut life = Life::default();
    let outcome = live_on(disk, &mut life);
    (life, outcome)
}

fn live_on(disk: &FaultyDisk, life: &mut Life) -> Result<(), MempoolError> {
    let mut sequence = 0;
    let mut order = Vec::new();
    for _run in 0..2 {
        let Opened { store, mut writer, .. } = open(disk)?;
        for step in 0..6 {
            let mut group = Vec::new();
            for _ in 0..=step % 3 {
                sequence += 1;
                let (author, origin) = match sequence % 2 {
                    0 => (OWN, Origin::Own),
                    _ => (ValidatorIndex::new(0), Origin::Peer),
                };
                group.push((batch(author, sequence), origin));
            }
            let dropped: Vec<BatchDigest> = order.drain(..order.len().saturating_sub(3)).collect();
            for digest in &dropped {
                let bytes = life.held.remove(digest).unwrap();
                life.pending.insert(*digest, bytes);
            }
            let new = group.iter().map(|(batch, _)| (batch.reference().digest, batch.encoded().clone()));
            life.pending.extend(new.clone());
            let oldest = |store: &Store| store.index.lock().segments.keys().next().copied();
            let before = oldest(&store);
            writer.write(&store, &group, &dropped)?;
            life.segments_removed |= oldest(&store) != before;
            order.extend(group.iter().map(|(batch, _)| batch.reference().digest));
            life.held.extend(new);
            for digest in &dropped {
                life.dropped.extend(life.pending.remove_entry(digest));
            }
            life.pending.clear();
            let own = group.iter().filter(|(_, origin)| *origin == Origin::Own);
            let own = own.map(|(batch, _)| batch.reference().sequence.get()).max();
            life.own_sequence = life.own_sequence.max(own);
        }
    }
    Ok(())
}

fn operations_of_a_life() -> u64 {
    let disk = FaultyDisk::default();
    let (life, outcome) = live(&disk);
    outcome.unwrap();
    assert!(life.segments_removed, "segments come and go");
    disk.operations()
}

/// All that was acknowledged is there, whole; nothing is there that never was; and the store goes on.
fn assert_kept(disk: &FaultyDisk, life: &Life, story: &str) {
    let Opened { store, mut writer, held, own_sequence } =
        open(disk).unwrap_or_else(|error| panic!("{story}: {error}"));
    for (digest, bytes) in &life.held {
        let found = store.encoded(digest).unwrap();
        assert_eq!(found.as_ref(), Some(bytes), "{story}: an acknowledged batch");
    }
    for reference in &held {
        let digest = reference.digest;
        let known =
            [&life.held, &life.pending, &life.dropped].into_iter().find_map(|known| known.get(&digest));
        let known = known.unwrap_or_else(|| panic!("{story}: a batch that was never given"));
        assert_eq!(store.encoded(&digest).unwrap().as_ref(), Some(known), "{story}");
    }
    assert!(own_sequence >= life.own_sequence, "{story}: numbers are never used again");
    let more = batch(OWN, 999);
    writer.write(&store, &[(Arc::clone(&more), Origin::Own)], &[]).unwrap();
    drop((store, writer));
    disk.crash(&mut |_| 0);
    let Opened { store, held: again, own_sequence, .. } = open(disk).unwrap();
    for reference in held.iter().chain([more.reference()]) {
        assert!(again.contains(reference), "{story}: after one more, and the least that a crash may leave");
        assert!(store.encoded(&reference.digest).unwrap().is_some(), "{story}");
    }
    assert_eq!(own_sequence, Some(999), "{story}");
}

fn assert_stops_and_resumes(mishap: Mishap, is_expected: impl Fn(&MempoolError) -> bool) {
    let mut refused = 0;
    for operation in 0..operations_of_a_life() {
        for power_fails in [false, true] {
            let disk = FaultyDisk::default();
            disk.plan(operation, mishap);
            let (life, outcome) = live(&disk);
            let story = format!("{mishap:?} at {operation}, power fails: {power_fails}");
            let Err(error) = outcome else {
                assert_eq!(mishap, Mishap::NoSpace, "{story}: went unnoticed");
                continue;
            };
            refused += 1;
            assert!(is_expected(&error), "{story}: {error}");
            assert!(error.to_string().contains("faulty"), "{story}: {error} names the path");
            disk.mend();
            if power_fails {
                disk.crash(&mut dice(operation));
            }
            assert_kept(&disk, &life, &story);
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn f21_no_space_at_any_operation_stops_the_store_and_loses_nothing() {
    assert_stops_and_resumes(Mishap::NoSpace, |error| matches!(error, MempoolError::NoSpace { .. }));
}

#[test]
fn f21_an_io_error_at_any_operation_stops_the_store_and_loses_nothing() {
    assert_stops_and_resumes(Mishap::Io, |error| {
        matches!(error, MempoolError::Io { .. } | MempoolError::Unreadable { .. })
    });
}

#[test]
fn a_short_write_is_continued() {
    for operation in 0..operations_of_a_life() {
        let disk = FaultyDisk::default();
        disk.plan(operation, Mishap::Short);
        let (life, outcome) = live(&disk);
        outcome.unwrap();
        disk.crash(&mut |_| 0);
        assert_kept(&disk, &life, &format!("short at {operation}"));
    }
}

#[test]
fn f18_the_power_fails_at_every_operation_and_in_the_recovery_and_loses_nothing() {
    for operation in 0..operations_of_a_life() {
        let failed = FaultyDisk::default();
        // In the marker, the length, the payload of a record, and in the last byte of a sector.
        failed.set_cuts(&[2, 7, 60, 300, 511]);
        failed.plan(operation, Mishap::Crash);
        let (life, outcome) = live(&failed);
        assert!(outcome.is_err(), "the power fails at {operation}");
        for way in 0..WAYS {
            let disk = failed.fork();
            disk.crash(&mut dice(operation * WAYS + way));
            assert_kept(&disk.fork(), &life, &format!("{operation}, way {way}"));
            let second = disk.operations() + way;
            disk.plan(second, Mishap::Crash);
            if open(&disk).is_err() {
                disk.crash(&mut dice(way));
                assert_kept(&disk, &life, &format!("{operation}, way {way}, and again in the recovery"));
            }
        }
    }
}

#[test]
fn what_a_failed_sync_left_in_the_cache_is_made_durable_before_it_is_believed() {
    let disk = FaultyDisk::default();
    let Opened { store, mut writer, .. } = open(&disk).unwrap();
    // Two writes, then the sync.
    disk.plan(disk.operations() + 2, Mishap::Io);
    let given = batch(OWN, 1);
    assert!(writer.write(&store, &[(Arc::clone(&given), Origin::Own)], &[]).is_err());
    let Opened { held, .. } = open(&disk).unwrap();
    assert_eq!(held, [*given.reference()], "a restart without power loss reads the cache");
    disk.crash(&mut |_| 0);
    assert_eq!(open(&disk).unwrap().held, held, "and acknowledges it");
}
