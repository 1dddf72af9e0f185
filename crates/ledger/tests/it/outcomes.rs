//! Every outcome of every operation, once.

use std::collections::BTreeSet;

use types::{
    AccountId, AccountStatus, Amount, Code, KeySet, MemberId, Operation, Role,
    account::WeightedKey,
    state::{Asset, StateKey, TransferPolicy},
};

use super::locks::lock;
use super::support::{World, asset, id, key, transfer};

fn register_member(source: &str, name: &str) -> Operation {
    let admin_keys = KeySet::single(key("gamma/admin").public_key());
    Operation::RegisterMember {
        source: id(source),
        name: name.to_owned(),
        contact: String::new(),
        admin_keys,
    }
}

fn register_account(source: &str, member: &str, name: &str, roles: &[Role]) -> Operation {
    Operation::RegisterAccount {
        source: id(source),
        member: MemberId::of_name(member),
        salt: 7,
        keys: KeySet::single(key("new").public_key()),
        roles: roles.iter().copied().collect(),
        name: name.to_owned(),
    }
}

fn set_status(source: &str, account: &str, status: AccountStatus) -> Operation {
    Operation::SetStatus { source: id(source), account: id(account), status }
}

fn set_roles(source: &str, account: &str, roles: &[Role]) -> Operation {
    let roles: BTreeSet<_> = roles.iter().copied().collect();
    Operation::SetRoles { source: id(source), account: id(account), roles }
}

fn create(source: &str, name: &str, decimals: u32) -> Operation {
    Operation::CreateAsset {
        source: id(source),
        name: name.to_owned(),
        decimals,
        policy: TransferPolicy::Open,
    }
}

fn issue(source: &str, name: &str, to: &str, amount: u128) -> Operation {
    Operation::Issue { source: id(source), asset: asset(name), to: id(to), amount: Amount::new(amount) }
}

fn redeem(source: &str, name: &str, amount: u128) -> Operation {
    Operation::Redeem { source: id(source), asset: asset(name), amount: Amount::new(amount) }
}

#[test]
fn register_member_ends_in_each_of_its_codes() {
    let mut world = World::new();
    let regulator = &["alpha/regulator"];
    assert_eq!(world.code(register_member("alpha/admin", "gamma"), &["alpha/admin"]), Code::NotPermitted);
    assert_eq!(world.code(register_member("alpha/regulator", "No Name"), regulator), Code::InvalidName);
    let long = Operation::RegisterMember {
        source: id("alpha/regulator"),
        name: "gamma".to_owned(),
        contact: "x".repeat(257),
        admin_keys: KeySet::single(key("gamma/admin").public_key()),
    };
    assert_eq!(world.code(long, regulator), Code::InvalidArgument);
    let no_keys = Operation::RegisterMember {
        source: id("alpha/regulator"),
        name: "gamma".to_owned(),
        contact: String::new(),
        admin_keys: KeySet { keys: vec![], threshold: 1 },
    };
    assert_eq!(world.code(no_keys, regulator), Code::InvalidKeys);
    assert_eq!(world.code(register_member("alpha/regulator", "gamma"), regulator), Code::Committed);
    assert_eq!(world.code(register_member("alpha/regulator", "gamma"), regulator), Code::AlreadyExists);

    let admin =
        AccountId::derive(&MemberId::of_name("gamma"), 0, &KeySet::single(key("gamma/admin").public_key()));
    let stored: types::Account = world.value(&StateKey::Account(admin)).unwrap();
    assert_eq!((stored.name.as_str(), stored.roles), ("admin", BTreeSet::from([Role::Admin])));
    let named: Option<AccountId> = world.value(&StateKey::AccountName("admin".to_owned(), stored.member));
    assert_eq!(named, Some(admin));
}

#[test]
fn register_account_ends_in_each_of_its_codes() {
    let mut world = World::new();
    let admin = &["alpha/admin"];
    assert_eq!(
        world.code(register_account("alpha/alice", "alpha", "x", &[]), &["alpha/alice"]),
        Code::NotPermitted
    );
    assert_eq!(world.code(register_account("alpha/admin", "beta", "x", &[]), admin), Code::NotPermitted);
    assert_eq!(world.code(register_account("alpha/admin", "nobody", "x", &[]), admin), Code::UnknownMember);
    assert_eq!(world.code(register_account("alpha/admin", "alpha", "X y", &[]), admin), Code::InvalidName);
    let regulator = register_account("alpha/admin", "alpha", "x", &[Role::Regulator]);
    assert_eq!(world.code(regulator, admin), Code::NotPermitted);
    assert_eq!(
        world.code(register_account("alpha/admin", "alpha", "alice", &[]), admin),
        Code::AlreadyExists
    );
    let chief = register_account("alpha/chief", "alpha", "x", &[Role::Regulator]);
    assert_eq!(world.code(chief, &["alpha/chief"]), Code::Committed);
    assert_eq!(world.code(register_account("alpha/admin", "alpha", "y", &[]), admin), Code::AlreadyExists);
    let bad = Operation::RegisterAccount {
        source: id("alpha/admin"),
        member: MemberId::of_name("alpha"),
        salt: 8,
        keys: KeySet {
            keys: vec![WeightedKey { public_key: key("z").public_key(), weight: 1 }],
            threshold: 2,
        },
        roles: BTreeSet::new(),
        name: String::new(),
    };
    assert_eq!(world.code(bad, admin), Code::InvalidKeys);
}

