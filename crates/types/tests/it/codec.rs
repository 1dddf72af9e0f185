//! The canonical codec: what is written is read, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use types::{
    Amount, Batch, BatchRef, BatchSequence, Certificate, Epoch, Genesis, Header, Height, Proposal, Role,
    Signature, TimeMs, ValidatorIndex, ValidatorSet,
    codec::{CodecError, DECODED_BYTES_MAX, decode, decode_canonical, encode},
};

use crate::support;

fn assert_strict<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = encode(value);
    assert_eq!(decode_canonical::<T>(&bytes).as_ref(), Ok(value));
    for length in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..length]).is_err(), "cut to {length} of {}", bytes.len());
    }
    for byte in [0, 1, 0xff] {
        let longer = [&bytes[..], &[byte]].concat();
        let trailing = matches!(decode::<T>(&longer), Err(CodecError::TrailingBytes { expected, found, .. })
            if expected == bytes.len() && found == longer.len());
        assert!(trailing, "a trailing {byte}");
    }
}

pub fn batch() -> Batch {
    Batch {
        author: ValidatorIndex::new(3),
        sequence: BatchSequence::new(77),
        epoch: Epoch::new(2),
        expires: TimeMs::new(1_767_225_999_999),
        transactions: vec![
            Bytes::from_static(b"first"),
            Bytes::from_static(b""),
            Bytes::from_static(b"third"),
        ],
    }
}

pub fn certificate() -> Certificate {
    Certificate {
        epoch: Epoch::new(1),
        height: Height::new(9),
        header_hash: types::BlockHash::new([6; 32]),
        signers: vec![0b1011],
        signatures: vec![Signature::new([1; 64]), Signature::new([2; 64]), Signature::new([3; 64])],
    }
}

pub fn proposal() -> Proposal {
    let batch = batch();
    let first = batch.reference_of(&batch.encode());
    let second =
        BatchRef { author: ValidatorIndex::new(0), digest: types::BatchDigest::new([5; 32]), ..first };
    Proposal { references: vec![first, second], time: TimeMs::new(12), participation: Some(certificate()) }
}

#[test]
fn what_is_written_is_read_and_nothing_else() {
    assert_strict(&support::genesis());
    assert_strict(&support::validators(4));
    assert_strict(&batch());
    assert_strict(&certificate());
    assert_strict(&proposal());
    assert_strict(&Proposal::null());
    assert_strict(&(Amount::new(u128::MAX), true, Some(3u8), Role::User));
}

#[test]
fn integers_are_little_endian_and_lengths_are_u64() {
    assert_eq!(encode(&0x0102_0304u32), [4, 3, 2, 1]);
    assert_eq!(encode(&"hé".to_owned()), [3, 0, 0, 0, 0, 0, 0, 0, b'h', 0xc3, 0xa9]);
    assert_eq!(encode(&vec![1u16, 2]), [2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0]);
    assert_eq!(encode(&(Some(1u8), None::<u8>)), [1, 1, 0]);
    assert_eq!(encode(&Role::Regulator), [3, 0, 0, 0]);
    assert_eq!(encode(&[7u8; 32]), [7; 32], "fixed lengths are not written");
    assert_eq!(encode(&Signature::new([9; 64])), [9; 64]);
    assert_eq!(encode(&Amount::new(1)).len(), 16);
}

