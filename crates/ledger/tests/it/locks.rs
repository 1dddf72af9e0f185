//! Locks: against a secret, until a time, and every way to end one.

use types::{
    Amount, Code, LockId, Operation, TimeMs,
    state::{Lock, StateKey},
};

use super::support::{World, asset, id};

pub fn lock(
    source: &str,
    beneficiary: &str,
    amount: u128,
    expires: u64,
    hash: Option<[u8; 32]>,
) -> Operation {
    Operation::Lock {
        source: id(source),
        asset: asset("EUR"),
        beneficiary: id(beneficiary),
        amount: Amount::new(amount),
        expires: TimeMs::new(expires),
        hash,
    }
}

fn unlock(source: &str, lock: LockId, preimage: &[u8]) -> Operation {
    Operation::Unlock { source: id(source), lock, preimage: preimage.to_vec() }
}

/// Locks 100 EUR of alice for bob in a block of its own.
fn locked(world: &mut World, expires: u64, hash: Option<[u8; 32]>) -> LockId {
    let transaction = world.sign(vec![lock("alpha/alice", "beta/bob", 100, expires, hash)], &["alpha/alice"]);
    assert_eq!(world.block(std::slice::from_ref(&transaction))[0].code, Code::Committed);
    LockId::of_operation(transaction.id(), 0)
}

#[test]
fn a_lock_goes_to_the_beneficiary_who_shows_the_secret() {
    let mut world = World::new();
    // SHA-256 of "secret", from another implementation.
    let hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).unwrap();
    }
    let now = world.now;
    let id = locked(&mut world, now + 60_000, Some(bytes));
    assert_eq!(world.holding("alpha/alice", "EUR"), (900, 100));
    assert_eq!(world.code(unlock("beta/bob", id, b"guess"), &["beta/bob"]), Code::WrongPreimage);
    assert_eq!(world.code(unlock("alpha/alice", id, b"secret"), &["alpha/alice"]), Code::LockTime);
    assert_eq!(world.code(unlock("beta/carol", id, b"secret"), &["beta/carol"]), Code::NotPermitted);
    assert_eq!(world.code(unlock("beta/bob", id, b"secret"), &["beta/bob"]), Code::Committed);
    assert_eq!((world.holding("alpha/alice", "EUR"), world.holding("beta/bob", "EUR")), ((900, 0), (600, 0)));
    assert_eq!(world.code(unlock("beta/bob", id, b"secret"), &["beta/bob"]), Code::UnknownLock);
    assert_eq!(world.value::<Lock>(&StateKey::Lock(id)), None);
}

#[test]
fn a_lock_returns_to_its_owner_at_its_expiry() {
    let mut world = World::new();
    let expires = world.now + 4_000;
    let id = locked(&mut world, expires, None);
    assert_eq!(world.code(unlock("alpha/alice", id, b""), &["alpha/alice"]), Code::LockTime);
    world.now = expires - 1_000;
    assert_eq!(
        world.code(unlock("beta/bob", id, b""), &["beta/bob"]),
        Code::LockTime,
        "block time is the expiry"
    );
    assert_eq!(world.code(unlock("alpha/alice", id, b""), &["alpha/alice"]), Code::Committed);
    assert_eq!(world.holding("alpha/alice", "EUR"), (1000, 0));

    let now = world.now;
    assert_eq!(world.code(lock("alpha/alice", "beta/bob", 1, now, None), &["alpha/alice"]), Code::LockTime);
    assert_eq!(
        world.code(lock("alpha/alice", "beta/bob", 0, u64::MAX, None), &["alpha/alice"]),
        Code::ZeroAmount
    );
    let too_much = lock("alpha/alice", "beta/bob", 1001, u64::MAX, None);
    assert_eq!(world.code(too_much, &["alpha/alice"]), Code::InsufficientFunds);
}
