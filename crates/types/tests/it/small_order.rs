//! The 14 encodings of the 8 points of small order: under ZIP-215 any two of them as key and R, with s = 0,
//! verify for every message, so none may ever be registered.

use types::{
    PublicKey, Signature,
    account::{KeySet, KeySetError},
    crypto::{SignedBytes, verify_batch, verify_each},
};

/// The 8 canonical encodings, then the 6 that are not: x = 0 with the sign set, y = p and y = p + 1.
pub const ENCODINGS: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

pub fn keys() -> Vec<PublicKey> {
    ENCODINGS.iter().map(|text| text.parse().unwrap()).collect()
}

/// Every pair of key and R, with s = 0.
pub fn pairs() -> Vec<(PublicKey, Signature)> {
    let keys = keys();
    let with_r = |key: PublicKey, r: &PublicKey| {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(r.as_bytes());
        (key, Signature::new(bytes))
    };
    keys.iter().flat_map(|key| keys.iter().map(move |r| with_r(*key, r))).collect()
}

/// Valid signatures over "torsion" whose R, key or both are a point of the large group plus one of small
/// order: the plain equation sB = R + kA does not hold for them, eight times it does.
const MIXED_ORDER: [(&str, &str); 4] = [
    (
        "51d3ea8cbafb86777ee0e8015b4915e257b0654e17e1fd90ff22f3a8fb4f8106",
        "c26ce57c39d039acf88e858739803bbe7794ef243581d57d7470639ff09647b8fcff4422247296fb419d41907c1f90b512e04be948b98dc2ec49942f43e7dd0e",
    ),
    (
        "b0fa502b8025653c4fb54434e08fdadb26b421fd2a42d5e086a553654f50d701",
        "9669f5eea31a2dccdbbb5c075d97173fa76a3e01883c08953524b791d2a2101c72d880f5710c4508996e1191673f41610e0928c6fc1f316d358ebba068592a09",
    ),
    (
        "48e38a3638df936ad267135b0a104b97fc32c0be28a6ea656f1de149d728ea31",
        "f81bed5d828b1cca717bce57d2dac649dc524adbe175cf161fb2f66cf5cda8286e3a21665cd6efb61917ba7464170dee7445dbd7c36b2d108bdf376c129ad00c",
    ),
    (
        "42abb77713cd503549d9ef3f032ee681fea99a36a254852d74a718e5d740957f",
        "d984b59dbfb5a800cdb078ef62ceaf6e483e9d151145c8cbf55f376dce8059f43c49b742722ecb9275dc3e6e611edbc560bb141f49c427febdbc15f23ae54807",
    ),
];

pub fn mixed_order() -> Vec<(PublicKey, Signature)> {
    MIXED_ORDER.iter().map(|(key, signature)| (key.parse().unwrap(), signature.parse().unwrap())).collect()
}

#[test]
fn all_196_pairs_verify_singly_and_in_a_batch() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 196);
    let items: Vec<_> = pairs
        .iter()
        .map(|(key, signature)| SignedBytes { key: *key, signature: *signature, message: b"Zcash" })
        .collect();
    for (key, signature) in &pairs {
        assert!(key.verify(b"Zcash", signature).is_ok(), "{key} {signature}");
        assert!(
            verify_batch(&[
                items[0].clone(),
                SignedBytes { key: *key, signature: *signature, message: b"Zcash" }
            ])
            .is_ok()
        );
    }
    assert!(verify_batch(&items).is_ok());
    assert_eq!(verify_each(&items), vec![true; 196]);
}

#[test]
fn threat_c18_none_can_be_registered() {
    for key in keys() {
        assert!(!key.is_usable(), "{key}");
        assert_eq!(KeySet::single(key).check(), Err(KeySetError::UnusableKey { key }));
    }
}

#[test]
fn a_key_that_is_no_point_or_not_canonical_is_unusable() {
    let usable = super::support::key("account", 0).public_key();
    assert!(usable.is_usable());
    let no_point = (0..=255u8).map(|byte| PublicKey::new([byte; 32])).filter(|key| !key.is_usable()).count();
    assert!(no_point > 80, "about half of all encodings are no points: {no_point}");
    // y = p + 3 is the point of y = 3 written differently.
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xf0, 0x7f);
    let mut canonical = [0; 32];
    canonical[0] = 3;
    assert!(PublicKey::new(canonical).is_usable(), "y = 3 is a point");
    assert!(!PublicKey::new(bytes).is_usable(), "and p + 3 is not its name");
}