#[test]
fn other_bytes_for_the_same_value_are_refused() {
    let roles: BTreeSet<Role> = [Role::Admin, Role::User].into();
    let bytes = encode(&roles);
    let mut swapped = bytes.clone();
    swapped[8..16].rotate_left(4);
    assert_eq!(decode::<BTreeSet<Role>>(&swapped).as_ref(), Ok(&roles), "the plain reader sorts");
    assert!(matches!(decode_canonical::<BTreeSet<Role>>(&swapped), Err(CodecError::NotCanonical { .. })));
    let repeated = encode(&vec![Role::User, Role::User]);
    assert!(matches!(decode_canonical::<BTreeSet<Role>>(&repeated), Err(CodecError::NotCanonical { .. })));
    let map = encode(&vec![("b".to_owned(), 1u8), ("a".to_owned(), 2)]);
    assert!(matches!(decode_canonical::<BTreeMap<String, u8>>(&map), Err(CodecError::NotCanonical { .. })));
    assert!(decode::<bool>(&[2]).is_err());
    assert!(decode::<Option<u8>>(&[2, 0]).is_err());
    assert!(decode::<Role>(&[6, 0, 0, 0]).is_err(), "no such role");
    assert!(decode::<String>(&[1, 0, 0, 0, 0, 0, 0, 0, 0xff]).is_err(), "no UTF-8");
}

/// A byte string's memory is reserved when its length is read: the declared length must be refused by the
/// limit, before, and not by running out of input, after.
#[test]
fn a_huge_declared_length_reserves_nothing() {
    for declared in [2_000, 1 << 20, 60 << 20, DECODED_BYTES_MAX as u64 + 1, 1 << 40, u64::MAX] {
        let bytes = [&declared.to_le_bytes()[..], b"short"].concat();
        for error in [
            decode::<Bytes>(&bytes).map(|_| ()).unwrap_err(),
            decode::<String>(&bytes).map(|_| ()).unwrap_err(),
            decode::<(u64, String)>(&[&[0; 8][..], &bytes].concat()).map(|_| ()).unwrap_err(),
        ] {
            let CodecError::Malformed { reason, .. } = error else { panic!("{error}") };
            assert!(reason.contains("LimitExceeded"), "{declared}: {reason}");
        }
        assert!(decode::<Vec<u64>>(&bytes).is_err());
        assert!(decode::<Batch>(&[&encode(&batch())[..26], &bytes].concat()).is_err());
    }
}

#[test]
fn values_of_every_size_up_to_a_few_mebibytes_are_read() {
    for length in [0, 1000, 1016, 1017, 16_376, 16_377, 262_136, 262_137, 4 << 20, 5 << 20] {
        let value = Bytes::from(vec![7; length]);
        assert_eq!(decode_canonical::<Bytes>(&encode(&value)).map(|read| read.len()), Ok(length));
    }
}

proptest! {
    #[test]
    fn noise_is_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        fn reads<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
            decode_canonical::<T>(bytes).map_or(true, |value| encode(&value) == bytes)
        }
        prop_assert!(reads::<Batch>(&bytes) && reads::<Genesis>(&bytes) && reads::<Header>(&bytes));
        prop_assert!(reads::<Proposal>(&bytes) && reads::<Certificate>(&bytes) && reads::<ValidatorSet>(&bytes));
    }

    #[test]
    fn batches_round_trip(transactions in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..8)) {
        let batch = Batch { transactions: transactions.into_iter().map(Bytes::from).collect(), ..batch() };
        let (read, reference) = Batch::decode(&batch.encode(), 4096).unwrap();
        prop_assert_eq!(reference.count as usize, read.transactions.len());
        prop_assert_eq!(reference.bytes as usize, batch.encode().len());
        prop_assert_eq!(read, batch);
    }

    #[test]
    fn amounts_have_one_text_form(amount: u128) {
        let text = Amount::new(amount).to_string();
        prop_assert_eq!(text.parse(), Ok(Amount::new(amount)));
        for other in [format!("0{text}"), format!("+{text}"), format!("{text} "), format!("{text}.0"), format!("-{text}")] {
            prop_assert!(other.parse::<Amount>().is_err());
        }
    }
}

#[test]
fn amounts_beyond_the_largest_are_refused() {
    assert!("340282366920938463463374607431768211455".parse::<Amount>().is_ok());
    assert!("340282366920938463463374607431768211456".parse::<Amount>().is_err());
    assert!(
        "".parse::<Amount>().is_err() && "00".parse::<Amount>().is_err() && "٣".parse::<Amount>().is_err()
    );
    assert_eq!("0".parse(), Ok(Amount::ZERO));
}
