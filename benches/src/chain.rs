//! A ledger and the blocks that it executes.

use std::{collections::BTreeSet, sync::Arc};

use ledger::{
    Executed, Ledger, LedgerOptions, LedgerReader, LedgerWriter, ProposedBlock,
    tree::{Change, NoPages, Tree},
};
use types::{
    AccountId, Amount, AssetId, Batch, BatchSequence, Certificate, ChainId, CheckedBatch, CheckedTransaction,
    Epoch, Genesis, KeySet, Member, MemberId, Operation, Parameters, Proposal, SecretKey, TimeMs,
    ValidatorIndex, VoteLogId,
    certificate::CheckpointStatement,
    genesis::{GenesisAccount, GenesisAsset, GenesisValidator},
    hash::sha256,
    state::TransferPolicy,
    transaction::TransactionBody,
};

const CREATED: u64 = 1_000_000_000;
/// Block time passes so fast that the replay window stays at its size after some blocks.
pub const BLOCK_MS: u64 = 100;
/// How long a transaction may wait.
pub const LIFETIME_MS: u64 = 10_000;

fn key(kind: &str, number: usize) -> SecretKey {
    SecretKey::from_seed(&sha256(kind, &[&number.to_le_bytes()]))
}

fn genesis(accounts: usize) -> Genesis {
    let member = |name: &str| Member { name: name.to_owned(), contact: String::new() };
    let account = |number| GenesisAccount {
        member: "m".to_owned(),
        name: format!("a{number}"),
        salt: 0,
        keys: KeySet::single(key("account", number).public_key()),
        roles: [types::Role::Issuer].into_iter().filter(|_| number == 0).collect(),
    };
    let validator = |number: usize| GenesisValidator {
        name: format!("v{number}"),
        member: "m".to_owned(),
        consensus_key: key("validator", number).public_key(),
        node_key: key("node", number).public_key(),
        vote_log: VoteLogId::new([u8::try_from(number + 1).unwrap(); 32]),
    };
    Genesis {
        network: "bench".to_owned(),
        created_ms: TimeMs::new(CREATED),
        nonce: "00".to_owned(),
        members: vec![member("m")],
        accounts: (0..accounts).map(account).collect(),
        assets: vec![GenesisAsset {
            name: "EUR".to_owned(),
            decimals: 2,
            issuer: "m/a0".to_owned(),
            policy: TransferPolicy::Open,
            holdings: (0..accounts).map(|number| (format!("m/a{number}"), Amount::new(1 << 40))).collect(),
        }],
        validators: (0..4).map(validator).collect(),
        parameters: Parameters { expiry_grace_ms: 1_000, ..Parameters::default() },
        approvals: vec![],
    }
}

/// A chain of one asset.
pub struct Chain {
    chain: ChainId,
    accounts: Vec<AccountId>,
    keys: Vec<SecretKey>,
    writer: LedgerWriter,
    _reader: LedgerReader,
    _dir: tempfile::TempDir,
    now: u64,
    salt: u64,
}

