//! RFC 6962 trees against the published roots of the certificate-transparency test tree.

use proptest::prelude::*;
use types::{
    Hash,
    merkle::{MerklePath, leaf_hash, node_hash, path, root, root_of_hashes},
};

/// The eight leaves of the certificate-transparency reference test tree.
pub fn reference_leaves() -> Vec<Vec<u8>> {
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        .map(|text| hex::decode(text).unwrap())
        .to_vec()
}

/// The roots over its first 1 to 8 leaves.
const REFERENCE_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_reference_tree_has_the_published_roots() {
    let leaves = reference_leaves();
    for (size, expected) in (1..=8).zip(REFERENCE_ROOTS) {
        assert_eq!(hex::encode(root(&leaves[..size])), expected, "{size} leaves");
    }
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex::encode(root::<Vec<u8>>(&[])), empty);
}

/// RFC 6962 §2.1 as it is written: split at the largest power of two below the size.
fn by_the_book(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => root::<Vec<u8>>(&[]),
        [one] => leaf_hash(one),
        many => {
            let split = many.len().next_power_of_two() / 2;
            node_hash(&by_the_book(&many[..split]), &by_the_book(&many[split..]))
        }
    }
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| vec![i as u8; i % 5]).collect()
}

#[test]
fn every_path_of_every_small_tree_proves_its_leaf_and_no_other() {
    for count in 0..=40 {
        let leaves = leaves(count);
        let root = root(&leaves);
        assert_eq!(root, by_the_book(&leaves), "{count} leaves");
        assert_eq!(root, root_of_hashes(leaves.iter().map(|leaf| leaf_hash(leaf)).collect()));
        assert_eq!(path(&leaves, count), None);
        for index in 0..count {
            let path = path(&leaves, index).unwrap();
            assert!(path.proves(&leaves[index], &root), "leaf {index} of {count}");
            assert_mutations_fail(&path, &leaves[index], &root);
        }
    }
}

fn assert_mutations_fail(path: &MerklePath, data: &[u8], root: &Hash) {
    for index in (0..path.leaves + 2).filter(|index| *index != path.index) {
        assert!(!MerklePath { index, ..path.clone() }.proves(data, root), "as leaf {index}: {path:?}");
    }
    for (place, _) in path.siblings.iter().enumerate() {
        let mut other = path.clone();
        other.siblings[place][31] ^= 1;
        assert!(!other.proves(data, root));
        let mut other = path.clone();
        other.siblings.remove(place);
        assert!(!other.proves(data, root));
    }
    for place in 0..=path.siblings.len() {
        let mut other = path.clone();
        other.siblings.insert(place, [7; 32]);
        assert!(!other.proves(data, root), "a sibling too many");
    }
    assert!(!path.proves(&[data, &[0]].concat(), root));
    let mut other = *root;
    other[0] ^= 0x80;
    assert!(!path.proves(data, &other));
}

/// The number of leaves is part of a path's shape: a wrong one is refused wherever it asks for another
/// number of siblings or another side. (Where the way is the same, the root still binds the leaf.)
#[test]
fn a_wrong_number_of_leaves_never_proves_another_leaf() {
    let leaves = leaves(13);
    let root = root(&leaves);
    for index in 0..13 {
        let path = path(&leaves, index).unwrap();
        for count in [0, index as u64, 1 << 63, u64::MAX] {
            let other = MerklePath { leaves: count, ..path.clone() };
            assert!(!other.proves(&leaves[index], &root), "{index} of {count}");
        }
        for (other, data) in
            leaves.iter().enumerate().filter(|(other, data)| *other != index && **data != leaves[index])
        {
            assert!(
                (0..40).all(|count| !MerklePath { leaves: count, ..path.clone() }.proves(data, &root)),
                "{other}"
            );
        }
    }
}

#[test]
fn threat_c20_boundaries_and_levels_cannot_be_moved() {
    let split = |a: &str, b: &str| root(&[a.as_bytes(), b.as_bytes()]);
    assert_ne!(split("ab", "c"), split("a", "bc"), "bytes moved between leaves");
    assert_ne!(root(&["ab", ""]), root(&["ab"]), "an empty leaf is a leaf");
    let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
    let node_as_leaf = [&[1u8][..], &left, &right].concat();
    assert_ne!(root(&[node_as_leaf]), root(&["l", "r"]), "a node is no leaf");
    assert_ne!(root(&[[left, right].concat()]), root(&["l", "r"]));
    // An odd leaf moves up unchanged, it is not doubled (CVE-2012-2459).
    assert_ne!(root(&["a", "b", "c"]), root(&["a", "b", "c", "c"]));
}

proptest! {
    #[test]
    fn different_lists_have_different_roots(
        a in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..6),
        b in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..6),
    ) {
        prop_assert_eq!(a == b, root(&a) == root(&b));
    }
}