#[test]
fn rotate_keys_keeps_the_id_and_refuses_bad_keys() {
    let mut world = World::new();
    let rotate = |keys| Operation::RotateKeys { source: id("beta/bob"), keys };
    assert_eq!(world.code(rotate(KeySet { keys: vec![], threshold: 1 }), &["beta/bob"]), Code::InvalidKeys);
    assert_eq!(world.code(rotate(KeySet::single(key("bob2").public_key())), &["beta/bob"]), Code::Committed);
    assert_eq!(world.code(transfer("beta/bob", "alpha/alice", "EUR", 1), &["beta/bob"]), Code::Unauthorised);
    assert_eq!(world.code(transfer("beta/bob", "alpha/alice", "EUR", 1), &["bob2"]), Code::Committed);
}

#[test]
fn set_roles_needs_the_admin_of_that_member() {
    let mut world = World::new();
    let admin = &["alpha/admin"];
    assert_eq!(world.code(set_roles("alpha/admin", "alpha/alice", &[Role::Issuer]), admin), Code::Committed);
    assert_eq!(world.code(create("alpha/alice", "NEW", 0), &["alpha/alice"]), Code::Committed);
    assert_eq!(world.code(set_roles("alpha/admin", "beta/bob", &[]), admin), Code::NotPermitted);
    assert_eq!(world.code(set_roles("alpha/admin", "alpha/admin", &[]), admin), Code::NotPermitted);
    assert_eq!(
        world.code(set_roles("alpha/alice", "alpha/admin", &[]), &["alpha/alice"]),
        Code::NotPermitted
    );
    assert_eq!(
        world.code(set_roles("alpha/admin", "alpha/alice", &[Role::Regulator]), admin),
        Code::NotPermitted
    );
    assert_eq!(world.code(set_roles("alpha/admin", "alpha/regulator", &[]), admin), Code::NotPermitted);
    let chief = &["alpha/chief"];
    assert_eq!(world.code(set_roles("alpha/chief", "alpha/regulator", &[]), chief), Code::Committed);
    let unknown = Operation::SetRoles {
        source: id("alpha/admin"),
        account: AccountId::new([1; 32]),
        roles: BTreeSet::new(),
    };
    assert_eq!(world.code(unknown, admin), Code::UnknownAccount);
}

#[test]
fn suspended_accounts_do_nothing_and_frozen_ones_do_not_spend() {
    let mut world = World::new();
    let (beta, regulator) = (&["beta/admin"], &["alpha/regulator"]);
    let suspend = set_status("beta/admin", "beta/bob", AccountStatus::Suspended);
    assert_eq!(world.code(suspend, beta), Code::Committed);
    assert_eq!(
        world.code(transfer("beta/bob", "alpha/alice", "EUR", 1), &["beta/bob"]),
        Code::AccountSuspended
    );
    let rotate =
        Operation::RotateKeys { source: id("beta/bob"), keys: KeySet::single(key("b").public_key()) };
    assert_eq!(world.code(rotate, &["beta/bob"]), Code::AccountSuspended);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "EUR", 1), &["alpha/alice"]), Code::Committed);

    let freeze = set_status("alpha/regulator", "beta/bob", AccountStatus::Frozen);
    assert_eq!(
        world.code(set_status("beta/admin", "beta/bob", AccountStatus::Frozen), beta),
        Code::NotPermitted
    );
    assert_eq!(world.code(freeze, regulator), Code::Committed);
    assert_eq!(world.code(transfer("beta/bob", "alpha/alice", "EUR", 1), &["beta/bob"]), Code::AccountFrozen);
    assert_eq!(world.code(redeem("beta/bob", "EUR", 1), &["beta/bob"]), Code::AccountFrozen);
    assert_eq!(
        world.code(lock("beta/bob", "alpha/alice", 1, u64::MAX, None), &["beta/bob"]),
        Code::AccountFrozen
    );
    let rotate =
        Operation::RotateKeys { source: id("beta/bob"), keys: KeySet::single(key("b").public_key()) };
    assert_eq!(world.code(rotate, &["beta/bob"]), Code::Committed);

    assert_eq!(
        world.code(set_status("beta/admin", "beta/bob", AccountStatus::Active), beta),
        Code::NotPermitted
    );
    assert_eq!(
        world.code(set_status("beta/admin", "alpha/alice", AccountStatus::Suspended), beta),
        Code::NotPermitted
    );
    assert_eq!(
        world.code(set_status("beta/admin", "beta/admin", AccountStatus::Suspended), beta),
        Code::NotPermitted
    );
    let release = set_status("alpha/regulator", "beta/bob", AccountStatus::Active);
    assert_eq!(world.code(release, regulator), Code::Committed);
    assert_eq!(world.code(transfer("beta/bob", "alpha/alice", "EUR", 1), &["b"]), Code::Committed);
    let unknown = Operation::SetStatus {
        source: id("alpha/regulator"),
        account: AccountId::new([1; 32]),
        status: AccountStatus::Active,
    };
    assert_eq!(world.code(unknown, regulator), Code::UnknownAccount);
}

