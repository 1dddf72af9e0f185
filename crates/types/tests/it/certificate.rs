//! Block certificates and availability proofs: everything but the genuine one is refused, in release too.

use types::{
    Acknowledgement, AvailabilityProof, BlockHash, Certificate, CertificateError, ChainId, Epoch, Header,
    Height, Signature, TimeMs, ValidatorIndex, block::CertifiedHeader, certificate::CheckpointStatement,
};

use crate::{
    codec,
    support::{chain, key, validators},
};

const EPOCH: Epoch = Epoch::new(3);

fn statement() -> CheckpointStatement {
    CheckpointStatement { height: Height::new(12), header_hash: BlockHash::new([0xab; 32]) }
}

fn votes(
    signers: &[u16],
    statement: CheckpointStatement,
    chain: &ChainId,
) -> Vec<(ValidatorIndex, Signature)> {
    let message = statement.signing_bytes(chain, EPOCH);
    signers
        .iter()
        .map(|i| (ValidatorIndex::new(*i), key("consensus", usize::from(*i)).sign(&message)))
        .collect()
}

fn certificate(signers: &[u16], n: usize) -> Certificate {
    Certificate::assemble(EPOCH, statement(), n, &votes(signers, statement(), &chain()))
}

#[test]
fn a_quorum_of_any_validators_certifies() {
    for signers in [vec![0, 1, 2], vec![0, 1, 3], vec![1, 2, 3], vec![0, 1, 2, 3]] {
        let certificate = certificate(&signers, 4);
        assert_eq!(certificate.verify(&chain(), &validators(4)), Ok(()));
        assert_eq!(
            certificate.signer_indices(),
            signers.iter().map(|i| ValidatorIndex::new(*i)).collect::<Vec<_>>()
        );
    }
    let beyond_a_byte: Vec<u16> = (3..13).collect();
    assert_eq!(certificate(&beyond_a_byte, 13).verify(&chain(), &validators(13)), Ok(()));
}

#[test]
fn threat_c19_fewer_than_a_quorum_certify_nothing() {
    let short = |found, quorum| Err(CertificateError::Short { found, quorum });
    assert_eq!(certificate(&[0, 1], 4).verify(&chain(), &validators(4)), short(2, 3));
    assert_eq!(certificate(&[], 4).verify(&chain(), &validators(4)), short(0, 3));
    // Three of six is 2f+1, and no quorum: two halves could certify two blocks.
    assert_eq!(certificate(&[0, 1, 2], 6).verify(&chain(), &validators(6)), short(3, 4));
}

#[test]
fn threat_c19_one_signer_cannot_stand_for_many() {
    let mut repeated = certificate(&[0, 1, 2], 4);
    let own = votes(&[1], statement(), &chain())[0].1;
    repeated.signatures = vec![own; 3];
    assert_eq!(repeated.verify(&chain(), &validators(4)), Err(CertificateError::Signature));
    repeated.signers = vec![0b0010];
    assert_eq!(
        repeated.verify(&chain(), &validators(4)),
        Err(CertificateError::Count { signers: 1, signatures: 3 })
    );
    // Handed over twice by the collector, the second finds no bit of its own.
    let votes = [votes(&[0, 1], statement(), &chain()), votes(&[1], statement(), &chain())].concat();
    let twice = Certificate::assemble(EPOCH, statement(), 4, &votes);
    assert_eq!(
        twice.verify(&chain(), &validators(4)),
        Err(CertificateError::Count { signers: 2, signatures: 3 })
    );
}

#[test]
fn threat_c19_the_bitmap_fits_the_set() {
    let bitmap = Err(CertificateError::Bitmap { validators: 4 });
    let with = |signers: Vec<u8>| Certificate { signers, ..certificate(&[0, 1, 2], 4) };
    for wrong in [vec![], vec![0b111, 0], vec![0b111, 0xff], vec![0; 100_000]] {
        assert_eq!(with(wrong).verify(&chain(), &validators(4)), bitmap);
    }
    assert_eq!(with(vec![0b1_0011]).verify(&chain(), &validators(4)), bitmap, "bit 4 of a set of 4");
    assert_eq!(with(vec![0b1000_0011]).verify(&chain(), &validators(4)), bitmap, "the highest bit");
    assert_eq!(
        with(vec![0b1011]).verify(&chain(), &validators(4)),
        Err(CertificateError::Signature),
        "not who signed"
    );
}

