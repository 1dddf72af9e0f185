//! The state tree against a naive reference, and its proofs.

use std::collections::{BTreeMap, BTreeSet};

use ledger::tree::{Change, NoPages, PageSource, Prefix, Tree};
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

/// A tree whose pages are written now and then, as the ledger does.
struct Stored {
    tree: Tree,
    touched: BTreeSet<Prefix>,
    pages: BTreeMap<Prefix, Vec<u8>>,
}

impl PageSource for Stored {
    fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, ledger::LedgerError> {
        Ok(self.pages.get(prefix).cloned())
    }
}

impl Stored {
    fn new() -> Self {
        Self { tree: Tree::empty(), touched: BTreeSet::new(), pages: BTreeMap::new() }
    }

    fn write(&mut self) {
        for prefix in std::mem::take(&mut self.touched) {
            match self.tree.page(&prefix) {
                Some(page) => self.pages.insert(prefix, page),
                None => self.pages.remove(&prefix),
            };
        }
    }
}

fn apply(stored: &mut Stored, changes: &BTreeMap<u16, Option<u8>>) -> StateRoot {
    let change = |(key, value): (&u16, &Option<u8>)| Change {
        path: key_path(&key.to_be_bytes()),
        value_hash: value.map(|value| value_hash(&[value])),
    };
    let mut changes: Vec<_> = changes.iter().map(change).collect();
    changes.sort_by_key(|change| change.path);
    let mut touched = BTreeSet::new();
    stored.tree = stored.tree.update(stored, &changes, &mut touched).unwrap();
    stored.touched.append(&mut touched);
    stored.tree.root()
}

fn steps() -> impl Strategy<Value = Vec<BTreeMap<u16, Option<u8>>>> {
    let change = prop_oneof![3 => any::<u8>().prop_map(Some), 2 => Just(None)];
    prop::collection::vec(prop::collection::btree_map(0u16..300, change, 0..60), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn root_pages_and_proofs_depend_only_on_the_set(steps in steps(), fates in prop::collection::vec(0u8..4, 12)) {
        let (mut pages, mut model) = (Stored::new(), BTreeMap::new());
        for (changes, fate) in steps.iter().zip(&fates) {
            let before = (pages.tree.clone(), naive_root(&model));
            let after = apply(&mut pages, changes);
            prop_assert_eq!(before.0.root(), before.1, "the version before is as it was");
            for (key, value) in changes {
                match value {
                    Some(value) => model.insert(*key, *value),
                    None => model.remove(key),
                };
            }
            prop_assert_eq!(after, naive_root(&model));
            match *fate {
                0 => {}
                1 => pages.write(),
                2 => {
                    let keep = pages.touched.clone();
                    pages.write();
                    pages.tree = pages.tree.shrunk_to(&keep);
                }
                _ => {
                    pages.write();
                    pages.tree = Tree::open(&pages).unwrap();
                }
            }
            prop_assert_eq!(pages.tree.root(), after, "whatever of it is in memory");
        }
        pages.write();
        let mut at_once = Stored::new();
        apply(&mut at_once, &model.iter().map(|(key, value)| (*key, Some(*value))).collect());
        let mut all = BTreeMap::new();
        at_once.tree.each_page(&mut |prefix, page| drop(all.insert(prefix, page)));
        prop_assert_eq!(&all, &pages.pages, "no stale page is left, none is missing");
        at_once.write();
        prop_assert_eq!(&all, &at_once.pages, "an update names all pages it makes");

        let after = naive_root(&model);
        for key in 0u16..330 {
            let (bytes, value) = (key.to_be_bytes(), model.get(&key).map(|value| [*value]));
            let value = value.as_ref().map(<[u8; 1]>::as_slice);
            let proof = pages.tree.prove(&pages, &key_path(&bytes)).unwrap();
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
    struct Damaged(Stored);
    impl PageSource for Damaged {
        fn page(&self, prefix: &Prefix) -> Result<Option<Vec<u8>>, ledger::LedgerError> {
            Ok(self.0.page(prefix)?.map(|mut bytes| {
                bytes.pop();
                bytes
            }))
        }
    }
    let mut pages = Stored::new();
    apply(&mut pages, &(0..100).map(|key| (key, Some(1))).collect());
    pages.write();
    let (tree, damaged) = (pages.tree.shrunk_to(&BTreeSet::new()), Damaged(pages));
    let is_damaged = |error| matches!(error, ledger::LedgerError::Damaged { .. });
    assert!(Tree::open(&damaged).is_err_and(is_damaged));
    assert!(tree.prove(&damaged, &[0; 32]).is_err_and(is_damaged));
    assert!(tree.prove(&NoPages, &[0; 32]).is_err_and(is_damaged), "so is a missing one");
}
