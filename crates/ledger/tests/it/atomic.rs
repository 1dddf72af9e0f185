//! Transactions of several operations and signers: all or nothing, and void while a signature is missing.

use types::{Code, KeySet, MemberId, Operation, ports::ChainReader};

use super::support::{World, id, key, transfer};

fn delivery_versus_payment(gold: u128, eur: u128) -> Vec<Operation> {
    vec![transfer("beta/bob", "alpha/alice", "GOLD", gold), transfer("alpha/alice", "beta/bob", "EUR", eur)]
}

#[test]
fn delivery_versus_payment_succeeds_as_a_whole() {
    let mut world = World::new();
    let outcome = world.outcome(delivery_versus_payment(10, 400), &["alpha/alice", "beta/bob"]);
    assert_eq!(outcome, (Code::Committed, None));
    assert_eq!(
        (world.holding("alpha/alice", "GOLD"), world.holding("alpha/alice", "EUR")),
        ((10, 0), (600, 0))
    );
    assert_eq!((world.holding("beta/bob", "GOLD"), world.holding("beta/bob", "EUR")), ((40, 0), (900, 0)));
}

#[test]
fn delivery_versus_payment_fails_as_a_whole() {
    let mut world = World::new();
    let outcome = world.outcome(delivery_versus_payment(10, 4000), &["alpha/alice", "beta/bob"]);
    assert_eq!(outcome, (Code::InsufficientFunds, Some(1)), "the second operation fails");
    assert_eq!(
        (world.holding("alpha/alice", "GOLD"), world.holding("alpha/alice", "EUR")),
        ((0, 0), (1000, 0))
    );
    assert_eq!((world.holding("beta/bob", "GOLD"), world.holding("beta/bob", "EUR")), ((50, 0), (500, 0)));
}

#[test]
fn a_half_signed_transaction_is_void_and_the_complete_one_commits_later() {
    let mut world = World::new();
    let half = world.sign(delivery_versus_payment(10, 400), &["alpha/alice"]);
    let results = world.block(&[half.clone(), half.clone()]);
    assert_eq!(results.len(), 1, "a void witness is listed once per block");
    assert_eq!((results[0].code, results[0].operation), (Code::Unauthorised, None));
    assert!(!types::ports::AdmissionState::is_seen(world.reader(), &half));
    assert_eq!(world.reader().transaction(half.id()).unwrap(), None, "its id is not indexed");
    assert!(world.reader().history(&id("alpha/alice"), None, 10).unwrap().is_empty());
    let view = world.reader().block_view(world.reader().certified_height()).unwrap().unwrap();
    assert_eq!(view.transactions[0].0, *half.bytes(), "but it stands in its block");

    let complete = half.signed_by(&key("beta/bob"));
    assert_eq!(complete.id(), half.id());
    assert_eq!(
        world.block(std::slice::from_ref(&half))[0].code,
        Code::Unauthorised,
        "void again, in another block"
    );
    let results = world.block(&[half.clone(), complete.clone(), half]);
    assert_eq!(results.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::Unauthorised, Code::Committed]);
    let record = world.reader().transaction(complete.id()).unwrap().unwrap();
    assert_eq!((record.transaction, record.index), (complete.bytes().clone(), 1));
}

/// Else anybody could burn the id by submitting it while one of its operations would fail.
#[test]
fn void_goes_before_failure() {
    let mut world = World::new();
    let half = world.sign(delivery_versus_payment(1000, 400), &["beta/bob"]);
    assert_eq!(world.block(&[half])[0].code, Code::Unauthorised);
    let unknown = Operation::RotateKeys {
        source: types::AccountId::new([1; 32]),
        keys: KeySet::single(key("x").public_key()),
    };
    assert_eq!(
        world.outcome(vec![unknown], &["x"]).0,
        Code::Unauthorised,
        "an unknown source cannot consent"
    );
}

#[test]
fn keys_count_from_the_operation_that_sets_them() {
    let mut world = World::new();
    let rotate =
        Operation::RotateKeys { source: id("beta/bob"), keys: KeySet::single(key("bob2").public_key()) };
    let operations = vec![rotate, transfer("beta/bob", "alpha/alice", "EUR", 5)];
    assert_eq!(world.outcome(operations.clone(), &["beta/bob"]).0, Code::Unauthorised);
    assert_eq!(world.outcome(operations.clone(), &["bob2"]).0, Code::Unauthorised);
    assert_eq!(world.outcome(operations, &["beta/bob", "bob2"]).0, Code::Committed);
    // An account may act in the very transaction that opens it.
    let (member, keys) = (MemberId::of_name("alpha"), KeySet::single(key("new").public_key()));
    let new = types::AccountId::derive(&member, 3, &keys);
    let open = Operation::RegisterAccount {
        source: id("alpha/admin"),
        member,
        salt: 3,
        keys,
        roles: std::collections::BTreeSet::new(),
        name: String::new(),
    };
    let fund = Operation::Transfer {
        source: id("alpha/alice"),
        asset: super::support::asset("EUR"),
        to: new,
        amount: types::Amount::new(9),
    };
    let spend = Operation::Transfer {
        source: new,
        asset: super::support::asset("EUR"),
        to: id("beta/carol"),
        amount: types::Amount::new(4),
    };
    let operations = vec![open, fund, spend];
    assert_eq!(world.outcome(operations.clone(), &["alpha/admin", "alpha/alice"]).0, Code::Unauthorised);
    assert_eq!(world.outcome(operations, &["alpha/admin", "alpha/alice", "new"]).0, Code::Committed);
    assert_eq!(world.holding("beta/carol", "EUR"), (4, 0));
}

/// Old keys must not act again by pretending to open the account anew.
#[test]
fn registering_an_existing_account_gives_no_consent() {
    let mut world = World::new();
    let rotate =
        Operation::RotateKeys { source: id("beta/bob"), keys: KeySet::single(key("bob2").public_key()) };
    assert_eq!(world.outcome(vec![rotate], &["beta/bob"]).0, Code::Committed);
    let again = Operation::RegisterAccount {
        source: id("beta/admin"),
        member: MemberId::of_name("beta"),
        salt: 0,
        keys: KeySet::single(key("beta/bob").public_key()),
        roles: std::collections::BTreeSet::new(),
        name: String::new(),
    };
    let operations = vec![again, transfer("beta/bob", "alpha/alice", "EUR", 5)];
    assert_eq!(world.outcome(operations, &["beta/admin", "beta/bob"]).0, Code::Unauthorised);
}