#[test]
fn threat_c19_a_signature_for_something_else_is_refused() {
    let refused = |certificate: Certificate| {
        assert_eq!(certificate.verify(&chain(), &validators(4)), Err(CertificateError::Signature));
    };
    refused(Certificate { epoch: EPOCH.next(), ..certificate(&[0, 1, 2], 4) });
    refused(Certificate { height: Height::new(13), ..certificate(&[0, 1, 2], 4) });
    refused(Certificate { header_hash: BlockHash::new([0xac; 32]), ..certificate(&[0, 1, 2], 4) });
    let mut foreign = certificate(&[0, 1, 2], 4);
    foreign.signatures[2] = key("consensus", 9).sign(&statement().signing_bytes(&chain(), EPOCH));
    refused(foreign);
    let mut swapped = certificate(&[0, 1, 2], 4);
    swapped.signatures.swap(0, 1);
    refused(swapped);
    // One bad signature beyond the quorum spoils it too (CVE-2020-15091).
    let mut extra = certificate(&[0, 1, 2, 3], 4);
    extra.signatures[3] = Signature::new([1; 64]);
    refused(extra);
    let good = certificate(&[0, 1, 2], 4);
    assert_eq!(
        good.verify(&ChainId::new([1; 32]), &validators(4)),
        Err(CertificateError::Signature),
        "another network"
    );
    assert_eq!(
        good.verify(&chain(), &validators(5)),
        Err(CertificateError::Short { found: 3, quorum: 4 }),
        "another set"
    );
}

fn header() -> Header {
    Header {
        version: 1,
        chain_id: chain(),
        epoch: EPOCH,
        height: Height::new(12),
        parent: BlockHash::default(),
        time: TimeMs::new(1),
        proposal: Default::default(),
        transactions_root: [1; 32],
        transaction_count: 0,
        results_root: [2; 32],
        state_root: Default::default(),
        active_set: validators(4).hash(),
        next_set: validators(4).hash(),
        rules: 1,
    }
}

#[test]
fn a_certificate_belongs_to_one_header() {
    let certified = |header: &Header, certificate: Option<Certificate>| CertifiedHeader {
        header: header.clone(),
        certificate,
    };
    let statement = CheckpointStatement { height: header().height, header_hash: header().hash() };
    let genuine = Certificate::assemble(EPOCH, statement, 4, &votes(&[0, 2, 3], statement, &chain()));
    let block = certified(&header(), Some(genuine.clone()));
    assert_eq!(block.verify(&chain(), &validators(4)), Ok(()));
    let other = Header { rules: 2, ..header() };
    let lent = certified(&other, Some(genuine.clone()));
    assert_eq!(lent.hash(), other.hash(), "never what the certificate says");
    let error = CertificateError::OtherHeader { certified: header().hash(), found: other.hash() };
    assert_eq!(lent.verify(&chain(), &validators(4)), Err(error));
    let moved = Certificate { height: Height::new(13), ..genuine };
    assert!(matches!(
        certified(&header(), Some(moved)).verify(&chain(), &validators(4)),
        Err(CertificateError::OtherHeader { .. })
    ));
    let none = certified(&header(), None).verify(&chain(), &validators(4));
    assert_eq!(none, Err(CertificateError::Short { found: 0, quorum: 3 }));
}

#[test]
fn an_availability_proof_needs_f_plus_1_distinct_validators() {
    let set = validators(4);
    let batch = codec::batch();
    let reference = batch.reference_of(&batch.encode());
    let acknowledge = |i: u16| {
        let signature = key("consensus", usize::from(i)).sign(&reference.acknowledgement_bytes(&chain()));
        (ValidatorIndex::new(i), signature)
    };
    let proof = |signatures| AvailabilityProof { reference, signatures };
    let good = |signatures| proof(signatures).verify(&chain(), &set).is_ok();
    assert!(good(vec![acknowledge(1), acknowledge(3)]));
    assert!(!good(vec![acknowledge(1)]), "one may be faulty");
    assert!(!good(vec![acknowledge(1), acknowledge(1)]), "one may not count twice");
    assert!(!good(vec![acknowledge(3), acknowledge(1)]), "ascending");
    assert!(!good(vec![acknowledge(1), (ValidatorIndex::new(4), acknowledge(1).1)]), "outside the set");
    assert!(!good(vec![acknowledge(1), (ValidatorIndex::new(3), acknowledge(2).1)]), "another's signature");
    assert!(
        proof(vec![acknowledge(1), acknowledge(3)]).verify(&ChainId::default(), &set).is_err(),
        "another network"
    );

    let (signer, signature) = acknowledge(2);
    let single = Acknowledgement { signer, reference, signature };
    assert!(single.verify(&chain(), &set).is_ok());
    assert!(Acknowledgement { signer: ValidatorIndex::new(1), ..single }.verify(&chain(), &set).is_err());
    assert!(
        Acknowledgement { signer: ValidatorIndex::new(u16::MAX), ..single }.verify(&chain(), &set).is_err()
    );
    let other = types::BatchRef { count: 4, ..reference };
    assert!(Acknowledgement { reference: other, ..single }.verify(&chain(), &set).is_err());
}
