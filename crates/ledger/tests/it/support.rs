//! A small network of four validators and a few accounts, and short ways to build what it executes.

use std::{collections::BTreeMap, collections::BTreeSet, path::Path, sync::Arc};

use ledger::{Executed, Ledger, LedgerError, LedgerOptions, LedgerReader, LedgerWriter, ProposedBlock};
use types::{
    AccountId, Amount, AssetId, Batch, BatchSequence, Block, BlockHash, Certificate, CheckedBatch, Code,
    Epoch, Genesis, Height, KeySet, Member, Operation, Parameters, Proposal, ResultRecord, Role, SecretKey,
    Signature, TimeMs, Transaction, ValidatorIndex, VoteLogId,
    account::WeightedKey,
    certificate::CheckpointStatement,
    checked::CheckedTransaction,
    genesis::{GenesisAccount, GenesisAsset, GenesisValidator},
    ports::{ChainReader, StateView},
    state::{Holding, StateKey, TransferPolicy, decode_value},
    transaction::TransactionBody,
};

pub const CREATED: u64 = 1_000_000_000;

/// name, member, roles
const ACCOUNTS: [(&str, &str, &[Role]); 9] = [
    ("admin", "alpha", &[Role::Admin]),
    ("regulator", "alpha", &[Role::Regulator]),
    ("chief", "alpha", &[Role::Admin, Role::Regulator]),
    ("issuer", "alpha", &[Role::Issuer]),
    ("alice", "alpha", &[Role::User]),
    ("bob", "beta", &[Role::User]),
    ("carol", "beta", &[]),
    ("admin", "beta", &[Role::Admin]),
    ("multi", "beta", &[]),
];

pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(&types::hash::sha256("test key", &[name.as_bytes()]))
}

/// Two of three, or the first one alone with another.
pub fn multi_keys() -> KeySet {
    let weights = [("multi0", 2), ("multi1", 1), ("multi2", 1)];
    let mut keys: Vec<_> = weights
        .iter()
        .map(|(name, weight)| WeightedKey { public_key: key(name).public_key(), weight: *weight })
        .collect();
    keys.sort();
    KeySet { keys, threshold: 3 }
}

fn keys_of(full_name: &str) -> KeySet {
    if full_name == "beta/multi" { multi_keys() } else { KeySet::single(key(full_name).public_key()) }
}

pub fn genesis() -> Genesis {
    let account = |(name, member, roles): &(&str, &str, &[Role])| GenesisAccount {
        member: (*member).to_owned(),
        name: (*name).to_owned(),
        salt: 0,
        keys: keys_of(&format!("{member}/{name}")),
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
    };
    let asset = |name: &str, policy, holdings: &[(&str, u128)]| GenesisAsset {
        name: name.to_owned(),
        decimals: 2,
        issuer: "alpha/issuer".to_owned(),
        policy,
        holdings: holdings.iter().map(|(name, amount)| ((*name).to_owned(), Amount::new(*amount))).collect(),
    };
    let validator = |i: u8| GenesisValidator {
        name: format!("v{i}"),
        member: if i < 2 { "alpha" } else { "beta" }.to_owned(),
        consensus_key: key(&format!("validator{i}")).public_key(),
        node_key: key(&format!("node{i}")).public_key(),
        vote_log: VoteLogId::new([i + 1; 32]),
    };
    let member = |name: &str| Member { name: name.to_owned(), contact: String::new() };
    Genesis {
        network: "test".to_owned(),
        created_ms: TimeMs::new(CREATED),
        nonce: "00".to_owned(),
        members: vec![member("alpha"), member("beta")],
        accounts: ACCOUNTS.iter().map(account).collect(),
        assets: vec![
            asset(
                "EUR",
                TransferPolicy::Open,
                &[("alpha/alice", 1000), ("beta/bob", 500), ("beta/multi", 300)],
            ),
            asset("GOLD", TransferPolicy::Open, &[("beta/bob", 50)]),
            asset("SEC", TransferPolicy::AllowList, &[("alpha/alice", 100)]),
            asset("PE", TransferPolicy::IssuerApproved, &[("alpha/alice", 100)]),
        ],
        validators: (0..4).map(validator).collect(),
        parameters: Parameters { long_lived_slots: 2, ..Parameters::default() },
        approvals: vec![],
    }
}

pub fn id(full_name: &str) -> AccountId {
    let (member, _) = full_name.split_once('/').unwrap();
    AccountId::derive(&types::MemberId::of_name(member), 0, &keys_of(full_name))
}

