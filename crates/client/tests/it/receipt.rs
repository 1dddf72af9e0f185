//! Every field of a receipt is bound: changing any of them fails, with the error that names it.

use client::{ProofError, Receipt};
use types::{
    CertificateError, ChainId, Code, Epoch, Header, Height, Signature, Transaction, TransactionId,
    block::CertifiedHeader,
};

use crate::fixture::{QUORUM, certify, genesis, key, receipt, receipt_of, transaction};

fn fault(change: impl FnOnce(&mut Receipt)) -> ProofError {
    let (genesis, mut receipt) = receipt();
    change(&mut receipt);
    receipt.verify(&genesis).unwrap_err()
}

fn certificate_fault(change: impl FnOnce(&mut types::Certificate)) -> ProofError {
    fault(|receipt| change(receipt.block.certificate.as_mut().unwrap()))
}

#[test]
fn a_true_receipt_verifies_at_every_place() {
    let genesis = genesis("one");
    let transactions: Vec<_> = (0..5).map(|salt| transaction(&genesis, salt)).collect();
    for index in 0..5 {
        let receipt = receipt_of(&genesis, &transactions, index);
        let verified = receipt.verify(&genesis).unwrap();
        assert_eq!(verified.transaction.get().id(), transactions[index as usize].id());
        assert_eq!(verified.result.code == Code::Committed, index != 1);
    }
}

#[test]
fn each_field_has_its_own_error() {
    let other = genesis("two");
    let (_, good) = receipt();
    assert!(matches!(good.verify(&other), Err(ProofError::WrongChain { .. })));

    assert!(matches!(fault(|r| r.result.code = Code::Expired), ProofError::ResultPath));
    assert!(matches!(fault(|r| r.result.operation = Some(0)), ProofError::ResultPath));
    assert!(matches!(
        fault(|r| r.result.id = TransactionId::new([0; 32])),
        ProofError::OtherTransaction { .. }
    ));
    assert!(matches!(fault(|r| r.index += 1), ProofError::Place { tree: "transaction", .. }));
    assert!(matches!(
        fault(|r| r.transaction_path.index += 1),
        ProofError::Place { tree: "transaction", .. }
    ));
    assert!(matches!(
        fault(|r| r.transaction_path.leaves += 1),
        ProofError::Place { tree: "transaction", .. }
    ));
    assert!(matches!(fault(|r| r.result_path.index += 1), ProofError::Place { tree: "result", .. }));
    assert!(matches!(fault(|r| r.result_path.leaves += 1), ProofError::Place { tree: "result", .. }));
    assert!(matches!(fault(|r| r.transaction_path.siblings[0][0] ^= 1), ProofError::TransactionPath));
    assert!(matches!(fault(|r| r.transaction_path.siblings.truncate(1)), ProofError::TransactionPath));
    assert!(matches!(fault(|r| r.result_path.siblings[0][0] ^= 1), ProofError::ResultPath));
    assert!(matches!(fault(|r| r.result_path.siblings.push([0; 32])), ProofError::ResultPath));
    assert!(matches!(fault(|r| r.transaction = b"x".as_slice().into()), ProofError::Transaction(_)));
    assert!(matches!(
        fault(|r| r.block.header.chain_id = ChainId::new([0; 32])),
        ProofError::WrongChain { .. }
    ));
    assert!(matches!(fault(|r| r.block.certificate = None), ProofError::Uncertified { .. }));
}

#[test]
fn every_field_of_the_header_is_signed() {
    let (genesis, good) = receipt();
    let bytes = good.block.header.encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let header = Header::decode(&changed).unwrap();
        let block = CertifiedHeader { header, certificate: good.block.certificate.clone() };
        let error = Receipt { block, ..good.clone() }.verify(&genesis).unwrap_err();
        let expected = matches!(
            error,
            ProofError::WrongChain { .. }
                | ProofError::CertificateHeight { .. }
                | ProofError::Certificate(CertificateError::OtherHeader { .. })
        );
        assert!(expected, "byte {place}: {error}");
    }
}

#[test]
fn every_bit_of_transaction_and_paths_counts() {
    let (genesis, good) = receipt();
    for place in 0..good.transaction.len() * 8 {
        let mut bytes = good.transaction.to_vec();
        bytes[place / 8] ^= 1 << (place % 8);
        let changed = Receipt { transaction: bytes.into(), ..good.clone() };
        assert!(changed.verify(&genesis).is_err(), "bit {place} of the transaction");
    }
    for (sibling, bit) in
        (0..good.transaction_path.siblings.len()).flat_map(|s| (0..256).map(move |b| (s, b)))
    {
        let mut changed = good.clone();
        changed.transaction_path.siblings[sibling][bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(changed.verify(&genesis), Err(ProofError::TransactionPath)));
        let mut changed = good.clone();
        changed.result_path.siblings[sibling][bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(changed.verify(&genesis), Err(ProofError::ResultPath)));
    }
}

