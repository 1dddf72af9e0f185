//! Proofs of presence and absence against small trees built by the definition.

use proptest::prelude::*;
use types::{
    Hash, StateRoot,
    state_proof::{
        EMPTY, ProofLeaf, StateProof, StateProofError, bit, key_path, leaf_hash, node_hash, value_hash,
    },
};

/// A path and the hash of the value there.
type Pair = (Hash, Hash);

fn root_at(pairs: &[Pair], depth: usize) -> Hash {
    match pairs {
        [] => EMPTY,
        [(path, value)] => leaf_hash(path, value),
        many => {
            let (right, left): (Vec<Pair>, Vec<Pair>) = many.iter().partition(|(path, _)| bit(path, depth));
            node_hash(&root_at(&left, depth + 1), &root_at(&right, depth + 1))
        }
    }
}

fn prove_at(pairs: &[Pair], path: &Hash, depth: usize, siblings: &mut Vec<Hash>) -> Option<ProofLeaf> {
    match pairs {
        [] => None,
        [(path, value_hash)] => Some(ProofLeaf { path: *path, value_hash: *value_hash }),
        many => {
            let (right, left): (Vec<Pair>, Vec<Pair>) = many.iter().partition(|(path, _)| bit(path, depth));
            let (here, there) = if bit(path, depth) { (right, left) } else { (left, right) };
            siblings.push(root_at(&there, depth + 1));
            prove_at(&here, path, depth + 1, siblings)
        }
    }
}

/// The tree over these entries, by the definition in `types::state_proof`.
pub struct Tree(Vec<Pair>);

impl Tree {
    pub fn new(entries: &[(Vec<u8>, Vec<u8>)]) -> Self {
        Self(entries.iter().map(|(key, value)| (key_path(key), value_hash(value))).collect())
    }

    pub fn root(&self) -> StateRoot {
        StateRoot::new(root_at(&self.0, 0))
    }

    pub fn prove(&self, key: &[u8]) -> StateProof {
        let mut siblings = Vec::new();
        let leaf = prove_at(&self.0, &key_path(key), 0, &mut siblings);
        StateProof { siblings, leaf }
    }
}

fn entries(count: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    (0..count).map(|i| (format!("key{i}").into_bytes(), vec![i as u8; i % 3])).collect()
}

#[test]
fn a_tree_of_nothing_and_a_tree_of_one() {
    let empty = Tree::new(&[]);
    assert_eq!(*empty.root().as_bytes(), EMPTY);
    assert_eq!(empty.prove(b"x"), StateProof { siblings: vec![], leaf: None });
    assert_eq!(empty.prove(b"x").verify(&empty.root(), b"x", None), Ok(()));
    let one = Tree::new(&[(b"x".to_vec(), b"1".to_vec())]);
    assert_eq!(*one.root().as_bytes(), leaf_hash(&key_path(b"x"), &value_hash(b"1")));
    assert_eq!(one.prove(b"x").verify(&one.root(), b"x", Some(b"1")), Ok(()));
    assert_eq!(one.prove(b"y").verify(&one.root(), b"y", None), Ok(()));
}

#[test]
fn presence_and_both_kinds_of_absence() {
    let (mut by_empty, mut by_other) = (0, 0);
    for count in 2..20 {
        let entries = entries(count);
        let tree = Tree::new(&entries);
        let root = tree.root();
        for (key, value) in &entries {
            let proof = tree.prove(key);
            assert_eq!(proof.verify(&root, key, Some(value)), Ok(()));
            assert_eq!(
                proof.verify(&root, key, None),
                Err(StateProofError::OtherLeaf),
                "present is not absent"
            );
            assert_eq!(proof.verify(&root, key, Some(b"other")), Err(StateProofError::OtherLeaf));
            assert_mutations_fail(&proof, &root, key, Some(value));
        }
        for absent in 0..20 {
            let key = format!("absent{absent}").into_bytes();
            let proof = tree.prove(&key);
            assert_eq!(proof.verify(&root, &key, None), Ok(()));
            assert_eq!(proof.verify(&root, &key, Some(b"")), Err(StateProofError::OtherLeaf));
            assert_mutations_fail(&proof, &root, &key, None);
            if proof.leaf.is_some() { by_other += 1 } else { by_empty += 1 }
        }
    }
    assert!(by_empty > 10 && by_other > 10, "both kinds occur: {by_empty}, {by_other}");
}

