//! A genesis of four validators and a certified block with five transactions.

use std::collections::BTreeMap;

use client::{Receipt, TransactionBuilder};
use types::{
    AccountId, Amount, AssetId, Certificate, Code, Epoch, Genesis, Header, Height, Operation, Parameters,
    ProposalDigest, ResultRecord, SecretKey, StateRoot, TimeMs, Transaction, ValidatorIndex, VoteLogId,
    block::CertifiedHeader, certificate::CheckpointStatement, genesis::GenesisValidator, merkle,
};

pub const HEIGHT: Height = Height::new(7);
pub const TIME: TimeMs = TimeMs::new(1_700_000_100_000);

pub fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

pub fn genesis(nonce: &str) -> Genesis {
    let validator = |i: u8| GenesisValidator {
        name: format!("validator{i}"),
        member: "member0".to_owned(),
        consensus_key: key(i).public_key(),
        node_key: key(100 + i).public_key(),
        vote_log: VoteLogId::new([i; 32]),
    };
    Genesis {
        network: "test".to_owned(),
        created_ms: TimeMs::new(1_700_000_000_000),
        nonce: nonce.to_owned(),
        members: vec![types::Member { name: "member0".to_owned(), contact: String::new() }],
        accounts: Vec::new(),
        assets: Vec::new(),
        validators: (0..4).map(validator).collect(),
        parameters: Parameters::default(),
        approvals: Vec::new(),
    }
}

pub fn transaction(genesis: &Genesis, salt: u64) -> Transaction {
    let operation = Operation::Transfer {
        source: AccountId::new([1; 32]),
        asset: AssetId::of_name("TEST"),
        to: AccountId::new([2; 32]),
        amount: Amount::new(5),
    };
    let builder = TransactionBuilder::new(genesis.chain_id()).operation(operation).memo("rent");
    builder.valid_until(TIME).salt(salt).build().unwrap().sign(&[&key(50)])
}

pub fn results(transactions: &[Transaction]) -> Vec<ResultRecord> {
    let code = |place| if place == 1 { Code::InsufficientFunds } else { Code::Committed };
    let operation = |place| (place == 1).then_some(0);
    let record = |(place, transaction): (usize, &Transaction)| ResultRecord {
        id: *transaction.id(),
        code: code(place),
        operation: operation(place),
    };
    transactions.iter().enumerate().map(record).collect()
}

pub fn header(
    genesis: &Genesis,
    transactions: &[Transaction],
    state_root: StateRoot,
    time: TimeMs,
) -> Header {
    let witnesses: Vec<_> =
        transactions.iter().map(|transaction| *transaction.witness().as_bytes()).collect();
    let leaves: Vec<_> = results(transactions).iter().map(ResultRecord::encode).collect();
    let set = genesis.validator_set().unwrap().hash();
    Header {
        version: 1,
        chain_id: genesis.chain_id(),
        epoch: Epoch::ZERO,
        height: HEIGHT,
        parent: types::BlockHash::new([9; 32]),
        time,
        proposal: ProposalDigest::new([8; 32]),
        transactions_root: merkle::root(&witnesses),
        transaction_count: u32::try_from(transactions.len()).unwrap(),
        results_root: merkle::root(&leaves),
        state_root,
        active_set: set,
        next_set: set,
        rules: 1,
    }
}

/// Signed by these validators with these keys.
pub fn certify(genesis: &Genesis, header: Header, signers: &[(u16, u8)]) -> CertifiedHeader {
    let statement = CheckpointStatement { height: header.height, header_hash: header.hash() };
    let message = statement.signing_bytes(&genesis.chain_id(), header.epoch);
    let votes: BTreeMap<_, _> = signers
        .iter()
        .map(|(index, seed)| (ValidatorIndex::new(*index), key(*seed).sign(&message)))
        .collect();
    let votes: Vec<_> = votes.into_iter().collect();
    let certificate = Certificate::assemble(header.epoch, statement, 4, &votes);
    CertifiedHeader { header, certificate: Some(certificate) }
}

pub const QUORUM: [(u16, u8); 3] = [(0, 0), (1, 1), (3, 3)];

pub fn receipt_of(genesis: &Genesis, transactions: &[Transaction], index: u32) -> Receipt {
    let place = index as usize;
    let witnesses: Vec<_> =
        transactions.iter().map(|transaction| *transaction.witness().as_bytes()).collect();
    let records = results(transactions);
    let leaves: Vec<_> = records.iter().map(ResultRecord::encode).collect();
    Receipt {
        transaction: transactions[place].bytes().clone(),
        result: records[place],
        index,
        block: certify(genesis, header(genesis, transactions, StateRoot::new([3; 32]), TIME), &QUORUM),
        transaction_path: merkle::path(&witnesses, place).unwrap(),
        result_path: merkle::path(&leaves, place).unwrap(),
        epochs: Vec::new(),
    }
}

pub fn receipt() -> (Genesis, Receipt) {
    let genesis = genesis("one");
    let transactions: Vec<_> = (0..5).map(|salt| transaction(&genesis, salt)).collect();
    let receipt = receipt_of(&genesis, &transactions, 2);
    (genesis, receipt)
}
