//! What the process does, and what must be true afterwards.

use std::path::Path;

use ledger::{Ledger, LedgerError, LedgerOptions, LedgerReader, LedgerWriter, ProposedBlock};
use tempfile::TempDir;
use types::{BlockHash, Epoch, Height, Proposal, TimeMs, ports::ChainReader, transaction::TransactionBody};

use crate::support::{CREATED, certificate, checked, genesis, key, pack, transfer};

/// Blocks of a life; it closes and opens the ledger in the middle.
pub const BLOCKS: u64 = 10;
/// Small, so that every few blocks memory is written to tables and logs are rolled.
const OPTIONS: LedgerOptions = LedgerOptions {
    cache_bytes: 1 << 20,
    write_buffers_bytes: 128 << 10,
    open_files_max: 64,
    tree_pages_max: 16,
    tree_blocks_max: 2,
};

/// Blocks from elsewhere made durable together.
const TOGETHER: u64 = 2;

/// Opens, executes and certifies, telling of each step that is durable; after it was closed and opened again, the
/// other half of the blocks comes from elsewhere.
pub fn live(dir: &Path, tell: &mut dyn FnMut(&str, u64)) -> Result<(), LedgerError> {
    let (mut writer, reader) = open(dir)?;
    while writer.executed().get() < BLOCKS / 2 {
        step(&mut writer, tell)?;
    }
    drop((writer, reader));
    let (mut writer, _reader) = open(dir)?;
    let elsewhere = new_folder();
    let (mut source, blocks) = open(elsewhere.path())?;
    while source.executed().get() < BLOCKS {
        step(&mut source, &mut |_, _| {})?;
    }
    while writer.executed().get() < BLOCKS {
        let last = BLOCKS.min(writer.executed().get() + TOGETHER);
        while writer.executed().get() < last {
            let block = blocks.block(writer.executed().next()).unwrap().unwrap();
            writer.import_of_many(&block, checked(&block))?;
        }
        writer.sync()?;
        tell("executed", last);
        tell("certified", last);
    }
    Ok(())
}

/// A folder in memory where there is such a file system: a thousand lives sync often.
pub fn new_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn open(dir: &Path) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
    Ledger::open_with(dir, &genesis(), &OPTIONS)
}

fn step(writer: &mut LedgerWriter, tell: &mut dyn FnMut(&str, u64)) -> Result<(), LedgerError> {
    let height = writer.executed().next();
    let executed = writer.execute(&block(height), &|_| None)?;
    tell("executed", height.get());
    writer.store_certificates(&[certificate(height, executed.hash)])?;
    tell("certified", height.get());
    Ok(())
}

/// The block of a height, always the same.
fn block(height: Height) -> ProposedBlock {
    let time = CREATED + 1_000 * height.get();
    let body = |salt| TransactionBody {
        chain_id: genesis().chain_id(),
        valid_until: TimeMs::new(time + 60_000),
        salt,
        operations: vec![transfer("alpha/alice", "beta/bob", "EUR", 1)],
        memo: "m".repeat(200),
    };
    let signer = key("alpha/alice");
    let transactions: Vec<_> =
        (0..20).map(|place| body(100 * height.get() + place).sign(&[&signer])).collect();
    let batch = pack(height.get(), &transactions);
    let references = vec![*batch.reference()];
    let proposal = Proposal { references, time: TimeMs::new(time), participation: None };
    ProposedBlock { epoch: Epoch::ZERO, height, proposal, batches: vec![batch] }
}

/// The hashes of all headers of an undisturbed life, from genesis on.
pub fn undisturbed() -> Vec<BlockHash> {
    let dir = new_folder();
    live(dir.path(), &mut |_, _| {}).unwrap();
    hashes(&open(dir.path()).unwrap().1, BLOCKS)
}

fn hashes(reader: &LedgerReader, last: u64) -> Vec<BlockHash> {
    (0..=last).map(|height| reader.header(Height::new(height)).unwrap().unwrap().header.hash()).collect()
}

/// After the fault: everything that was told of is there, nothing else than the one chain, and it goes on.
pub fn assert_kept(dir: &Path, told: &[(String, u64)], chain: &[BlockHash], story: &str) {
    let (writer, reader) = open(dir).unwrap_or_else(|error| panic!("{story}: {error}"));
    let last = |what: &str| told.iter().filter(|(told, _)| told == what).map(|(_, height)| *height).max();
    let (executed, certified) = (writer.executed().get(), reader.certified_height().get());
    assert!(Some(executed) >= last("executed"), "{story}: {executed} blocks of {:?}", last("executed"));
    assert!(
        Some(certified) >= last("certified"),
        "{story}: {certified} certified of {:?}",
        last("certified")
    );
    assert!(certified <= executed && executed <= certified + 1, "{story}: {certified} {executed}");
    let tip = usize::try_from(certified).unwrap();
    assert_eq!(hashes(&reader, certified), chain[..=tip], "{story}");
    drop((writer, reader));
    certify_the_tip(dir);
    live(dir, &mut |_, _| {}).unwrap_or_else(|error| panic!("{story}: goes on: {error}"));
    let (writer, reader) = open(dir).unwrap();
    assert_eq!(hashes(&reader, BLOCKS), chain, "{story}");
    drop((writer, reader));
    ledger::verify_ledger(dir, &genesis(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{story}: {error}"));
}

/// A block whose certificate the fault took.
fn certify_the_tip(dir: &Path) {
    let (mut writer, reader) = open(dir).unwrap();
    for (height, hash) in reader.uncertified().unwrap() {
        writer.store_certificates(&[certificate(height, hash)]).unwrap();
    }
}
