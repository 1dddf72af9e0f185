//! Opening: what is refused, and by which error.

use std::io::{Seek, SeekFrom, Write};

use ledger::{Ledger, LedgerError, LedgerOptions, genesis_header};
use types::{Amount, ports::ChainReader};

use super::support::{World, genesis, open, transfer};

#[test]
fn a_new_ledger_starts_with_the_genesis_block() {
    let world = World::new();
    let certified = world.reader().certified();
    assert_eq!(certified.header, genesis_header(&genesis()).unwrap());
    assert_eq!(certified.certificate, None);
    assert_eq!(world.holding("alpha/alice", "EUR"), (1000, 0));
}

#[test]
fn another_genesis_is_refused() {
    let mut world = World::new();
    world.close();
    let mut other = genesis();
    other.assets[0].holdings.insert("alpha/alice".to_owned(), Amount::new(1_000_000));
    let refused = Ledger::open_with(world.dir.path(), &other, &LedgerOptions::small()).map(|_| ());
    let (expected, found) = (other.chain_id(), genesis().chain_id());
    assert_eq!(
        refused,
        Err(LedgerError::OtherGenesis { path: world.dir.path().to_owned(), expected, found })
    );
    let refused = ledger::verify_ledger(world.dir.path(), &other, &mut |_, _| {});
    assert!(matches!(refused, Err(LedgerError::OtherGenesis { .. })));
}

#[test]
fn one_process_at_a_time() {
    let world = World::new();
    let path = world.dir.path().to_owned();
    assert_eq!(open(&path).map(|_| ()), Err(LedgerError::InUse { path: path.clone() }));
    let verified = ledger::verify_ledger(&path, &genesis(), &mut |_, _| {});
    assert_eq!(verified, Err(LedgerError::InUse { path }));
}

#[test]
fn a_genesis_that_describes_no_network_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut bad = genesis();
    bad.accounts[0].member = "nobody".to_owned();
    let refused = Ledger::open_with(dir.path(), &bad, &LedgerOptions::small()).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Genesis { .. })), "{refused:?}");
    let mut newer = genesis();
    newer.parameters.rules = 2;
    let refused = Ledger::open_with(dir.path(), &newer, &LedgerOptions::small()).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::NewerRules { found: 2, .. })), "{refused:?}");
}

#[test]
fn a_folder_that_cannot_be_made_is_an_io_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), b"").unwrap();
    let refused = open(&dir.path().join("file/data")).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Io { .. })), "{refused:?}");
}

#[test]
fn a_damaged_file_is_named() {
    let mut world = World::new();
    for _ in 0..3 {
        let transaction = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"]);
        world.block(&[transaction]);
    }
    world.close();
    let manifest = std::fs::read_dir(world.dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let manifest = manifest.into_iter().find(|path| path.to_string_lossy().contains("MANIFEST")).unwrap();
    let mut file = std::fs::File::options().write(true).open(&manifest).unwrap();
    file.seek(SeekFrom::Start(20)).unwrap();
    file.write_all(&[0xff; 64]).unwrap();
    drop(file);
    let refused = open(world.dir.path()).map(|_| ());
    let Err(LedgerError::Damaged { path, .. }) = refused else { panic!("{refused:?}") };
    assert!(path.starts_with(world.dir.path()), "{path:?}");
}

/// A record torn by a crash was never acknowledged; damage before the end of the log is not skipped.
#[test]
fn a_torn_log_tail_is_cut_and_a_hole_is_not_skipped() {
    let logs = |world: &World| {
        let mut logs: Vec<_> = std::fs::read_dir(world.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
            .filter(|path| std::fs::metadata(path).unwrap().len() > 0)
            .collect();
        logs.sort();
        logs
    };
    let mut world = World::new();
    world.block(&[]);
    world.execute(&[]);
    world.close();
    let log = logs(&world).pop().unwrap();
    let length = std::fs::metadata(&log).unwrap().len();
    std::fs::File::options().write(true).open(&log).unwrap().set_len(length - 10).unwrap();
    let (writer, reader) = open(world.dir.path()).unwrap();
    assert_eq!(writer.executed(), types::Height::new(1), "the torn block was never acknowledged");
    drop((writer, reader));

    let mut world = World::new();
    world.block(&[]);
    world.block(&[]);
    world.close();
    let log = logs(&world).pop().unwrap();
    let length = std::fs::metadata(&log).unwrap().len();
    let mut file = std::fs::File::options().write(true).open(&log).unwrap();
    file.seek(SeekFrom::Start(length / 3)).unwrap();
    file.write_all(&[0xff; 40]).unwrap();
    drop(file);
    let refused = open(world.dir.path()).map(|_| ());
    assert!(matches!(refused, Err(LedgerError::Damaged { .. })), "{refused:?}");
}
