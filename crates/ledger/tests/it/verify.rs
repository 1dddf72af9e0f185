//! Offline verification finds what was tampered with.

use std::path::Path;

use ledger::{VerifyReport, verify_ledger};
use types::{Certificate, Header, Height, codec, ports::ChainReader, state::Holding};

use super::support::{World, asset, certificate_by, genesis, id, transfer};

fn world() -> World {
    let mut world = World::new();
    for amount in [1, 2, 5000] {
        let good = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", amount)], &["alpha/alice"]);
        let void = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["beta/bob"]);
        world.block(&[good, void]);
    }
    world
}

fn verify(path: &Path) -> VerifyReport {
    verify_ledger(path, &genesis(), &mut |_, _| {}).unwrap()
}

/// Changes stored bytes behind the ledger's back.
fn tamper(world: &mut World, change: impl FnOnce(&rocksdb::DB)) -> Vec<String> {
    world.close();
    let path = world.dir.path();
    assert!(verify(path).ok, "good before");
    let options = rocksdb::Options::default();
    let columns = rocksdb::DB::list_cf(&options, path).unwrap();
    let db = rocksdb::DB::open_cf(&options, path, columns).unwrap();
    change(&db);
    drop(db);
    let report = verify(path);
    assert!(!report.ok);
    report.errors
}

fn put(db: &rocksdb::DB, column: &str, key: &[u8], value: &[u8]) {
    db.put_cf(db.cf_handle(column).unwrap(), key, value).unwrap();
}

fn get(db: &rocksdb::DB, column: &str, key: &[u8]) -> Vec<u8> {
    db.get_cf(db.cf_handle(column).unwrap(), key).unwrap().unwrap()
}

fn header_key(height: u64, part: u8) -> Vec<u8> {
    [height.to_be_bytes().as_slice(), &[part]].concat()
}

fn body_key(height: u64, part: u32) -> Vec<u8> {
    [height.to_be_bytes().as_slice(), &part.to_be_bytes()].concat()
}

#[test]
fn a_good_ledger_verifies_and_reports_what_it_read() {
    let mut world = world();
    let executed = world.execute(&[]);
    let certified = world.reader().certified();
    world.close();
    let mut told = Vec::new();
    let report =
        verify_ledger(world.dir.path(), &genesis(), &mut |done, of| told.push((done.get(), of.get())))
            .unwrap();
    assert_eq!((report.ok, report.errors), (true, vec![]));
    assert_eq!((report.height, report.blocks, report.transactions), (Height::new(4), 5, 6));
    assert_eq!(report.state_root, executed.header.state_root);
    assert_eq!(certified.header.height, Height::new(3), "the newest block is not certified yet, and good");
    assert_eq!(told, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    let (_writer, reader) = super::support::open(world.dir.path()).unwrap();
    assert_eq!(reader.executed(), Height::new(4), "nothing was changed");
}

#[test]
fn a_changed_header_is_found() {
    let errors = tamper(&mut world(), |db| {
        let mut header = Header::decode(&get(db, "headers", &header_key(2, 0))).unwrap();
        header.state_root = types::StateRoot::new([1; 32]);
        put(db, "headers", &header_key(2, 0), &header.encode());
    });
    assert!(errors.iter().any(|e| e.starts_with("height 2: ") && e.contains("state root")), "{errors:?}");
}

#[test]
fn a_changed_or_missing_certificate_is_found() {
    let errors = tamper(&mut world(), |db| {
        let good: Certificate = codec::decode_canonical(&get(db, "headers", &header_key(2, 1))).unwrap();
        let short = certificate_by(&[0, 3], Height::new(2), good.header_hash);
        put(db, "headers", &header_key(2, 1), &codec::encode(&short));
    });
    assert_eq!(errors, ["height 2: 2 signatures, a quorum is 3"]);
    let errors = tamper(&mut world(), |db| {
        db.delete_cf(db.cf_handle("headers").unwrap(), header_key(1, 1)).unwrap();
    });
    assert_eq!(errors, ["height 1: the certificate is missing"]);
}

#[test]
fn a_changed_body_is_found() {
    let errors = tamper(&mut world(), |db| {
        let mut batch = get(db, "bodies", &body_key(2, 1));
        let last = batch.len() - 1;
        batch[last] ^= 1;
        put(db, "bodies", &body_key(2, 1), &batch);
    });
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("height 2: batch 0: "), "{errors:?}");
}

#[test]
fn changed_results_and_index_rows_are_found() {
    let transaction = {
        let mut world = World::new();
        world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"])
    };
    let errors = tamper(&mut world(), |db| {
        put(db, "transactions", transaction.id().as_bytes(), &body_key(3, 0));
        put(db, "results", &1u64.to_be_bytes(), &get(db, "results", &3u64.to_be_bytes()));
        put(db, "history", &[0; 44], b"");
    });
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(
        errors[0].contains("results")
            && errors[1].contains("not indexed")
            && errors[2].contains("history has")
    );
}

#[test]
fn changed_state_and_tree_are_found() {
    let key = types::state::StateKey::Holding(asset("EUR"), id("alpha/alice")).encode();
    let errors = tamper(&mut world(), |db| {
        let rich = Holding { available: types::Amount::new(1 << 60), locked: types::Amount::ZERO };
        put(db, "state", &key, &codec::encode(&rich));
        put(db, "tree", &[9, 9], b"");
    });
    let names: Vec<_> = errors.iter().map(|error| error.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["state", "tree"]);
}