impl Chain {
    /// A new one with so many accounts.
    #[must_use]
    pub fn new(accounts: usize) -> Self {
        let genesis = genesis(accounts);
        let dir = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or("/var/tmp".to_owned())).unwrap();
        let (writer, reader) = Ledger::open_with(dir.path(), &genesis, &LedgerOptions::default()).unwrap();
        let keys: Vec<_> = (0..accounts).map(|number| key("account", number)).collect();
        let id = |key: &SecretKey| {
            AccountId::derive(&MemberId::of_name("m"), 0, &KeySet::single(key.public_key()))
        };
        let accounts = keys.iter().map(id).collect();
        Self {
            chain: genesis.chain_id(),
            accounts,
            keys,
            writer,
            _reader: reader,
            _dir: dir,
            now: CREATED,
            salt: 0,
        }
    }

    /// A block of transfers, signed and packed.
    #[must_use]
    pub fn block(&mut self, transfers: usize) -> ProposedBlock {
        self.now += BLOCK_MS;
        let mut checked = Vec::with_capacity(transfers);
        for _ in 0..transfers {
            self.salt += 1;
            let pick = |step: u64| (self.salt.wrapping_mul(step) >> 20) as usize % self.accounts.len();
            let (from, to) = (pick(0x9E37_79B9_7F4A_7C15), pick(0xC2B2_AE3D_27D4_EB4F));
            let to = if to == from { (to + 1) % self.accounts.len() } else { to };
            let body = TransactionBody {
                chain_id: self.chain,
                valid_until: TimeMs::new(self.now + LIFETIME_MS),
                salt: self.salt,
                operations: vec![Operation::Transfer {
                    source: self.accounts[from],
                    asset: AssetId::of_name("EUR"),
                    to: self.accounts[to],
                    amount: Amount::new(1),
                }],
                memo: String::new(),
            };
            checked.push(body.sign(&[&self.keys[from]]));
        }
        let batches = checked
            .chunks(250)
            .enumerate()
            .map(|(author, transactions)| {
                let batch = Batch {
                    author: ValidatorIndex::new(author as u16 % 4),
                    sequence: BatchSequence::new(self.salt + author as u64),
                    epoch: Epoch::ZERO,
                    expires: TimeMs::new(u64::MAX),
                    transactions: transactions.iter().map(|t| t.bytes().clone()).collect(),
                };
                let checked = CheckedTransaction::check_each(transactions.to_vec());
                Arc::new(CheckedBatch::pack(&batch, checked.into_iter().map(Result::unwrap).collect()))
            })
            .collect::<Vec<_>>();
        let proposal = Proposal {
            references: batches.iter().map(|batch| *batch.reference()).collect(),
            time: TimeMs::new(self.now),
            participation: None,
        };
        ProposedBlock { epoch: Epoch::ZERO, height: self.writer.executed().next(), proposal, batches }
    }

    /// Executes a block and stores its certificate.
    pub fn execute(&mut self, block: &ProposedBlock) {
        let executed = self.execute_only(block);
        self.certify(&executed);
    }

    /// Executes a block.
    pub fn execute_only(&mut self, block: &ProposedBlock) -> Executed {
        let chain = self.chain;
        let sign = |statement: &CheckpointStatement| {
            Some(key("validator", 0).sign(&statement.signing_bytes(&chain, Epoch::ZERO)))
        };
        self.writer.execute(block, &sign).unwrap()
    }

    /// Stores a block's certificate.
    pub fn certify(&mut self, executed: &Executed) {
        let chain = self.chain;
        let statement = CheckpointStatement { height: executed.header.height, header_hash: executed.hash };
        let vote = |number: u16| {
            let bytes = statement.signing_bytes(&chain, Epoch::ZERO);
            (ValidatorIndex::new(number), key("validator", usize::from(number)).sign(&bytes))
        };
        let certificate = Certificate::assemble(Epoch::ZERO, statement, 4, &[0, 1, 2].map(vote));
        self.writer.store_certificates(&[certificate]).unwrap();
    }
}

/// A state tree of so many keys, wholly in memory.
#[must_use]
pub fn tree_of(keys: u64) -> Tree {
    let mut all: Vec<_> = (0..keys).map(|key| change(key, 0)).collect();
    all.sort_unstable_by_key(|change| change.path);
    Tree::empty().update(&NoPages, &all, &mut BTreeSet::new()).unwrap()
}

/// New values for some keys of such a tree, as a block brings them.
#[must_use]
pub fn changes(keys: u64, changed: u64) -> Vec<Change> {
    let mut changes: Vec<_> = (0..changed).map(|key| change(key * (keys / changed), 1)).collect();
    changes.sort_unstable_by_key(|change| change.path);
    changes
}

fn change(key: u64, value: u64) -> Change {
    let hash = |kind: &str, number: u64| sha256(kind, &[&number.to_le_bytes()]);
    Change { path: hash("bench.path", key), value_hash: Some(hash("bench.value", key + value)) }
}