#[test]
fn assets_are_created_by_issuers_and_issued_by_their_own() {
    let mut world = World::new();
    let issuer = &["alpha/issuer"];
    assert_eq!(world.code(create("alpha/alice", "NEW", 2), &["alpha/alice"]), Code::NotPermitted);
    assert_eq!(world.code(create("alpha/issuer", "bad name", 2), issuer), Code::InvalidName);
    assert_eq!(world.code(create("alpha/issuer", "NEW", 19), issuer), Code::InvalidArgument);
    assert_eq!(world.code(create("alpha/issuer", "EUR", 2), issuer), Code::AlreadyExists);
    assert_eq!(world.code(create("alpha/issuer", "NEW", 18), issuer), Code::Committed);

    assert_eq!(
        world.code(issue("alpha/alice", "NEW", "alpha/alice", 1), &["alpha/alice"]),
        Code::NotPermitted
    );
    assert_eq!(world.code(issue("alpha/issuer", "NONE", "alpha/alice", 1), issuer), Code::UnknownAsset);
    assert_eq!(world.code(issue("alpha/issuer", "NEW", "alpha/alice", 0), issuer), Code::ZeroAmount);
    let nobody = Operation::Issue {
        source: id("alpha/issuer"),
        asset: asset("NEW"),
        to: AccountId::new([1; 32]),
        amount: Amount::new(1),
    };
    assert_eq!(world.code(nobody, issuer), Code::UnknownAccount);
    assert_eq!(world.code(issue("alpha/issuer", "NEW", "alpha/alice", u128::MAX), issuer), Code::Committed);
    assert_eq!(world.code(issue("alpha/issuer", "NEW", "beta/bob", 1), issuer), Code::AmountOverflow);
    assert_eq!(world.code(issue("alpha/issuer", "SEC", "beta/bob", 1), issuer), Code::HolderNotAllowed);
}

#[test]
fn redeeming_lowers_the_supply_and_leaves_no_empty_holding() {
    let mut world = World::new();
    let bob = &["beta/bob"];
    assert_eq!(world.code(redeem("beta/bob", "NONE", 1), bob), Code::UnknownAsset);
    assert_eq!(world.code(redeem("beta/bob", "GOLD", 0), bob), Code::ZeroAmount);
    assert_eq!(world.code(redeem("beta/bob", "GOLD", 51), bob), Code::InsufficientFunds);
    assert_eq!(world.code(redeem("beta/bob", "GOLD", 50), bob), Code::Committed);
    let gold: Asset = world.value(&StateKey::Asset(asset("GOLD"))).unwrap();
    assert_eq!(gold.supply, Amount::ZERO);
    let key = StateKey::Holding(asset("GOLD"), id("beta/bob"));
    assert_eq!(world.value::<types::state::Holding>(&key), None);
}

#[test]
fn transfers_end_in_each_of_their_codes() {
    let mut world = World::new();
    let alice = &["alpha/alice"];
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "EUR", 1000), alice), Code::Committed);
    assert_eq!(world.holding("beta/bob", "EUR"), (1500, 0));
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "EUR", 1), alice), Code::InsufficientFunds);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "NONE", 1), alice), Code::UnknownAsset);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "EUR", 0), alice), Code::ZeroAmount);
    let nobody = Operation::Transfer {
        source: id("alpha/alice"),
        asset: asset("EUR"),
        to: AccountId::new([1; 32]),
        amount: Amount::new(1),
    };
    assert_eq!(world.code(nobody, alice), Code::UnknownAccount);
    assert_eq!(world.code(transfer("beta/bob", "beta/bob", "EUR", 1500), &["beta/bob"]), Code::Committed);
    assert_eq!(world.holding("beta/bob", "EUR"), (1500, 0));
}
