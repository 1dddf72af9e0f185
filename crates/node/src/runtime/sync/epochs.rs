//! Which validators certify a height, and which limits its batches obey: taken from state, never from a peer.

use std::sync::Arc;

use consensus::verify::Verifier;
use ledger::{LedgerError, LedgerReader};
use types::{ChainId, Epoch, Height, Parameters};

use super::super::seat::verifier_of;

/// What blocks of one epoch are checked by.
#[derive(Clone)]
pub struct EpochCheck {
    /// The epoch.
    pub epoch: Epoch,
    /// Checks certificates.
    pub verifier: Arc<Verifier>,
    /// Limits of batches.
    pub parameters: Arc<Parameters>,
}

/// Gives the check of each height; remembers the last one.
pub struct EpochChecks {
    chain: ChainId,
    reader: LedgerReader,
    last: Option<EpochCheck>,
}

impl EpochChecks {
    /// Checks by this ledger's state.
    #[must_use]
    pub const fn new(chain: ChainId, reader: LedgerReader) -> Self {
        Self { chain, reader, last: None }
    }

    /// The check of a height; of heights that the ledger has not reached, that of the next block. The two
    /// differ where an epoch begins between them, which the block's own header says.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn at(&mut self, height: Height) -> Result<EpochCheck, LedgerError> {
        let epoch = match self.reader.epoch_at(height)? {
            Some(epoch) => epoch,
            None => self.reader.next_epoch(),
        };
        if let Some(last) = self.last.as_ref().filter(|last| last.epoch == epoch.epoch) {
            return Ok(last.clone());
        }
        let verifier = verifier_of(self.chain, &epoch);
        let check = EpochCheck { epoch: epoch.epoch, verifier, parameters: epoch.parameters };
        self.last = Some(check.clone());
        Ok(check)
    }
}
