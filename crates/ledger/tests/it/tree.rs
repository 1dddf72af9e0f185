//! The state tree against a naive reference, and its proofs.

use std::collections::BTreeMap;

use ledger::tree::{Change, MemoryPages, PageSource, Prefix, prove, root, update};
use proptest::prelude::*;
use types::{
    Hash, StateRoot,
    state_proof::{EMPTY, bit, key_path, leaf_hash, node_hash, value_hash},
};

/// The definition, word for word.
fn naive(leaves: &[(Hash, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => EMPTY,
        [(path, value)] => leaf_hash(path, value),
        _ => {
            let (left, right): (Vec<_>, Vec<_>) = leaves.iter().partition(|(path, _)| !bit(path, depth));
            node_hash(&naive(&left, depth + 1), &naive(&right, depth + 1))
        }
    }
}

fn naive_root(model: &BTreeMap<u16, u8>) -> StateRoot {
    let leaf = |(key, value): (&u16, &u8)| (key_path(&key.to_be_bytes()), value_hash(&[*value]));
    StateRoot::new(naive(&model.iter().map(leaf).collect::<Vec<_>>(), 0))
}

fn apply(pages: &mut MemoryPages, changes: &BTreeMap<u16, Option<u8>>) -> StateRoot {
    let change = |(key, value): (&u16, &Option<u8>)| Change {
        path: key_path(&key.to_be_bytes()),
        value_hash: value.map(|value| value_hash(&[value])),
    };
    let mut changes: Vec<_> = changes.iter().map(change).collect();
    changes.sort_by_key(|change| change.path);
    let updated = update(pages, &changes).unwrap();
    let root = updated.root;
    pages.apply(updated);
    root
}

fn steps() -> impl Strategy<Value = Vec<BTreeMap<u16, Option<u8>>>> {
    let change = prop_oneof![3 => any::<u8>().prop_map(Some), 2 => Just(None)];
    prop::collection::vec(prop::collection::btree_map(0u16..300, change, 0..60), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn root_pages_and_proofs_depend_only_on_the_set(steps in steps()) {
        let (mut pages, mut model) = (MemoryPages::default(), BTreeMap::new());
        for changes in &steps {
            let after = apply(&mut pages, changes);
            for (key, value) in changes {
                match value {
                    Some(value) => model.insert(*key, *value),
                    None => model.remove(key),
                };
            }
            prop_assert_eq!(after, naive_root(&model));
            prop_assert_eq!(root(&pages).unwrap(), after);
        }
        let mut at_once = MemoryPages::default();
        apply(&mut at_once, &model.iter().map(|(key, value)| (*key, Some(*value))).collect());
        prop_assert_eq!(&at_once, &pages, "no stale page is left, none is missing");

        let after = naive_root(&model);
        for key in 0u16..330 {
            let (bytes, value) = (key.to_be_bytes(), model.get(&key).map(|value| [*value]));
            let value = value.as_ref().map(<[u8; 1]>::as_slice);
            let proof = prove(&pages, &key_path(&bytes)).unwrap();
            prop_assert!(proof.verify(&after, &bytes, value).is_ok());
            // The opposite claim, another value, another key, another root, a changed proof: none verifies.
            let opposite = if value.is_some() { None } else { Some([7u8].as_slice()) };
            prop_assert!(proof.verify(&after, &bytes, opposite).is_err());
            prop_assert!(proof.verify(&StateRoot::new([9; 32]), &bytes, value).is_err());
            if value.is_some() {
                prop_assert!(proof.verify(&after, &bytes, Some(&[1, 2])).is_err());
                prop_assert!(proof.verify(&after, &(key + 400).to_be_bytes(), value).is_err());
            }
            for place in 0..proof.siblings.len() {
                let mut changed = proof.clone();
                changed.siblings[place][0] ^= 1;
                prop_assert!(changed.verify(&after, &bytes, value).is_err());
            }
            if !proof.siblings.is_empty() {
                let mut short = proof.clone();
                short.siblings.pop();
                prop_assert!(short.verify(&after, &bytes, value).is_err());
            }
        }
    }
}

#[test]
fn a_damaged_page_is_named_not_believed() {
    struct Damaged(MemoryPages);
    impl PageSource for Damaged {
        fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, ledger::LedgerError> {
            Ok(self.0.page(prefix)?.map(|mut bytes| {
                bytes.pop();
                bytes
            }))
        }
    }
    let mut pages = MemoryPages::default();
    apply(&mut pages, &(0..100).map(|key| (key, Some(1))).collect());
    let damaged = Damaged(pages);
    assert!(matches!(root(&damaged), Err(ledger::LedgerError::Damaged { .. })));
    assert!(matches!(prove(&damaged, &[0; 32]), Err(ledger::LedgerError::Damaged { .. })));
}
