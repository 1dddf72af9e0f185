//! What readers get: proofs, histories, lookups, admission's soft judgement.

use types::{
    Code, Height,
    ports::{AdmissionState, ChainReader},
    state::{Holding, StateKey},
};

use super::support::{World, asset, certificate, id, transfer};

#[test]
fn a_transaction_is_found_with_paths_to_both_roots() {
    let mut world = World::new();
    let transactions: Vec<_> = (0..7)
        .map(|i| {
            world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 200 * (1 + i % 2))], &["alpha/alice"])
        })
        .collect();
    world.block(&transactions);
    let mut codes = std::collections::BTreeSet::new();
    for (index, transaction) in (0u32..).zip(&transactions) {
        let record = world.reader().transaction(transaction.id()).unwrap().unwrap();
        assert_eq!((record.index, &record.transaction), (index, transaction.bytes()));
        let header = &record.block.header;
        assert!(record.transaction_path.proves(transaction.witness().as_bytes(), &header.transactions_root));
        assert!(record.result_path.proves(&record.result.encode(), &header.results_root));
        assert!(!record.result_path.proves(&[0], &header.results_root));
        assert_eq!(record.result.id, *transaction.id());
        let set = world.reader().validator_set().unwrap();
        record.block.certificate.unwrap().verify(&header.chain_id, &set).unwrap();
        codes.insert(record.result.code);
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), [Code::Committed, Code::InsufficientFunds]);
}

#[test]
fn nothing_uncertified_is_shown() {
    let mut world = World::new();
    let transaction = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"]);
    let executed = world.execute(std::slice::from_ref(&transaction));
    let (reader, one) = (world.reader().clone(), Height::new(1));
    let shown = || {
        (
            reader.header(one).unwrap().is_some(),
            reader.block(one).unwrap().is_some(),
            reader.block_view(one).unwrap().is_some(),
            reader.transaction(transaction.id()).unwrap().is_some(),
            reader.history(&id("beta/bob"), None, 5).unwrap().len() == 1,
            reader.certified().header.height == one,
        )
    };
    assert_eq!(shown(), (false, false, false, false, false, false));
    assert_eq!(reader.executed(), one);
    world.writer().store_certificates(&[certificate(one, executed.hash)]).unwrap();
    assert_eq!(shown(), (true, true, true, true, true, true));
    assert_eq!(reader.header(Height::ZERO).unwrap().unwrap().certificate, None);
}

#[test]
fn histories_are_paged_newest_first() {
    let mut world = World::new();
    let mut expected = Vec::new();
    for height in 1..=3u64 {
        let pay = |world: &mut World| {
            world.sign(vec![transfer("alpha/alice", "beta/carol", "EUR", 1)], &["alpha/alice"])
        };
        let transactions = [pay(&mut world), pay(&mut world)];
        world.block(&transactions);
        for (index, transaction) in (0u32..).zip(&transactions) {
            expected.push((Height::new(height), index, *transaction.id()));
        }
    }
    expected.reverse();
    for account in ["alpha/alice", "beta/carol"] {
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = world.reader().history(&id(account), before, 4).unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.height, last.index));
            found.extend(page.iter().map(|entry| (entry.height, entry.index, entry.id)));
        }
        assert_eq!(found, expected);
    }
    assert!(world.reader().history(&id("beta/bob"), None, 4).unwrap().is_empty());
}

#[test]
fn a_failed_transaction_stands_only_in_its_sources_history() {
    let mut world = World::new();
    let transaction = world.sign(vec![transfer("beta/carol", "beta/bob", "EUR", 1)], &["beta/carol"]);
    world.block(&[transaction]);
    assert_eq!(world.reader().history(&id("beta/carol"), None, 4).unwrap().len(), 1);
    assert!(world.reader().history(&id("beta/bob"), None, 4).unwrap().is_empty());
}

#[test]
fn values_are_proven_and_scanned_in_pages() {
    let mut world = World::new();
    world.block(&[]);
    let view = world.reader().state();
    let root = view.at().header.state_root;
    for (account, present) in [("alpha/alice", true), ("beta/carol", false)] {
        let key = StateKey::Holding(asset("EUR"), id(account)).encode();
        let proven = view.prove(&key).unwrap();
        assert_eq!(proven.value.is_some(), present);
        proven.proof.verify(&root, &key, proven.value.as_deref()).unwrap();
        assert!(proven.proof.verify(&root, &key, Some(b"other")).is_err());
    }
    let prefix = StateKey::holdings_prefix(&asset("EUR"));
    let all = view.scan(&prefix, None, 10).unwrap();
    assert_eq!(all.len(), 3);
    let mut paged = Vec::new();
    while let Some(next) =
        view.scan(&prefix, paged.last().map(|(key, _): &(Vec<u8>, _)| key.as_slice()), 1).unwrap().pop()
    {
        paged.push(next);
    }
    assert_eq!(paged, all);
    assert!(types::state::decode_value::<Holding>(&all[0].1).is_ok());
}

#[test]
fn admission_refuses_softly_what_would_be_void_or_fail() {
    let mut world = World::new();
    let good = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"]);
    let unfunded = world.sign(vec![transfer("beta/carol", "beta/bob", "EUR", 1)], &["beta/carol"]);
    let unsigned = world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["beta/bob"]);
    let reader = world.reader().clone();
    let code = |transaction| reader.refusal(transaction).map(|(code, _)| code);
    assert_eq!(code(&good), None);
    assert_eq!(code(&unfunded), Some(Code::InsufficientFunds));
    assert_eq!(code(&unsigned), Some(Code::Unauthorised));
    // The newest executed state counts, certified or not.
    let fund = world.sign(vec![transfer("alpha/alice", "beta/carol", "EUR", 1)], &["alpha/alice"]);
    world.execute(&[fund]);
    assert_eq!(code(&unfunded), None);
    assert_eq!(code(&unfunded), None, "a judgement leaves nothing behind");
    let spend = world.sign(vec![transfer("beta/carol", "beta/bob", "EUR", 1)], &["beta/carol"]);
    world.execute(&[spend]);
    assert_eq!(code(&unfunded), Some(Code::InsufficientFunds), "what a block changed is read again");
    assert!(reader.refusal(&unsigned).unwrap().1.contains("signatures are missing"));
}
