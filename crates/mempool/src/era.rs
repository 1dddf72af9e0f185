//! What holds for one epoch: its set, its limits, and our seat in it.

use std::sync::Arc;

use types::{Epoch, Parameters, ValidatorIndex, ValidatorSet, ports::Signer};

use crate::{MempoolConfig, MempoolError, gate::Gate};

/// An epoch as the mempool needs it.
pub struct Era {
    /// Its number.
    pub epoch: Epoch,
    /// Who acknowledges.
    pub validators: ValidatorSet,
    /// Limits of batches and transactions.
    pub parameters: Parameters,
    /// Acknowledges and packs; `None` for who only watches.
    pub signer: Option<Arc<dyn Signer>>,
}

/// One peer's shares of the queues.
pub(crate) struct PeerGates {
    pub(crate) batches: Arc<Gate>,
    pub(crate) notes: Arc<Gate>,
}

/// The present era with its peers' gates.
pub(crate) struct Present {
    pub(crate) era: Era,
    /// One per validator, then one for all observers.
    gates: Vec<PeerGates>,
}

impl Present {
    /// An era begins: fresh gates for everybody.
    pub(crate) fn begin(era: Era, config: &MempoolConfig) -> Result<Self, MempoolError> {
        let me = era.signer.as_ref().map(|signer| signer.index());
        if let Some(found) = me.filter(|index| era.validators.get(*index).is_none()) {
            return Err(MempoolError::SignerOutsideSet { found, validators: era.validators.len() });
        }
        let gate = || Gate::new(config.peer_queue_messages_max, config.peer_queue_bytes_max);
        let gates =
            (0..=era.validators.len()).map(|_| PeerGates { batches: gate(), notes: gate() }).collect();
        Ok(Self { era, gates })
    }

    /// The gates of a peer; `None` for an index outside the set.
    pub(crate) fn gates_of(&self, peer: Option<ValidatorIndex>) -> Option<&PeerGates> {
        match peer {
            Some(index) if usize::from(index.get()) >= self.era.validators.len() => None,
            Some(index) => self.gates.get(usize::from(index.get())),
            None => self.gates.last(),
        }
    }
}

impl std::ops::Deref for Present {
    type Target = Era;

    fn deref(&self) -> &Era {
        &self.era
    }
}

impl Era {
    /// Own place in the set.
    pub(crate) fn me(&self) -> Option<ValidatorIndex> {
        self.signer.as_ref().map(|signer| signer.index())
    }

    /// W.
    pub(crate) const fn window(&self) -> usize {
        self.parameters.batches_per_author as usize
    }
}
