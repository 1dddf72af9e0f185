//! A chain of many blocks made in little time: executed by the ledger itself, certified with the keys in the
//! homes of a test network that does not run.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use ledger::{Ledger, LedgerOptions, ProposedBlock};
use node::keys::load_key_file;
use types::{
    Certificate, Epoch, Genesis, Height, Proposal, SecretKey, TimeMs, ValidatorIndex,
    certificate::CheckpointStatement,
};

use crate::Cluster;

/// Certificates made durable with one write.
const TOGETHER: u64 = 64;

impl Cluster {
    /// Gives the homes in `nodes` one chain of so many blocks without transactions. Nothing may run.
    ///
    /// # Panics
    /// When files cannot be written.
    pub fn grow(&self, nodes: &[usize], blocks: u64) {
        let text = fs::read_to_string(self.path("genesis.json")).unwrap();
        let genesis: Genesis = serde_json::from_str(&text).unwrap();
        let set = genesis.validator_set().unwrap();
        let mut keys = vec![];
        for node in 0..set.len() {
            let key = load_key_file(&self.home(node).join("keys/validator.key"), None).unwrap();
            keys.push((set.index_of(&key.public_key()).unwrap(), key));
        }
        keys.sort_by_key(|(index, _)| *index);
        keys.truncate(set.quorum());
        // Each block is synced to the disk, which takes most of the time: in memory it takes none.
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        execute(made.path(), &genesis, &keys, blocks);
        for node in nodes {
            crate::homes::copy(made.path(), &self.home(*node).join("data/ledger"));
        }
    }
}

fn execute(folder: &Path, genesis: &Genesis, keys: &[(ValidatorIndex, SecretKey)], blocks: u64) {
    let (mut writer, _) = Ledger::open_with(folder, genesis, &LedgerOptions::default()).unwrap();
    let chain = genesis.chain_id();
    let validators = genesis.validators.len();
    let created = genesis.created_ms.get();
    let mut waiting = Vec::new();
    for height in 1..=blocks {
        let height = Height::new(height);
        let proposal = Proposal { time: TimeMs::new(created + height.get()), ..Proposal::null() };
        let block = ProposedBlock { epoch: Epoch::ZERO, height, proposal, batches: Vec::new() };
        let executed = writer.execute(&block, &|_| None).unwrap();
        let statement = CheckpointStatement { height, header_hash: executed.hash };
        let bytes = statement.signing_bytes(&chain, Epoch::ZERO);
        let votes: Vec<_> = keys.iter().map(|(index, key)| (*index, key.sign(&bytes))).collect();
        waiting.push(Certificate::assemble(Epoch::ZERO, statement, validators, &votes));
        if waiting.len() as u64 == TOGETHER || height.get() == blocks {
            writer.store_certificates(&waiting).unwrap();
            waiting.clear();
        }
    }
    drop(writer);
    // Block times rise by 1 ms at least: the clock must not lie behind them.
    let last = SystemTime::UNIX_EPOCH + Duration::from_millis(created + blocks);
    std::thread::sleep(last.duration_since(SystemTime::now()).unwrap_or_default());
}
