//! Transactions: round trips, identity, malleability, and verification in batches.

use std::collections::BTreeSet;

use bytes::Bytes;
use proptest::{option, prelude::*, sample::select};
use types::{
    AccountId, AccountStatus, Amount, AssetId, Authority, Batch, CheckedBatch, CheckedTransaction, Code,
    KeySet, LockId, MemberId, Operation, Parameters, PublicKey, Role, TimeMs, Transaction, WeightedKey,
    batch::BatchError,
    checked::{InvalidBatch, UncheckedBatch},
    state::TransferPolicy,
    transaction::{TransactionBody, TransactionError},
};

use crate::{
    codec,
    crypto::plus_order,
    support::{account, body, chain, every_operation, key},
};

fn read(bytes: impl Into<Bytes>) -> Result<Transaction, TransactionError> {
    Transaction::decode(bytes.into(), &chain(), &Parameters::default())
}

fn keys() -> impl Strategy<Value = KeySet> {
    let key = (any::<[u8; 32]>(), any::<u32>());
    (prop::collection::vec(key, 0..4), any::<u32>()).prop_map(|(keys, threshold)| {
        let to_key = |(bytes, weight)| WeightedKey { public_key: PublicKey::new(bytes), weight };
        KeySet { keys: keys.into_iter().map(to_key).collect(), threshold }
    })
}

fn roles() -> impl Strategy<Value = BTreeSet<Role>> {
    let all = vec![Role::Admin, Role::Issuer, Role::Operator, Role::Regulator, Role::Auditor, Role::User];
    prop::collection::btree_set(select(all), 0..6)
}

