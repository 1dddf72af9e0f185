//! Weighted multi-signature accounts.

use types::{Code, KeySet, Operation};

use super::support::{World, id, key, transfer};

fn pay() -> Vec<Operation> {
    vec![transfer("beta/multi", "beta/carol", "EUR", 10)]
}

#[test]
fn weights_must_add_up_to_the_threshold() {
    // Weights 2, 1, 1; threshold 3.
    let mut world = World::new();
    for signers in [&["multi0"][..], &["multi1"], &["multi1", "multi2"], &["beta/bob", "multi0"], &[]] {
        if signers.is_empty() {
            continue;
        }
        assert_eq!(world.outcome(pay(), signers).0, Code::Unauthorised, "{signers:?}");
    }
    for signers in [&["multi0", "multi1"][..], &["multi0", "multi2"], &["multi0", "multi1", "multi2"]] {
        assert_eq!(world.outcome(pay(), signers).0, Code::Committed, "{signers:?}");
    }
    assert_eq!(world.holding("beta/carol", "EUR"), (30, 0));
}

#[test]
fn a_signature_of_a_stranger_neither_helps_nor_harms() {
    let mut world = World::new();
    assert_eq!(world.outcome(pay(), &["multi0", "multi1", "stranger"]).0, Code::Committed);
}

#[test]
fn a_rotation_earlier_in_the_block_counts() {
    let mut world = World::new();
    let keys = KeySet::single(key("solo").public_key());
    let rotate =
        world.sign(vec![Operation::RotateKeys { source: id("beta/multi"), keys }], &["multi0", "multi1"]);
    let (old, new) = (world.sign(pay(), &["multi0", "multi1"]), world.sign(pay(), &["solo"]));
    let codes: Vec<_> = world.block(&[new.clone(), rotate, old, new]).iter().map(|r| r.code).collect();
    // The first `new` is void; the same witness is not listed a second time in this block.
    assert_eq!(codes, [Code::Unauthorised, Code::Committed, Code::Unauthorised]);
    assert_eq!(world.outcome(pay(), &["solo"]).0, Code::Committed);
}
