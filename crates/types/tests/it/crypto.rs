//! The one signature rule: single and batch verification agree on every input, good, bad or odd.

use proptest::{prelude::*, sample::Index};
use types::{
    PublicKey, SecretKey, Signature,
    crypto::{SignedBytes, verify_batch, verify_each},
};

use crate::{small_order, support::key};

/// The group order L, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature with s + L: the equation holds, the encoding is not canonical.
pub fn plus_order(signature: &Signature) -> Signature {
    let mut bytes = *signature.as_bytes();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "s + L fits");
    Signature::new(bytes)
}

type Case = (PublicKey, Vec<u8>, Signature);

fn honest(number: usize, message: Vec<u8>) -> Case {
    let key = key("account", number);
    let signature = key.sign(&message);
    (key.public_key(), message, signature)
}

fn case() -> impl Strategy<Value = Case> {
    let message = prop::collection::vec(any::<u8>(), 0..100);
    let good = (0..5usize, message.clone()).prop_map(|(number, message)| honest(number, message));
    let flipped = (good.clone(), any::<Index>()).prop_map(|((key, message, signature), at)| {
        let mut bytes = *signature.as_bytes();
        let bit = at.index(512);
        bytes[bit / 8] ^= 1 << (bit % 8);
        (key, message, Signature::new(bytes))
    });
    let other_key =
        good.clone().prop_map(|(_, message, signature)| (key("account", 9).public_key(), message, signature));
    let malleated = good.clone().prop_map(|(key, message, signature)| (key, message, plus_order(&signature)));
    let odd_key =
        (good.clone(), any::<[u8; 32]>()).prop_map(|((_, m, s), bytes)| (PublicKey::new(bytes), m, s));
    let small = (message.clone(), any::<Index>()).prop_map(|(message, at)| {
        let (key, signature) = *at.get(&small_order::pairs());
        (key, message, signature)
    });
    let small_r = (good.clone(), any::<Index>()).prop_map(|((key, message, signature), at)| {
        let mut bytes = *signature.as_bytes();
        bytes[..32].copy_from_slice(at.get(&small_order::keys()).as_bytes());
        (key, message, Signature::new(bytes))
    });
    let noise = (any::<[u8; 32]>(), message, any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(
        |(key, message, r, s)| {
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(&r);
            bytes[32..].copy_from_slice(&s);
            (PublicKey::new(key), message, Signature::new(bytes))
        },
    );
    prop_oneof![10 => good, 1 => flipped, 1 => other_key, 1 => malleated, 1 => odd_key, 2 => small, 1 => small_r, 1 => noise]
}

fn items(cases: &[Case]) -> Vec<SignedBytes<'_>> {
    let mut items = Vec::with_capacity(cases.len());
    for (key, message, signature) in cases {
        items.push(SignedBytes { key: *key, signature: *signature, message });
    }
    items
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn requirement_26_single_and_batch_agree(cases in prop::collection::vec(case(), 0..24)) {
        let singly: Vec<bool> = cases.iter().map(|(key, message, s)| key.verify(message, s).is_ok()).collect();
        let items = items(&cases);
        prop_assert_eq!(verify_batch(&items).is_ok(), singly.iter().all(|good| *good));
        prop_assert_eq!(verify_each(&items), singly);
    }

    #[test]
    fn signing_is_deterministic_and_verifies(seed: [u8; 32], message in prop::collection::vec(any::<u8>(), 0..200)) {
        let key = SecretKey::from_seed(&seed);
        let signature = key.sign(&message);
        prop_assert_eq!(signature, key.sign(&message));
        prop_assert!(key.public_key().verify(&message, &signature).is_ok());
        prop_assert!(key.public_key().is_usable());
        prop_assert_eq!(*key.seed(), seed);
    }
}

#[test]
fn threat_c16_s_plus_l_is_refused_singly_and_in_a_batch() {
    let (key, message, signature) = honest(1, b"pay".to_vec());
    let odd = plus_order(&signature);
    assert!(key.verify(&message, &signature).is_ok());
    assert!(key.verify(&message, &odd).is_err());
    let item = |signature| SignedBytes { key, signature, message: &message };
    assert!(verify_batch(&[item(signature), item(signature)]).is_ok());
    assert!(verify_batch(&[item(signature), item(odd)]).is_err());
    assert_eq!(verify_each(&[item(signature), item(odd), item(signature)]), [true, false, true]);
}

#[test]
fn points_with_a_torsion_component_verify_both_ways() {
    for (key, signature) in small_order::mixed_order() {
        assert!(key.verify(b"torsion", &signature).is_ok(), "the cofactored equation ignores the component");
        let item = SignedBytes { key, signature, message: b"torsion" };
        assert!(verify_batch(&[item.clone(), item.clone(), item.clone()]).is_ok());
        assert_eq!(verify_each(&[item.clone(), SignedBytes { message: b"other", ..item }]), [true, false]);
    }
}

#[test]
fn verify_each_finds_exactly_the_bad_ones_at_every_place() {
    for size in 1..=7usize {
        for mask in 0..1u32 << size {
            let cases: Vec<_> = (0..size)
                .map(|place| {
                    let mut case = honest(place, vec![place as u8]);
                    if mask >> place & 1 == 1 {
                        case.1.push(0);
                    }
                    case
                })
                .collect();
            let expected: Vec<_> = (0..size).map(|place| mask >> place & 1 == 0).collect();
            assert_eq!(verify_each(&items(&cases)), expected);
        }
    }
}

#[test]
fn text_forms_are_strict() {
    let text = key("account", 0).public_key().to_string();
    assert_eq!(text.parse::<PublicKey>().unwrap().to_string(), text);
    for bad in
        [&text[1..], &format!("{text}0"), &text.replace(&text[..1], "g"), "", &format!("0x{}", &text[2..])]
    {
        assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
    }
    assert!(PublicKey::from_slice(&[0; 31]).is_none() && Signature::from_slice(&[0; 65]).is_none());
}

#[test]
fn a_secret_key_is_never_printed() {
    let key = key("account", 0);
    assert!(!format!("{key:?}").contains(&hex::encode(*key.seed())));
}
