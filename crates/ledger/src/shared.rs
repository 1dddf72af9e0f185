//! What writer and readers of one ledger share.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::{Mutex, RwLock};
use types::{ChainId, Header, Parameters, block::CertifiedHeader};

use crate::{
    execution::epoch::Ahead,
    reader::{admission::AdmissionCache, decoded::DecodedBlock, view::CertifiedView},
    state::Changes,
    store::Store,
};

/// Decoded blocks kept for readers.
pub(crate) const RECENT_MAX: usize = 8;

/// Blocks whose changes are kept for admission, which looks now and then.
pub(crate) const CHANGES_MAX: usize = 64;
/// Values in all of them: an older block's go, and admission reads anew.
pub(crate) const CHANGED_VALUES_MAX: usize = 50_000;

/// One open ledger.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) chain: ChainId,
    pub(crate) published: RwLock<Arc<Published>>,
    pub(crate) executed: RwLock<Arc<ExecutedTip>>,
    pub(crate) recent: Mutex<VecDeque<Arc<DecodedBlock>>>,
    /// What admission has read of the state.
    pub(crate) admission: Mutex<AdmissionCache>,
}

/// The newest certified block and the state after it.
pub(crate) struct Published {
    pub(crate) block: Arc<CertifiedHeader>,
    pub(crate) view: Arc<CertifiedView>,
}

/// The newest executed block and what admission asks of it.
pub(crate) struct ExecutedTip {
    pub(crate) header: Header,
    pub(crate) parameters: Arc<Parameters>,
    pub(crate) ahead: Ahead,
    /// What the newest blocks changed in the state, the newest last.
    pub(crate) changes: VecDeque<Arc<Changes>>,
}
