//! Everything that is not the one canonical form of a transaction is refused with the right code.

use bytes::Bytes;
use prost::Message as _;
use types::{
    Code, Operation, Parameters, Transaction,
    transaction::{TransactionBody, TransactionError},
    wire,
};

use crate::support::{account, body, chain, every_operation, key, two_keys};

fn limits() -> Parameters {
    Parameters { max_transaction_bytes: 4096, max_signatures: 3, max_operations: 4, ..Parameters::default() }
}

fn read(bytes: &[u8]) -> Result<Transaction, TransactionError> {
    Transaction::decode(Bytes::copy_from_slice(bytes), &chain(), &limits())
}

fn transfer() -> Operation {
    every_operation().remove(12)
}

fn good() -> Transaction {
    body(vec![transfer()]).sign(&[&key("account", 0), &key("account", 1)])
}

fn outer() -> wire::SignedTransaction {
    wire::SignedTransaction::decode(good().bytes().clone()).unwrap()
}

fn inner() -> wire::TransactionBody {
    wire::TransactionBody::decode(outer().body).unwrap()
}

/// The transaction with other body bytes (its signatures are not looked at here).
fn with_body(body: Vec<u8>) -> Vec<u8> {
    wire::SignedTransaction { body: body.into(), ..outer() }.encode_to_vec()
}

fn with(change: impl FnOnce(&mut wire::TransactionBody)) -> Vec<u8> {
    let mut body = inner();
    change(&mut body);
    with_body(body.encode_to_vec())
}

/// Ways of writing that are not the canonical one, each with what is wrong.
pub fn refused() -> Vec<(&'static str, Vec<u8>, Code)> {
    let bytes = good().bytes().to_vec();
    let body = outer().body.to_vec();
    let field = |number: u8, wire_type: u8| number << 3 | wire_type;
    let salt_again = [&body[..], &[field(4, 0), 43]].concat();
    // version, then chain id (34 bytes), then the rest: the first two fields change places.
    let swapped = [&body[2..36], &body[..2], &body[36..]].concat();
    let long_varint = [&[field(1, 0), 0x81, 0x00], &body[2..]].concat();
    let salt_zero = {
        let mut zero = inner();
        (zero.salt, zero.memo) = (0, String::new());
        let operations = zero.operations.split_off(0);
        let mut bytes = zero.encode_to_vec();
        bytes.extend([field(4, 0), 0]);
        bytes.extend(wire::TransactionBody { operations, ..Default::default() }.encode_to_vec());
        bytes
    };
    let mut sorted = outer();
    sorted.signatures.reverse();
    let mut twice = outer();
    twice.signatures[1] = twice.signatures[0].clone();
    let mut many = outer();
    many.signatures = (0..4u8)
        .map(|i| wire::TransactionSignature { public_key: vec![i; 32].into(), ..many.signatures[0].clone() })
        .collect();
    let mut short_key = outer();
    short_key.signatures[0].public_key.truncate(31);
    let mut long_signature = outer();
    long_signature.signatures[0].signature = vec![1; 65].into();
    let two_operations_in_one = {
        let operation = inner().operations[0].encode_to_vec();
        let doubled = operation.repeat(2);
        let length = doubled.len() as u64;
        let mut bytes =
            wire::TransactionBody { operations: vec![], memo: String::new(), ..inner() }.encode_to_vec();
        bytes.push(field(5, 2));
        prost::encoding::encode_varint(length, &mut bytes);
        [bytes, doubled].concat()
    };
    let amount = |text: &str| {
        with(|body| {
            let Some(wire::operation::Operation::Transfer(transfer)) = &mut body.operations[0].operation
            else {
                panic!()
            };
            transfer.amount = text.to_owned();
        })
    };
    let malformed = |why, bytes| (why, bytes, Code::Malformed);
    vec![
        malformed("nothing", vec![]),
        malformed("no protobuf", vec![0xff; 40]),
        malformed("trailing bytes", [&bytes[..], &[0]].concat()),
        malformed("an unknown field outside", [&bytes[..], &[field(3, 0), 1]].concat()),
        malformed("an unknown field in the body", with_body([&body[..], &[field(7, 0), 1]].concat())),
        malformed("the body twice", [&bytes[..], &bytes[..]].concat()),
        malformed("a singular field twice", with_body(salt_again)),
        malformed("a default written out", with_body(salt_zero)),
        malformed("fields out of order", with_body(swapped)),
        malformed("a varint longer than needed", with_body(long_varint)),
        malformed("two operations in one", with_body(two_operations_in_one)),
        malformed("signatures not ascending", sorted.encode_to_vec()),
        malformed("a key that signs twice", twice.encode_to_vec()),
        malformed("a public key of 31 bytes", short_key.encode_to_vec()),
        malformed("a signature of 65 bytes", long_signature.encode_to_vec()),
        malformed("a chain id of 31 bytes", with(|body| body.chain_id.truncate(31))),
        malformed("version 2", with(|body| body.version = 2)),
        malformed("no version", with(|body| body.version = 0)),
        malformed("no operations", with(|body| body.operations.clear())),
        malformed("an operation of no kind", with(|body| body.operations[0].operation = None)),
        malformed("a memo of 257 bytes", with(|body| body.memo = "é".repeat(128) + "x")),
        malformed("an amount with a leading zero", amount("01")),
        malformed("an empty amount", amount("")),
        malformed("a negative amount", amount("-1")),
        malformed("an amount of 2^128", amount("340282366920938463463374607431768211456")),
        ("another chain", with(|body| body.chain_id = vec![1; 32].into()), Code::WrongChain),
        (
            "more bytes than allowed",
            with(|body| body.operations = vec![body.operations[0].clone(); 40]),
            Code::TooLarge,
        ),
        (
            "more operations than allowed",
            with(|body| body.operations = vec![body.operations[0].clone(); 5]),
            Code::TooMany,
        ),
        ("more signatures than allowed", many.encode_to_vec(), Code::TooMany),
    ]
}

