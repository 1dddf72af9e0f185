//! `merkle.json` and `state_tree.json`: roots and paths of both kinds of trees.

use serde_json::{Value, json};
use types::{
    Hash, TimeMs, TransactionId, merkle,
    state::StateKey,
    state_proof::{key_path, value_hash},
};

use crate::{merkle::reference_leaves, state_proof::Tree};

fn hashes(list: &[Hash]) -> Vec<String> {
    list.iter().map(hex::encode).collect()
}

#[test]
fn merkle_trees_are_frozen() {
    let tree = |leaves: Vec<Vec<u8>>| -> Value {
        let path = |index| hashes(&merkle::path(&leaves, index).unwrap().siblings);
        json!({
            "leaves": leaves.iter().map(hex::encode).collect::<Vec<_>>(),
            "root": hex::encode(merkle::root(&leaves)),
            "paths": (0..leaves.len()).map(path).collect::<Vec<_>>(),
        })
    };
    let reference = (0..=8).map(|size| reference_leaves()[..size].to_vec());
    let larger = [11u8, 21].map(|size| (0..size).map(|i| vec![i]).collect());
    let trees: Vec<_> = reference.chain(larger).map(tree).collect();
    super::freeze("merkle.json", &json!({ "trees": trees }));
}

#[test]
fn the_state_tree_is_frozen() {
    let tree = |count: u8| {
        // From the third on also remembered transactions, whose paths are not hashed.
        let seen = |i: u8| {
            StateKey::Seen(TimeMs::new(1_767_225_660_000 + u64::from(i / 2)), TransactionId::new([i; 32]))
                .encode()
        };
        let key = |i: u8| if i % 3 == 2 { seen(i) } else { vec![0x11, i] };
        let entries: Vec<_> = (0..count).map(|i| (key(i), vec![i; usize::from(i) % 4])).collect();
        let tree = Tree::new(&entries);
        let keys = (0..count + 4).map(key);
        let prove = |key: Vec<u8>| {
            let value = entries.iter().find(|(other, _)| *other == key).map(|(_, value)| value);
            let proof = tree.prove(&key);
            assert_eq!(proof.verify(&tree.root(), &key, value.map(Vec::as_slice)), Ok(()));
            let leaf = |leaf: types::state_proof::ProofLeaf| json!({ "path": hex::encode(leaf.path), "value_hash": hex::encode(leaf.value_hash) });
            json!({
                "key": hex::encode(&key),
                "value": value.map(hex::encode),
                "siblings": hashes(&proof.siblings),
                "leaf": proof.leaf.map(leaf),
            })
        };
        let entry = |(key, value): &(Vec<u8>, Vec<u8>)| {
            json!({
                "key": hex::encode(key),
                "path": hex::encode(key_path(key)),
                "value": hex::encode(value),
                "value_hash": hex::encode(value_hash(value)),
            })
        };
        json!({
            "entries": entries.iter().map(entry).collect::<Vec<_>>(),
            "root": tree.root(),
            "proofs": keys.map(prove).collect::<Vec<_>>(),
        })
    };
    let trees: Vec<_> = [0, 1, 2, 9].into_iter().map(tree).collect();
    super::freeze("state_tree.json", &json!({ "trees": trees }));
}