fn operation() -> impl Strategy<Value = Operation> {
    let id = || any::<[u8; 32]>();
    let source = || id().prop_map(AccountId::new);
    let asset = || id().prop_map(AssetId::new);
    let amount = || any::<u128>().prop_map(Amount::new);
    let status = select(vec![AccountStatus::Active, AccountStatus::Suspended, AccountStatus::Frozen]);
    let policy =
        select(vec![TransferPolicy::Open, TransferPolicy::AllowList, TransferPolicy::IssuerApproved]);
    prop_oneof![
        (source(), ".{0,20}", ".{0,20}", keys()).prop_map(|(source, name, contact, admin_keys)| {
            Operation::RegisterMember { source, name, contact, admin_keys }
        }),
        (source(), id(), any::<u64>(), keys(), roles(), ".{0,9}").prop_map(
            |(source, member, salt, keys, roles, name)| {
                Operation::RegisterAccount { source, member: MemberId::new(member), salt, keys, roles, name }
            }
        ),
        (source(), keys()).prop_map(|(source, keys)| Operation::RotateKeys { source, keys }),
        (source(), source(), roles()).prop_map(|(source, account, roles)| Operation::SetRoles {
            source,
            account,
            roles
        }),
        (source(), source(), status).prop_map(|(source, account, status)| Operation::SetStatus {
            source,
            account,
            status
        }),
        (source(), ".{0,20}", any::<u32>(), policy).prop_map(|(source, name, decimals, policy)| {
            Operation::CreateAsset { source, name, decimals, policy }
        }),
        (source(), asset(), source(), amount()).prop_map(|(source, asset, to, amount)| Operation::Issue {
            source,
            asset,
            to,
            amount
        }),
        (source(), asset(), amount()).prop_map(|(source, asset, amount)| Operation::Redeem {
            source,
            asset,
            amount
        }),
        (source(), asset(), source(), amount()).prop_map(|(source, asset, to, amount)| Operation::Transfer {
            source,
            asset,
            to,
            amount
        }),
        (source(), asset(), source(), amount(), any::<u64>(), option::of(id())).prop_map(
            |(source, asset, beneficiary, amount, expires, hash)| {
                let expires = TimeMs::new(expires);
                Operation::Lock { source, asset, beneficiary, amount, expires, hash }
            }
        ),
        (source(), id(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(source, lock, preimage)| {
            Operation::Unlock { source, lock: LockId::new(lock), preimage }
        }),
        (source(), asset(), source(), any::<bool>()).prop_map(|(source, asset, account, allowed)| {
            Operation::SetHolder { source, asset, account, allowed }
        }),
    ]
}

proptest! {
    #[test]
    fn any_transaction_round_trips(
        operations in prop::collection::vec(operation(), 1..6),
        salt: u64,
        valid_until: u64,
        memo in ".{0,60}",
    ) {
        let body = TransactionBody { chain_id: chain(), valid_until: TimeMs::new(valid_until), salt, operations, memo };
        let transaction = body.clone().sign(&[&key("account", 1), &key("account", 0)]);
        let again = read(transaction.bytes().clone()).unwrap();
        prop_assert_eq!(again.body(), &body);
        prop_assert_eq!(&again, &transaction);
        prop_assert!(CheckedTransaction::check_each(vec![again])[0].is_ok());
    }

    #[test]
    fn cut_or_changed_bytes_are_refused_or_another_transaction(at: prop::sample::Index, bit in 0..8u8) {
        let bytes = body(every_operation()).sign(&[&key("account", 0)]).bytes().to_vec();
        let at = at.index(bytes.len());
        // Cut exactly behind the body it is the same transaction, not signed yet: void wherever it counts.
        if let Ok(cut) = read(bytes[..at].to_vec()) {
            let whole = read(bytes.clone()).unwrap();
            prop_assert_eq!(cut.id(), whole.id());
            prop_assert!(cut.signatures().is_empty());
        }
        let mut other = bytes.clone();
        other[at] ^= 1 << bit;
        if let Ok(changed) = read(other.clone()) {
            prop_assert_eq!(&changed.bytes()[..], &other[..]);
            prop_assert!(CheckedTransaction::check_each(vec![changed])[0].is_err());
        }
    }
}

#[test]
fn every_operation_keeps_its_name_and_authority() {
    let names: BTreeSet<_> = every_operation().iter().map(Operation::name).collect();
    assert_eq!(names.len(), 13);
    let key = crate::support::validator(0).consensus_key;
    for operation in every_operation() {
        let expected = match operation {
            Operation::Rejoin { .. } => Authority::Validator(&key),
            _ => Authority::Account(&account(1)),
        };
        assert_eq!(operation.authority(), expected);
    }
}

#[test]
fn threat_c16_another_signature_is_another_witness_of_the_same_id() {
    let signed = body(every_operation()).sign(&[&key("account", 0)]);
    let more = signed.signed_by(&key("account", 1));
    assert_eq!(signed.id(), more.id());
    assert_ne!(signed.witness(), more.witness());
    assert_eq!(more.signed_by(&key("account", 1)), more, "signing again changes nothing");
    assert!(more.signatures().windows(2).all(|pair| pair[0].public_key < pair[1].public_key));
    assert!(
        more.is_signed_by(&key("account", 1).public_key())
            && !signed.is_signed_by(&key("account", 1).public_key())
    );

    let signature = &signed.signatures()[0].signature;
    let text =
        hex::encode(signed.bytes()).replace(&signature.to_string(), &plus_order(signature).to_string());
    let malleated = read(hex::decode(text).unwrap()).unwrap();
    assert_eq!(malleated.id(), signed.id());
    assert_ne!(malleated.witness(), signed.witness());
    let answers = CheckedTransaction::check_each(vec![signed, malleated]);
    assert!(answers[0].is_ok());
    assert_eq!(answers[1].as_ref().unwrap_err(), &Code::BadSignature);
}

#[test]
fn each_of_many_gets_its_own_answer() {
    let good = |salt| {
        TransactionBody { salt, ..body(every_operation()) }.sign(&[&key("account", 0), &key("account", 1)])
    };
    let bad = |salt| {
        let bytes = hex::encode(good(salt).bytes());
        let signature = good(salt + 1).signatures()[1].signature.to_string();
        let own = good(salt).signatures()[1].signature.to_string();
        read(hex::decode(bytes.replace(&own, &signature)).unwrap()).unwrap()
    };
    let unsigned = body(every_operation()).sign(&[]);
    let answers = CheckedTransaction::check_each(vec![good(1), bad(2), unsigned, bad(3), good(4)]);
    let good: Vec<_> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(
        good,
        [true, false, true, false, true],
        "no signature is no bad signature: judged at execution"
    );
}

#[test]
fn a_batch_is_judged_by_its_bytes_alone() {
    let parameters = Parameters { max_batch_bytes: 8192, ..Parameters::default() };
    let pack = |transactions: Vec<Bytes>| Bytes::from(Batch { transactions, ..codec::batch() }.encode());
    let check = |encoded: &Bytes| CheckedBatch::check(encoded.clone(), &chain(), &parameters);
    let transaction = |salt| {
        TransactionBody { salt, ..body(vec![every_operation().remove(12)]) }.sign(&[&key("account", 0)])
    };
    let (first, second) = (transaction(1), transaction(2));
    let bytes = pack(vec![first.bytes().clone(), second.bytes().clone()]);
    let checked = check(&bytes).unwrap();
    assert_eq!(checked.encoded(), &bytes);
    assert_eq!(checked.reference().count, 2);
    assert_eq!(checked.transactions()[1].get(), &second);

    assert!(matches!(check(&pack(vec![])), Err(InvalidBatch::Batch(BatchError::Empty))));
    let trailing = Bytes::from([&bytes[..], &[0]].concat());
    assert!(matches!(check(&trailing), Err(InvalidBatch::Batch(BatchError::Malformed(_)))));
    let large = pack(vec![vec![0; 8192].into()]);
    assert!(matches!(check(&large), Err(InvalidBatch::Batch(BatchError::TooLarge { .. }))));
    let malformed = pack(vec![first.bytes().clone(), Bytes::from_static(b"?")]);
    assert!(matches!(check(&malformed), Err(InvalidBatch::Transaction { index: 1, .. })));

    let own = first.signatures()[0].signature.to_string();
    let other = second.signatures()[0].signature.to_string();
    let forged: Bytes = hex::decode(hex::encode(first.bytes()).replace(&own, &other)).unwrap().into();
    let forged_batch = pack(vec![second.bytes().clone(), forged]);
    assert_eq!(check(&forged_batch).unwrap_err(), InvalidBatch::Signature);
    // What was verified here before stands for these very bytes only: the forged witness is another.
    let known = CheckedTransaction::check_each(vec![first]).remove(0).unwrap();
    let lent = UncheckedBatch::read(forged_batch, &chain(), &parameters, |_| Some(known.clone()));
    let lent = lent.unwrap().verify();
    assert_eq!(lent.unwrap_err(), InvalidBatch::Signature);
}

#[test]
fn batches_verified_together_are_judged_one_by_one() {
    let parameters = Parameters::default();
    let transaction = |account, salt| {
        TransactionBody { salt, ..body(vec![every_operation().remove(12)]) }.sign(&[&key("account", account)])
    };
    let pack = |salts: std::ops::Range<u64>, forged: bool| {
        let mut transactions: Vec<_> = salts.map(|salt| transaction(salt as usize % 3, salt)).collect();
        if forged {
            let own = transactions[1].signatures()[0].signature.to_string();
            let other = transactions[0].signatures()[0].signature.to_string();
            let bytes = hex::encode(transactions[1].bytes()).replace(&own, &other);
            let bytes: Bytes = hex::decode(bytes).unwrap().into();
            transactions[1] = Transaction::decode(bytes, &chain(), &parameters).unwrap();
        }
        let transactions = transactions.iter().map(|transaction| transaction.bytes().clone()).collect();
        let encoded: Bytes = Batch { transactions, ..codec::batch() }.encode().into();
        UncheckedBatch::read(encoded, &chain(), &parameters, |_| None).unwrap()
    };
    for forged in [None, Some(0), Some(1), Some(2)] {
        let batches: Vec<_> = (0..3u64).map(|i| pack(100 * i..100 * i + 80, forged == Some(i))).collect();
        assert_eq!(batches.iter().map(UncheckedBatch::signatures).sum::<usize>(), 240);
        let digests: Vec<_> = batches.iter().map(|batch| batch.reference().digest).collect();
        let checked = UncheckedBatch::verify_together(batches);
        for (place, (checked, digest)) in (0..).zip(checked.into_iter().zip(digests)) {
            match checked {
                Ok(batch) => assert_eq!((batch.reference().digest, batch.transactions().len()), (digest, 80)),
                Err(error) => assert_eq!((error, forged), (InvalidBatch::Signature, Some(place))),
            }
        }
    }
}

#[test]
fn threat_c20_boundaries_between_transactions_are_part_of_the_digest() {
    let digest = |parts: &[&'static [u8]]| {
        let batch = Batch {
            transactions: parts.iter().map(|part| Bytes::from_static(part)).collect(),
            ..codec::batch()
        };
        batch.reference_of(&batch.encode()).digest
    };
    let all = [digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]), digest(&[b"abc"]), digest(&[b"abc", b""])];
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 4);
}
