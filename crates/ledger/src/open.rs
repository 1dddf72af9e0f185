//! Opening: the first time with the genesis state, later where the last durable block left off.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::Arc,
};

use parking_lot::{Mutex, RwLock};
use types::{Certificate, ChainId, Genesis, Height, Parameters, block::CertifiedHeader, codec};

use crate::{
    LedgerError, LedgerReader, LedgerWriter, epochs,
    execution::{RULES, epoch::Ahead},
    genesis::GenesisBlock,
    reader::{admission::AdmissionCache, view::CertifiedView},
    shared::{ExecutedTip, Published, Shared},
    state::{State, Tables},
    store::{Column, FORMAT, HeaderPart, LedgerOptions, Store, keys, meta},
    undo::{self, Overlay},
    writer::{Pages, WriterState},
};

/// Opens ledgers.
#[derive(Debug, Clone, Copy)]
pub struct Ledger;

impl Ledger {
    /// Opens the ledger in `dir`, or begins one with the genesis state. One process at a time.
    ///
    /// # Errors
    /// [`LedgerError`]: in use, damaged, no space, other I/O errors, another genesis, a newer format or
    /// newer rules.
    pub fn open(dir: &Path, genesis: &Genesis) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
        Self::open_with(dir, genesis, &LedgerOptions::default())
    }

    /// As [`Ledger::open`], with bounds of memory and files.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_with(
        dir: &Path,
        genesis: &Genesis,
        options: &LedgerOptions,
    ) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
        let store = Store::open(dir, options)?;
        begin_or_resume(store, genesis, options).map_err(|error| error.below(dir))
    }
}

fn begin_or_resume(
    store: Store,
    genesis: &Genesis,
    options: &LedgerOptions,
) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
    let expected = genesis.chain_id();
    match store.chain()? {
        None => begin(&store, &GenesisBlock::of(genesis)?)?,
        Some(found) => check_chain(&store, expected, found)?,
    }
    resume(store, expected, options)
}

/// The ledger in the directory must be that of the genesis.
pub(crate) fn check_chain(store: &Store, expected: ChainId, found: ChainId) -> Result<(), LedgerError> {
    if expected == found {
        return Ok(());
    }
    Err(LedgerError::OtherGenesis { path: store.path().to_owned(), expected, found })
}

/// Writes block 0; the format entry comes with it, so a ledger is begun wholly or not at all.
fn begin(store: &Store, block: &GenesisBlock) -> Result<(), LedgerError> {
    let mut batch = store.batch();
    for write in &block.writes {
        if let Some(value) = &write.after {
            batch.put(Column::State, &write.key, value)?;
        }
    }
    for prefix in &block.pages {
        if let Some(page) = block.tree.page(prefix) {
            batch.put(Column::Tree, &prefix.encode(), &page)?;
        }
    }
    batch.put(Column::Headers, &keys::header(Height::ZERO, HeaderPart::Header), &block.header.encode())?;
    epochs::put(&mut batch, &block.epoch)?;
    for tip in [meta::EXECUTED, meta::CERTIFIED, meta::TREE] {
        batch.put(Column::Meta, tip, &keys::height(Height::ZERO))?;
    }
    batch.put(Column::Meta, meta::CHAIN, block.header.chain_id.as_bytes())?;
    batch.put(Column::Meta, meta::FORMAT, &FORMAT.to_le_bytes())?;
    batch.write_synced()
}

fn resume(
    store: Store,
    chain: ChainId,
    options: &LedgerOptions,
) -> Result<(LedgerWriter, LedgerReader), LedgerError> {
    let (executed, certified) = (store.tip(meta::EXECUTED)?, store.tip(meta::CERTIFIED)?);
    let tip = store.header_at(executed)?;
    let written = store.tip(meta::TREE)?;
    let (tree, touched) = undo::redo(&store, written, executed)?;
    let (parameters, ahead) = above(&store, executed)?;
    if ahead.epoch.parameters.rules > RULES {
        let (height, found) = (executed.next(), ahead.epoch.parameters.rules);
        return Err(LedgerError::NewerRules { height, found, supported: RULES });
    }
    let certificates = certificates_above(&store, certified)?;
    let opened = store.pin();
    let overlay = match certified < executed {
        true => undo::overlay(&store, &opened, &tree, executed, certified)?,
        false => Overlay::of(tree.clone()),
    };
    let certificate = store.certificate(certified)?;
    let block = Arc::new(CertifiedHeader { header: store.header_at(certified)?, certificate });
    let view = Arc::new(CertifiedView { block: Arc::clone(&block), pinned: Arc::clone(&opened), overlay });
    let shared = Arc::new(Shared {
        store,
        chain,
        published: RwLock::new(Arc::new(Published { block, view })),
        executed: RwLock::new(Arc::new(ExecutedTip {
            header: tip.clone(),
            parameters,
            ahead: ahead.clone(),
            changes: VecDeque::new(),
        })),
        admission: Mutex::new(AdmissionCache::new(executed)),
        recent: Mutex::default(),
    });
    let reader = LedgerReader { shared: Arc::clone(&shared) };
    let tip_hash = tip.hash();
    let opened = (certified < executed).then(|| (opened, tree.clone(), executed));
    let pages = Pages::new(tree, touched, written, certified, options);
    let state = WriterState { tip, tip_hash, certified, certificates, ahead, pages, opened };
    Ok((LedgerWriter::new(shared, state), reader))
}

/// The parameters in the stored state, which is that after `executed`, and what holds above it. The history
/// of epochs must say the same.
fn above(store: &Store, executed: Height) -> Result<(Arc<Parameters>, Ahead), LedgerError> {
    let mut tables = Tables::new();
    let mut state = State::new(store, &mut tables);
    let (parameters, ahead) = (state.must_parameters()?, Ahead::of(&mut state, executed)?);
    let epoch = ahead.epoch.epoch;
    match epochs::read(store, epoch)? {
        Some(stored) if stored == ahead.epoch => Ok((parameters, ahead)),
        Some(_) | None => Err(LedgerError::damaged("epochs", &keys::epoch(epoch))),
    }
}

/// Stored certificates beyond the contiguous ones.
fn certificates_above(
    store: &Store,
    certified: Height,
) -> Result<BTreeMap<Height, Certificate>, LedgerError> {
    let after = keys::header(certified, HeaderPart::OwnCheckpoint);
    let mut certificates = BTreeMap::new();
    let mut last = after.to_vec();
    loop {
        let rows = store.scan(Column::Headers, &[], Some(&last), 256)?;
        let Some((key, _)) = rows.last() else { return Ok(certificates) };
        last.clone_from(key);
        for (key, value) in rows {
            let Some((height, [part])) = key.split_first_chunk::<8>() else { continue };
            if *part == HeaderPart::Certificate as u8 {
                let certificate =
                    codec::decode_canonical(&value).map_err(|_| LedgerError::damaged("headers", &key))?;
                certificates.insert(Height::new(u64::from_be_bytes(*height)), certificate);
            }
        }
    }
}
