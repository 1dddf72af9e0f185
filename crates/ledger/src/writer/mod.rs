//! Writing: the one place where blocks are executed and stored, in height order, by one thread.

mod certify;
mod execute;
mod import;
mod pages;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use types::{BlockHash, Certificate, Header, Height, ResultRecord, Signature};

use crate::{
    LedgerError,
    execution::{SeenId, epoch::Ahead},
    shared::Shared,
    state::{Changes, Tables},
    store::Pinned,
    tree::Tree,
};
pub use import::Imported;
pub(crate) use pages::Pages;

/// Executes and stores blocks. There is one for each open ledger.
pub struct LedgerWriter {
    shared: Arc<Shared>,
    state: WriterState,
    tables: Tables,
    /// What the newest blocks changed, for admission.
    changes: VecDeque<Arc<Changes>>,
    /// The last id that was forgotten: forgetting goes on behind it and need not pass what it removed.
    forgotten: Option<SeenId>,
    /// State and tree of executed heights that wait for their certificates.
    waiting: BTreeMap<Height, (Arc<Pinned>, Tree)>,
    /// Once a write has failed nothing more is attempted.
    failed: Option<LedgerError>,
}

/// Where the chain stands.
pub(crate) struct WriterState {
    pub(crate) tip: Header,
    pub(crate) tip_hash: BlockHash,
    pub(crate) certified: Height,
    /// Stored certificates above `certified`.
    pub(crate) certificates: BTreeMap<Height, Certificate>,
    /// What holds for the next block.
    pub(crate) ahead: Ahead,
    /// The state tree after the tip.
    pub(crate) pages: Pages,
    /// State and tree as they were found at the start and their height, until that height is certified.
    pub(crate) opened: Option<(Arc<Pinned>, Tree, Height)>,
}

/// A block that is executed and durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Its header.
    pub header: Header,
    /// The header's hash.
    pub hash: BlockHash,
    /// What became of each transaction, in order.
    pub results: Vec<ResultRecord>,
    /// The own checkpoint, if one was signed.
    pub checkpoint: Option<Signature>,
    /// B, when a change of epoch is pending in the state after this block.
    pub boundary: Option<Height>,
}

impl LedgerWriter {
    pub(crate) fn new(shared: Arc<Shared>, state: WriterState) -> Self {
        Self {
            shared,
            state,
            tables: Tables::new(),
            changes: VecDeque::new(),
            forgotten: None,
            waiting: BTreeMap::new(),
            failed: None,
        }
    }

    /// Height of the newest executed block.
    #[must_use]
    pub fn executed(&self) -> Height {
        self.state.tip.height
    }

    /// Up to here every block is certified.
    #[must_use]
    pub fn certified(&self) -> Height {
        self.state.certified
    }

    /// The hash of the newest executed header.
    #[must_use]
    pub fn tip_hash(&self) -> BlockHash {
        self.state.tip_hash
    }

    fn check_usable(&self) -> Result<(), LedgerError> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}