pub fn asset(name: &str) -> AssetId {
    AssetId::of_name(name)
}

pub fn transfer(from: &str, to: &str, name: &str, amount: u128) -> Operation {
    Operation::Transfer { source: id(from), asset: asset(name), to: id(to), amount: Amount::new(amount) }
}

pub fn statement_signature(validator: u8, statement: &CheckpointStatement) -> Signature {
    sign_statement(&genesis(), Epoch::ZERO, validator, statement)
}

fn sign_statement(
    genesis: &Genesis,
    epoch: Epoch,
    validator: u8,
    statement: &CheckpointStatement,
) -> Signature {
    let bytes = statement.signing_bytes(&genesis.chain_id(), epoch);
    key(&format!("validator{validator}")).sign(&bytes)
}

pub fn certificate_by(signers: &[u8], height: Height, header_hash: BlockHash) -> Certificate {
    let statement = CheckpointStatement { height, header_hash };
    let vote = |i: &u8| (ValidatorIndex::new(u16::from(*i)), statement_signature(*i, &statement));
    Certificate::assemble(Epoch::ZERO, statement, 4, &signers.iter().map(vote).collect::<Vec<_>>())
}

pub fn certificate(height: Height, header_hash: BlockHash) -> Certificate {
    certificate_by(&[0, 1, 2], height, header_hash)
}

pub fn pack(sequence: u64, transactions: &[Transaction]) -> Arc<CheckedBatch> {
    let batch = Batch {
        author: ValidatorIndex::ZERO,
        sequence: BatchSequence::new(sequence),
        epoch: Epoch::ZERO,
        expires: TimeMs::new(u64::MAX),
        transactions: transactions.iter().map(|t| t.bytes().clone()).collect(),
    };
    let checked = CheckedTransaction::check_each(transactions.to_vec());
    Arc::new(CheckedBatch::pack(&batch, checked.into_iter().map(Result::unwrap).collect()))
}

/// The batches of a block, verified as a node that fetched it would.
pub fn checked(block: &Block) -> Vec<Arc<CheckedBatch>> {
    let check = |bytes: &bytes::Bytes| {
        CheckedBatch::check(bytes.clone(), &block.header.chain_id, &Parameters::default())
            .map(Arc::new)
            .unwrap()
    };
    block.batches.iter().map(check).collect()
}

pub fn open(dir: &Path) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
    open_with(dir, &genesis())
}

pub fn open_with(dir: &Path, genesis: &Genesis) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
    Ledger::open_with(dir, genesis, &LedgerOptions::small())
}

pub fn fresh_with(genesis: &Genesis) -> (tempfile::TempDir, LedgerWriter, LedgerReader) {
    let dir = tempfile::tempdir().unwrap();
    let (writer, reader) = open_with(dir.path(), genesis).unwrap();
    (dir, writer, reader)
}

/// A ledger with its folder, and a clock that moves a second per block.
pub struct World {
    pub dir: tempfile::TempDir,
    pub writer: Option<LedgerWriter>,
    pub reader: Option<LedgerReader>,
    pub now: u64,
    genesis: Genesis,
    salt: u64,
    sequence: u64,
}

impl World {
    pub fn new() -> Self {
        Self::of(genesis())
    }

    pub fn of(genesis: Genesis) -> Self {
        let (dir, writer, reader) = fresh_with(&genesis);
        let (writer, reader) = (Some(writer), Some(reader));
        Self { dir, writer, reader, now: CREATED, genesis, salt: 0, sequence: 0 }
    }

    pub fn writer(&mut self) -> &mut LedgerWriter {
        self.writer.as_mut().unwrap()
    }

    pub fn reader(&self) -> &LedgerReader {
        self.reader.as_ref().unwrap()
    }

    pub fn close(&mut self) {
        self.writer = None;
        self.reader = None;
    }

    /// As after a crash: nothing is flushed or told.
    pub fn reopen(&mut self) {
        self.close();
        let (writer, reader) = open_with(self.dir.path(), &self.genesis).unwrap();
        (self.writer, self.reader) = (Some(writer), Some(reader));
    }

    pub fn body(&mut self, operations: Vec<Operation>) -> TransactionBody {
        self.salt += 1;
        TransactionBody {
            chain_id: self.genesis.chain_id(),
            valid_until: TimeMs::new(self.now + 60_000),
            salt: self.salt,
            operations,
            memo: String::new(),
        }
    }