#[test]
fn every_other_way_of_writing_is_refused_with_its_code() {
    assert!(read(good().bytes()).is_ok());
    for (why, bytes, code) in refused() {
        match read(&bytes) {
            Ok(_) => panic!("{why}: accepted"),
            Err(error) => assert_eq!(error.code(), code, "{why}: {error}"),
        }
    }
    assert!(read(&with(|body| body.memo = "é".repeat(128))).is_ok(), "256 bytes are allowed");
}

#[test]
fn each_error_names_its_field() {
    let error = |why: &str| {
        let (_, bytes, _) = refused().into_iter().find(|(name, _, _)| *name == why).unwrap();
        read(&bytes).unwrap_err().to_string()
    };
    assert!(error("a memo of 257 bytes").contains("memo must have at most 256 bytes"));
    assert!(error("an amount with a leading zero").contains("operation 0: transfer.amount must be decimal"));
    assert!(error("signatures not ascending").contains("distinct and ascending"));
    assert!(error("fields out of order").starts_with("body is not canonical"));
    assert!(error("trailing bytes").starts_with("transaction is not canonical"));
    assert!(error("more operations than allowed").contains("5 operations, at most 4"));
}

/// Every 32-byte field of every operation, one byte short, and every field of choice with a value of no
/// meaning.
#[test]
fn fields_of_operations_are_checked() {
    for operation in every_operation() {
        let bytes = operation.to_wire().encode_to_vec();
        for place in 0..bytes.len() {
            let mut other = bytes.clone();
            other.remove(place);
            if let Ok(changed) = wire::Operation::decode(&other[..]) {
                let again = Operation::from_wire(&changed).map(|read| read.to_wire().encode_to_vec());
                assert!(
                    again.is_err() || again == Ok(changed.encode_to_vec()),
                    "{} at {place}",
                    operation.name()
                );
            }
        }
    }
    let source: Bytes = vec![1; 32].into();
    use wire::operation::Operation as Wire;
    let bad = [
        Wire::SetRoles(wire::SetRoles { source: source.clone(), account: source.clone(), roles: vec![2, 1] }),
        Wire::SetRoles(wire::SetRoles { source: source.clone(), account: source.clone(), roles: vec![2, 2] }),
        Wire::SetRoles(wire::SetRoles { source: source.clone(), account: source.clone(), roles: vec![0] }),
        Wire::SetRoles(wire::SetRoles { source: source.clone(), account: source.clone(), roles: vec![7] }),
        Wire::SetRoles(wire::SetRoles {
            source: source.clone(),
            account: vec![1; 33].into(),
            roles: vec![1],
        }),
        Wire::SetStatus(wire::SetStatus { source: source.clone(), account: source.clone(), status: 0 }),
        Wire::SetStatus(wire::SetStatus { source: source.clone(), account: source.clone(), status: 4 }),
        Wire::CreateAsset(wire::CreateAsset {
            source: source.clone(),
            name: "x".into(),
            decimals: 0,
            policy: -1,
        }),
        Wire::RotateKeys(wire::RotateKeys { source: source.clone(), keys: None }),
        Wire::Rejoin(wire::Rejoin { validator: vec![1; 31].into(), vote_log: vec![1; 32].into() }),
        Wire::Rejoin(wire::Rejoin { validator: vec![1; 32].into(), vote_log: vec![1; 33].into() }),
        Wire::Rejoin(wire::Rejoin { validator: vec![1; 32].into(), vote_log: Bytes::new() }),
        Wire::Lock(wire::Lock { hash: vec![1; 31].into(), amount: "1".into(), ..lock(&source) }),
    ];
    for operation in bad {
        let wire = wire::Operation { operation: Some(operation) };
        assert!(Operation::from_wire(&wire).is_err(), "{wire:?}");
    }
}

fn lock(id: &Bytes) -> wire::Lock {
    wire::Lock { source: id.clone(), asset: id.clone(), beneficiary: id.clone(), ..Default::default() }
}

#[test]
fn keys_of_a_key_set_keep_their_order_for_execution_to_judge() {
    let mut keys = two_keys();
    keys.keys.reverse();
    let unsorted = Operation::RotateKeys { source: account(1), keys };
    assert_eq!(Operation::from_wire(&unsorted.to_wire()), Ok(unsorted));
}

#[test]
fn the_id_is_the_hash_of_the_body_as_it_stands() {
    assert_eq!(*good().id(), TransactionBody::id_of(&outer().body));
}