fn assert_mutations_fail(proof: &StateProof, root: &StateRoot, key: &[u8], value: Option<&[u8]>) {
    let fails = |proof: StateProof| assert!(proof.verify(root, key, value).is_err(), "{proof:?}");
    for place in 0..proof.siblings.len() {
        let mut other = proof.clone();
        other.siblings[place][0] ^= 1;
        fails(other);
        let mut other = proof.clone();
        other.siblings.remove(place);
        fails(other);
    }
    for place in 0..=proof.siblings.len() {
        let mut other = proof.clone();
        other.siblings.insert(place, EMPTY);
        fails(other);
    }
    match proof.leaf {
        Some(leaf) => {
            fails(StateProof { leaf: None, ..proof.clone() });
            let mut other = leaf;
            other.value_hash[5] ^= 4;
            fails(StateProof { leaf: Some(other), ..proof.clone() });
            let mut other = leaf;
            other.path[31] ^= 1;
            fails(StateProof { leaf: Some(other), ..proof.clone() });
        }
        None => fails(StateProof {
            leaf: Some(ProofLeaf { path: [1; 32], value_hash: [2; 32] }),
            ..proof.clone()
        }),
    }
    assert!(proof.verify(&StateRoot::new([8; 32]), key, value).is_err());
}

/// A stranger's leaf from elsewhere in the tree must not stand in for the empty place on the key's own way.
#[test]
fn a_leaf_of_another_branch_proves_no_absence() {
    let entries = entries(16);
    let tree = Tree::new(&entries);
    for (key, value) in &entries {
        for (other, _) in entries.iter().filter(|(other, _)| other != key) {
            let proof = tree.prove(other);
            assert!(proof.verify(&tree.root(), key, None).is_err());
            assert!(proof.verify(&tree.root(), key, Some(value)).is_err());
        }
    }
}

/// In a tree by the definition a leaf stands on its own way, so the root alone would refuse this. Somebody
/// who builds the tree otherwise must not be able to show a leaf that stands where it does not belong.
#[test]
fn a_misplaced_leaf_proves_no_absence() {
    let absent = b"absent";
    let side = bit(&key_path(absent), 0);
    let other_side = |i: &u8| bit(&key_path(&[*i]), 0) != side;
    let stranger = (0..=255).find(other_side).unwrap();
    let leaf = ProofLeaf { path: key_path(&[stranger]), value_hash: value_hash(b"v") };
    let (hash, sibling) = (leaf_hash(&leaf.path, &leaf.value_hash), [9; 32]);
    let root = if side { node_hash(&sibling, &hash) } else { node_hash(&hash, &sibling) };
    let proof = StateProof { siblings: vec![sibling], leaf: Some(leaf) };
    assert_eq!(proof.verify(&StateRoot::new(root), absent, None), Err(StateProofError::OtherLeaf));
}

#[test]
fn more_siblings_than_bits_are_refused() {
    let proof = StateProof { siblings: vec![EMPTY; 257], leaf: None };
    assert_eq!(proof.verify(&StateRoot::default(), b"k", None), Err(StateProofError::TooLong { found: 257 }));
    let leaf = Some(ProofLeaf { path: key_path(b"k"), value_hash: value_hash(b"v") });
    let deepest = StateProof { siblings: vec![EMPTY; 256], leaf };
    assert!(matches!(
        deepest.verify(&StateRoot::default(), b"k", Some(b"v")),
        Err(StateProofError::OtherRoot { .. })
    ));
}

proptest! {
    #[test]
    fn the_root_depends_on_the_pairs_and_not_on_their_order(seed: u64, count in 2..12usize) {
        let mut entries = entries(count);
        let root = Tree::new(&entries).root();
        let shift = (seed as usize) % count;
        entries.rotate_left(shift);
        prop_assert_eq!(Tree::new(&entries).root(), root);
        entries[shift].1.push(1);
        prop_assert_ne!(Tree::new(&entries).root(), root);
    }
}