#[test]
fn a_certificate_needs_a_quorum_of_the_right_validators() {
    let certificate = |error: &ProofError, expected: fn(&CertificateError) -> bool| matches!(error, ProofError::Certificate(error) if expected(error));
    let resigned = |signers: &[(u16, u8)]| {
        fault(|receipt| {
            let genesis = genesis("one");
            receipt.block = certify(&genesis, receipt.block.header.clone(), signers);
        })
    };
    let is_signature = |error: &CertificateError| matches!(error, CertificateError::Signature);
    let short = resigned(&QUORUM[..2]);
    assert!(certificate(&short, |e| matches!(e, CertificateError::Short { found: 2, quorum: 3 })), "{short}");
    // A foreign key in a member's place, and one validator signing in another's name.
    assert!(certificate(&resigned(&[(0, 0), (1, 1), (2, 77)]), is_signature));
    assert!(certificate(&resigned(&[(0, 0), (1, 1), (2, 1)]), is_signature));

    let is_count = |error: &CertificateError| matches!(error, CertificateError::Count { .. });
    let is_bitmap = |error: &CertificateError| matches!(error, CertificateError::Bitmap { .. });
    // The same signature twice, with and without a bit for it.
    assert!(certificate(&certificate_fault(|c| c.signatures.push(c.signatures[0])), is_count));
    assert!(certificate(&certificate_fault(|c| c.signatures[1] = c.signatures[0]), is_signature));
    assert!(certificate(&certificate_fault(|c| c.signatures.truncate(2)), is_count));
    assert!(certificate(&certificate_fault(|c| c.signers[0] |= 0b1000_0000), is_count));
    assert!(certificate(&certificate_fault(|c| c.signers.push(0)), is_bitmap));
    assert!(certificate(
        &certificate_fault(|c| {
            c.signers[0] = 0b1000_0011;
            c.signatures[2] = Signature::new([0; 64]);
        }),
        is_bitmap
    ));
    assert!(matches!(certificate_fault(|c| c.height = Height::new(8)), ProofError::CertificateHeight { .. }));
    assert!(matches!(certificate_fault(|c| c.epoch = Epoch::new(1)), ProofError::CertificateHeight { .. }));
    for signature in 0..3 {
        for bit in 0..512 {
            let error = certificate_fault(|c| {
                let mut bytes = *c.signatures[signature].as_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                c.signatures[signature] = Signature::new(bytes);
            });
            assert!(certificate(&error, is_signature), "bit {bit} of signature {signature}");
        }
    }
}

#[test]
fn a_set_or_epoch_that_the_genesis_does_not_give_is_refused() {
    let set = fault(|receipt| {
        receipt.block.header.active_set = types::ValidatorSetHash::new([5; 32]);
        receipt.block = certify(&genesis("one"), receipt.block.header.clone(), &QUORUM);
    });
    assert!(matches!(set, ProofError::OtherSet { .. }), "{set}");
    let epoch = fault(|receipt| {
        receipt.block.header.epoch = Epoch::new(1);
        receipt.block = certify(&genesis("one"), receipt.block.header.clone(), &QUORUM);
    });
    assert!(matches!(epoch, ProofError::UnknownEpoch { .. }), "{epoch}");
}

#[test]
fn a_quorum_cannot_make_an_unsigned_transaction_true() {
    let genesis = genesis("one");
    let good = transaction(&genesis, 9);
    let mut bytes = good.bytes().to_vec();
    // The last bytes of the encoding are the signature's.
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    let forged = Transaction::decode_any(bytes.into()).unwrap();
    assert_eq!(forged.id(), good.id());
    let error = receipt_of(&genesis, &[forged], 0).verify(&genesis).unwrap_err();
    assert!(matches!(error, ProofError::TransactionSignature), "{error}");

    let foreign = transaction(&crate::fixture::genesis("two"), 9).signed_by(&key(51));
    let error = receipt_of(&genesis, &[foreign], 0).verify(&genesis).unwrap_err();
    assert!(matches!(error, ProofError::WrongChain { .. }), "{error}");
}