    pub fn sign(&mut self, operations: Vec<Operation>, signers: &[&str]) -> Transaction {
        let keys: Vec<_> = signers.iter().map(|name| key(name)).collect();
        self.body(operations).sign(&keys.iter().collect::<Vec<_>>())
    }

    pub fn propose(&mut self, batches: Vec<Arc<CheckedBatch>>) -> ProposedBlock {
        self.now += 1000;
        let proposal = Proposal {
            references: batches.iter().map(|batch| *batch.reference()).collect(),
            time: TimeMs::new(self.now),
            participation: None,
        };
        let height = self.writer().executed().next();
        ProposedBlock { epoch: self.reader().next_epoch().epoch, height, proposal, batches }
    }

    /// Executes a block of one batch; its certificate is not stored.
    pub fn execute(&mut self, transactions: &[Transaction]) -> Executed {
        self.sequence += 1;
        let batches = if transactions.is_empty() { vec![] } else { vec![pack(self.sequence, transactions)] };
        let block = self.propose(batches);
        let (genesis, epoch) = (self.genesis.clone(), block.epoch);
        let sign = |statement: &CheckpointStatement| Some(sign_statement(&genesis, epoch, 0, statement));
        self.writer().execute(&block, &sign).unwrap()
    }

    /// Executes and certifies a block of one batch.
    pub fn block(&mut self, transactions: &[Transaction]) -> Vec<ResultRecord> {
        let executed = self.execute(transactions);
        self.certify(&executed);
        executed.results
    }

    /// Stores the certificate of three validators for a block.
    pub fn certify(&mut self, executed: &Executed) {
        let (epoch, height) = (executed.header.epoch, executed.header.height);
        let statement = CheckpointStatement { height, header_hash: executed.hash };
        let vote = |i: u8| {
            let signature = sign_statement(&self.genesis, epoch, i, &statement);
            (ValidatorIndex::new(u16::from(i)), signature)
        };
        let certificate = Certificate::assemble(epoch, statement, 4, &[0, 1, 2].map(vote));
        self.writer().store_certificates(&[certificate]).unwrap();
    }

    /// The outcome of one transaction in a block of its own.
    pub fn outcome(&mut self, operations: Vec<Operation>, signers: &[&str]) -> (Code, Option<u32>) {
        let transaction = self.sign(operations, signers);
        let results = self.block(&[transaction]);
        assert_eq!(results.len(), 1, "the transaction is listed");
        let known = ledger::roles_table().iter().any(|rule| rule.codes.contains(&results[0].code));
        assert!(known || results[0].code == Code::Committed, "{} stands in the table", results[0].code);
        (results[0].code, results[0].operation)
    }

    /// The outcome of a transaction of one operation; its code must stand in the table of roles.
    pub fn code(&mut self, operation: Operation, signers: &[&str]) -> Code {
        let name = operation.name();
        let (code, _) = self.outcome(vec![operation], signers);
        let known = ledger::roles_table()
            .iter()
            .filter(|rule| rule.operation == name)
            .any(|rule| rule.codes.contains(&code));
        assert!(known || code == Code::Committed, "{name} may end with {code}");
        code
    }

    pub fn value<T: serde::Serialize + serde::de::DeserializeOwned>(&self, key: &StateKey) -> Option<T> {
        let bytes = self.reader().state().get(&key.encode()).unwrap();
        bytes.map(|bytes| decode_value(&bytes).unwrap())
    }

    /// Available and locked.
    pub fn holding(&self, account: &str, name: &str) -> (u128, u128) {
        let holding: Holding = self.value(&StateKey::Holding(asset(name), id(account))).unwrap_or_default();
        (holding.available.get(), holding.locked.get())
    }
}

/// Sum of all holdings by asset, and each asset's supply.
pub fn sums(view: &dyn StateView) -> (BTreeMap<AssetId, u128>, BTreeMap<AssetId, u128>) {
    let (mut held, mut supplies) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in view.scan(&[0x21], None, usize::MAX).unwrap() {
        let holding: Holding = decode_value(&value).unwrap();
        let asset = AssetId::from_slice(&key[1..33]).unwrap();
        *held.entry(asset).or_insert(0) += holding.available.get() + holding.locked.get();
    }
    for (key, value) in view.scan(&[0x20], None, usize::MAX).unwrap() {
        let asset: types::state::Asset = decode_value(&value).unwrap();
        supplies.insert(AssetId::from_slice(&key[1..33]).unwrap(), asset.supply.get());
    }
    (held, supplies)
}
