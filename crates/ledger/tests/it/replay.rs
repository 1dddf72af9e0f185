//! Exactly once: the dedup window, expiry, slots of long-lived transactions.

use types::{
    Account, Code, Parameters, TimeMs, Transaction,
    ports::{AdmissionState, ChainReader},
    state::{Seen, StateKey},
};

use super::support::{World, id, key, pack, transfer};

fn pay(world: &mut World) -> Transaction {
    world.sign(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)], &["alpha/alice"])
}

fn lasting(world: &mut World, lifetime: u64) -> Transaction {
    let mut body = world.body(vec![transfer("alpha/alice", "beta/bob", "EUR", 1)]);
    // The next block is one second ahead.
    body.valid_until = TimeMs::new(world.now + 1_000 + lifetime);
    body.sign(&[&key("alpha/alice")])
}

#[test]
fn a_transaction_is_executed_once_whatever_repeats_it() {
    let mut world = World::new();
    let transaction = pay(&mut world);
    let same = std::slice::from_ref(&transaction);
    let block = world.propose(vec![pack(1, &[transaction.clone(), transaction.clone()]), pack(2, same)]);
    assert_eq!(world.writer().execute(&block, &|_| None).unwrap().results.len(), 1);
    assert_eq!(world.execute(same).results, []);
    assert!(world.reader().is_seen(&transaction));
    world.reopen();
    assert_eq!(world.execute(same).results, [], "also after a restart");
    assert!(world.reader().is_seen(&transaction));
    // Another set of signatures is another witness, but the same id.
    let more = transaction.signed_by(&key("stranger"));
    assert_eq!(world.execute(&[more]).results, []);
}

#[test]
fn a_failed_transaction_consumes_its_id() {
    let mut world = World::new();
    let transaction = world.sign(vec![transfer("beta/carol", "beta/bob", "EUR", 1)], &["beta/carol"]);
    let same = std::slice::from_ref(&transaction);
    assert_eq!(world.block(same)[0].code, Code::InsufficientFunds);
    let fund = world.sign(vec![transfer("alpha/alice", "beta/carol", "EUR", 5)], &["alpha/alice"]);
    world.block(&[fund]);
    assert_eq!(world.block(same), []);
}

#[test]
fn an_expired_transaction_is_not_listed_and_absence_is_provable() {
    let mut world = World::new();
    let transaction = pay(&mut world);
    world.now = transaction.body().valid_until.get() - 1_000;
    let alive = pay(&mut world);
    assert_eq!(world.block(&[alive]).len(), 1);
    assert_eq!(world.reader().certified().header.time, transaction.body().valid_until);
    assert_eq!(world.block(std::slice::from_ref(&transaction)), [], "one second too late");

    let key = StateKey::Seen(transaction.body().valid_until, *transaction.id()).encode();
    let view = world.reader().state();
    let proven = view.prove(&key).unwrap();
    assert_eq!(proven.value, None);
    proven.proof.verify(&view.at().header.state_root, &key, None).unwrap();
    assert!(view.at().header.time > transaction.body().valid_until);
}

#[test]
fn a_transaction_is_alive_in_a_block_of_its_very_expiry() {
    let mut world = World::new();
    let transaction = lasting(&mut world, 0);
    assert_eq!(world.block(&[transaction])[0].code, Code::Committed);
}

#[test]
fn ids_are_forgotten_after_the_grace_and_not_before() {
    let mut world = World::new();
    let grace = Parameters::default().expiry_grace_ms;
    let transaction = pay(&mut world);
    let seen = StateKey::Seen(transaction.body().valid_until, *transaction.id());
    world.block(std::slice::from_ref(&transaction));
    let valid_until = transaction.body().valid_until;
    world.now = valid_until.get() + grace - 1_000;
    world.block(&[]);
    assert_eq!(world.value(&seen), Some(Seen { slot_of: None }), "at the end of the grace");
    world.reopen();
    world.block(&[]);
    assert_eq!(world.value::<Seen>(&seen), None);
    assert!(world.reader().transaction(transaction.id()).unwrap().is_some(), "the block keeps it");
}

#[test]
fn long_lifetimes_take_slots_until_they_are_forgotten() {
    let mut world = World::new();
    let limits = Parameters::default();
    let long = limits.max_lifetime_ms + 1;
    let ordinary = lasting(&mut world, limits.max_lifetime_ms);
    assert_eq!(world.block(&[ordinary])[0].code, Code::Committed);
    let slots =
        |world: &World| world.value::<Account>(&StateKey::Account(id("alpha/alice"))).unwrap().long_lived;
    assert_eq!(slots(&world), 0);
    let too_long = lasting(&mut world, limits.max_long_lifetime_ms + 1);
    assert_eq!(world.block(&[too_long])[0].code, Code::NotYetValid);

    // Two slots: one for a transaction that commits, one for a transaction that fails.
    let first = lasting(&mut world, long);
    let mut body = world.body(vec![transfer("alpha/alice", "beta/bob", "EUR", 5000)]);
    body.valid_until = TimeMs::new(world.now + 1_000 + long);
    let failing = body.sign(&[&key("alpha/alice")]);
    let codes: Vec<_> = world.block(&[first, failing]).iter().map(|r| r.code).collect();
    assert_eq!(codes, [Code::Committed, Code::InsufficientFunds]);
    assert_eq!(slots(&world), 2);
    let third = lasting(&mut world, long);
    assert_eq!(world.block(&[third])[0].code, Code::TooManyLongLived);
    let short = pay(&mut world);
    assert_eq!(world.block(&[short])[0].code, Code::Committed, "short ones need no slot");

    world.now += long + limits.expiry_grace_ms + 10_000;
    world.block(&[]);
    assert_eq!(slots(&world), 0);
    let next = lasting(&mut world, long);
    assert_eq!(world.block(&[next])[0].code, Code::Committed);
}
