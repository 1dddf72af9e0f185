//! `blocks.json`: batches, proposals, results, headers and certificates.

use bytes::Bytes;
use serde_json::{Value, json};
use types::{
    Batch, BatchRef, BlockHash, Certificate, Code, Epoch, Header, Height, Proposal, ProposalDigest,
    ResultRecord, StateRoot, TimeMs, TransactionId, ValidatorIndex, ValidatorSet, ValidatorSetHash,
    certificate::CheckpointStatement, codec::encode, header::HEADER_BYTES,
};

use crate::{
    codec,
    support::{chain, key, validator, validators},
};

/// A header in which every field is recognisable.
fn header() -> Header {
    Header {
        version: 1,
        chain_id: chain(),
        epoch: Epoch::new(0x0101_0101_0101_0102),
        height: Height::new(0x0202_0202_0202_0203),
        parent: BlockHash::new([0x03; 32]),
        time: TimeMs::new(0x0404_0404_0404_0405),
        proposal: ProposalDigest::new([0x05; 32]),
        transactions_root: [0x06; 32],
        transaction_count: 0x0707_0708,
        results_root: [0x08; 32],
        state_root: StateRoot::new([0x09; 32]),
        active_set: ValidatorSetHash::new([0x0a; 32]),
        next_set: ValidatorSetHash::new([0x0b; 32]),
        rules: 0x0c0c_0c0d,
    }
}

#[test]
fn the_header_has_292_bytes_at_documented_offsets() {
    let (bytes, header) = (header().encode(), header());
    assert_eq!(bytes.len(), HEADER_BYTES);
    let fields: [(usize, &[u8]); 14] = [
        (0, &header.version.to_le_bytes()),
        (4, header.chain_id.as_bytes()),
        (36, &header.epoch.get().to_le_bytes()),
        (44, &header.height.get().to_le_bytes()),
        (52, header.parent.as_bytes()),
        (84, &header.time.get().to_le_bytes()),
        (92, header.proposal.as_bytes()),
        (124, &header.transactions_root),
        (156, &header.transaction_count.to_le_bytes()),
        (160, &header.results_root),
        (192, header.state_root.as_bytes()),
        (224, header.active_set.as_bytes()),
        (256, header.next_set.as_bytes()),
        (288, &header.rules.to_le_bytes()),
    ];
    let mut end = 0;
    for (offset, field) in fields {
        assert_eq!(offset, end, "no gaps");
        assert_eq!(&bytes[offset..offset + field.len()], field, "at {offset}");
        end = offset + field.len();
    }
    assert_eq!(end, HEADER_BYTES);
    assert_eq!(Header::decode(&bytes).as_ref(), Ok(&header));
    assert!(Header::decode(&bytes[..291]).is_err() && Header::decode(&[&bytes[..], &[0]].concat()).is_err());
    // Each bit counts.
    for place in 0..HEADER_BYTES {
        let mut other = bytes.clone();
        other[place] ^= 0x10;
        assert_ne!(Header::decode(&other).unwrap().hash(), header.hash());
    }
}

fn header_vector() -> Value {
    let header = header();
    json!({ "fields": fields(&header), "bytes": hex::encode(header.encode()), "hash": header.hash() })
}

fn fields(header: &Header) -> Value {
    json!({
        "version": header.version,
        "chain_id": header.chain_id,
        "epoch": header.epoch,
        "height": header.height,
        "parent": header.parent,
        "time": header.time,
        "proposal": header.proposal,
        "transactions_root": hex::encode(header.transactions_root),
        "transaction_count": header.transaction_count,
        "results_root": hex::encode(header.results_root),
        "state_root": header.state_root,
        "active_set": header.active_set,
        "next_set": header.next_set,
        "rules": header.rules,
    })
}

fn certificate_vector() -> Value {
    let (set, epoch) = (validators(11), Epoch::new(5));
    let statement = CheckpointStatement { height: Height::new(9), header_hash: BlockHash::new([0xee; 32]) };
    let message = statement.signing_bytes(&chain(), epoch);
    let vote = |i: u16| (ValidatorIndex::new(i), key("consensus", usize::from(i)).sign(&message));
    let votes: Vec<_> = [0, 1, 2, 5, 7, 8, 9, 10].map(vote).into();
    let certificate = Certificate::assemble(epoch, statement, set.len(), &votes);
    assert_eq!(certificate.verify(&chain(), &set), Ok(()));
    json!({
        "chain_id": chain(),
        "validators": set.validators(),
        "validator_set_hash": set.hash(),
        "certificate": certificate_json(&certificate),
        "checkpoint_signing_bytes": hex::encode(&message),
        "bytes": hex::encode(encode(&certificate)),
    })
}

