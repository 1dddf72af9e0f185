//! Offline verification: everything is read again, computed again from the genesis, and compared.

mod memory;
mod replay;
mod stored;

use std::path::Path;

use serde::Serialize;
use types::{Genesis, Height, StateRoot};

use crate::{
    LedgerError, LedgerOptions,
    open::check_chain,
    store::{Store, meta},
};
use replay::Replay;

/// Errors listed at most.
const ERRORS_MAX: usize = 100;

/// What `hanse verify ledger` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// The newest height that was computed again and found equal.
    pub height: Height,
    /// The state root there.
    pub state_root: StateRoot,
    /// Blocks found good, block 0 included.
    pub blocks: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// What is wrong, for people.
    pub errors: Vec<String>,
}

/// Reads the whole ledger in `dir` without changing a byte, replays it from the genesis in memory, and
/// compares: links, certificates, client signatures, transaction and results roots, state, tree, indices,
/// and that every asset's supply is the sum of its holdings. `progress` is told (done, executed tip).
///
/// Replay stops at the first block that does not give the stored header. Memory grows with the state.
///
/// # Errors
/// [`LedgerError`] when there is nothing to verify: in use, another genesis, a newer format, unreadable.
pub fn verify_ledger(
    dir: &Path,
    genesis: &Genesis,
    progress: &mut dyn FnMut(Height, Height),
) -> Result<VerifyReport, LedgerError> {
    let store = Store::open_read_only(dir, &LedgerOptions::small())?;
    verify(&store, genesis, progress).map_err(|error| error.below(dir))
}

fn verify(
    store: &Store,
    genesis: &Genesis,
    progress: &mut dyn FnMut(Height, Height),
) -> Result<VerifyReport, LedgerError> {
    let found = store.chain()?.ok_or_else(|| LedgerError::damaged("meta", meta::FORMAT))?;
    check_chain(store, genesis.chain_id(), found)?;
    let (executed, certified) = (store.tip(meta::EXECUTED)?, store.tip(meta::CERTIFIED)?);
    let mut errors = Vec::new();
    let mut replay = Replay::begin(store, genesis, certified)?;
    progress(Height::ZERO, executed);
    let mut whole = replay.check_genesis(&mut errors)?;
    while whole && replay.tip().height < executed {
        let height = replay.tip().height.next();
        whole = match replay.next_block(&mut errors) {
            Ok(whole) => whole,
            Err(error) => {
                errors.push(format!("height {height}: {error}"));
                false
            }
        };
        progress(height, executed);
    }
    if whole {
        stored::check(store, &replay, &mut errors)?;
    }
    errors.truncate(ERRORS_MAX);
    let (blocks, transactions) = replay.counts();
    let (height, state_root) = (replay.tip().height, replay.tip().state_root);
    Ok(VerifyReport { ok: errors.is_empty(), height, state_root, blocks, transactions, errors })
}