/// Four validators, then five, then four others: the ends of epochs 0 and 1 at heights 10 and 20, what the
/// old set cannot certify, and a certified header that ends no epoch.
fn epochs_vector() -> Value {
    let sets = [0..4, 0..5, 1..5].map(|range| ValidatorSet::new(range.map(validator).collect()).unwrap());
    let members: [&[usize]; 3] = [&[0, 1, 2, 3], &[0, 1, 2, 3, 4], &[1, 2, 3, 4]];
    let at = |epoch: usize, height: u64, next: usize| Header {
        epoch: Epoch::new(epoch as u64),
        height: Height::new(height),
        active_set: sets[epoch].hash(),
        next_set: sets[next].hash(),
        ..header()
    };
    let certify = |header: &Header, by: usize| {
        let statement = CheckpointStatement { height: header.height, header_hash: header.hash() };
        let message = statement.signing_bytes(&chain(), header.epoch);
        let quorum = sets[by].indices().zip(members[by]).take(sets[by].quorum());
        let votes: Vec<_> = quorum.map(|(i, name)| (i, key("consensus", *name).sign(&message))).collect();
        let certificate = Certificate::assemble(header.epoch, statement, sets[by].len(), &votes);
        assert_eq!(certificate.verify(&chain(), &sets[by]), Ok(()));
        certificate_json(&certificate)
    };
    let end = |epoch: usize| {
        let header = at(epoch, 10 * (epoch as u64 + 1), epoch + 1);
        json!({
            "header": fields(&header),
            "header_bytes": hex::encode(header.encode()),
            "certificate": certify(&header, epoch),
            "next_set": sets[epoch + 1].validators(),
            "next_set_bytes": hex::encode(encode(&sets[epoch + 1])),
        })
    };
    let middle = at(0, 5, 0);
    json!({
        "chain_id": chain(),
        "validators": sets[0].validators(),
        "ends": [end(0), end(1)],
        "by_the_old_set": certify(&at(1, 20, 2), 0),
        "no_end": { "header": fields(&middle), "certificate": certify(&middle, 0) },
    })
}

fn certificate_json(certificate: &Certificate) -> Value {
    json!({
        "epoch": certificate.epoch,
        "height": certificate.height,
        "header_hash": certificate.header_hash,
        "signers": hex::encode(&certificate.signers),
        "signatures": certificate.signatures,
    })
}

fn batch_vector(batch: &Batch) -> Value {
    let bytes = batch.encode();
    let reference = batch.reference_of(&bytes);
    json!({
        "author": batch.author,
        "sequence": batch.sequence,
        "epoch": batch.epoch,
        "expires": batch.expires,
        "transactions": batch.transactions.iter().map(hex::encode).collect::<Vec<_>>(),
        "bytes": hex::encode(&bytes),
        "digest": reference.digest,
        "reference": hex::encode(encode(&reference)),
        "chain_id": chain(),
        "acknowledgement_signing_bytes": hex::encode(reference.acknowledgement_bytes(&chain())),
    })
}

fn proposal_vector(proposal: &Proposal) -> Value {
    let reference = |reference: &BatchRef| {
        json!({
            "author": reference.author,
            "sequence": reference.sequence,
            "digest": reference.digest,
            "epoch": reference.epoch,
            "bytes": reference.bytes,
            "count": reference.count,
            "expires": reference.expires,
        })
    };
    json!({
        "references": proposal.references.iter().map(reference).collect::<Vec<_>>(),
        "time": proposal.time,
        "participation": proposal.participation.as_ref().map(certificate_json),
        "bytes": hex::encode(encode(proposal)),
        "digest": proposal.digest(),
    })
}

#[test]
fn blocks_are_frozen() {
    let other = Batch {
        author: ValidatorIndex::new(258),
        transactions: vec![Bytes::from(vec![7; 300])],
        ..codec::batch()
    };
    let timed = Proposal { time: TimeMs::new(1), ..Proposal::null() };
    let proposals = [Proposal::null(), timed, codec::proposal()];
    let results = [
        ResultRecord { id: TransactionId::new([1; 32]), code: Code::Committed, operation: None },
        ResultRecord { id: TransactionId::new([2; 32]), code: Code::InsufficientFunds, operation: Some(258) },
        ResultRecord { id: TransactionId::new([3; 32]), code: Code::Unauthorised, operation: None },
    ];
    let leaves: Vec<_> = results.iter().map(ResultRecord::encode).collect();
    let result = |record: &ResultRecord| {
        json!({
            "id": record.id,
            "code": record.code.number(),
            "operation": record.operation,
            "bytes": hex::encode(record.encode()),
        })
    };
    let vector = json!({
        "header": header_vector(),
        "certificate": certificate_vector(),
        "epochs": epochs_vector(),
        "batches": vec![batch_vector(&codec::batch()), batch_vector(&other)],
        "proposals": proposals.each_ref().map(proposal_vector),
        "results": results.each_ref().map(result),
        "results_root": hex::encode(types::merkle::root(&leaves)),
    });
    super::freeze("blocks.json", &vector);
}
