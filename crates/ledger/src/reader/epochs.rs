//! Epochs as others ask for them: what holds at a height, where the present one ends, where the finished
//! ones ended.

use types::{Epoch, EpochEnd, EpochInfo, Height};

use super::LedgerReader;
use crate::{
    LedgerError, epochs,
    store::{Column, HeaderPart, keys},
};

impl LedgerReader {
    /// What holds at a height, up to the one above the newest executed block; `None` beyond.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn epoch_at(&self, height: Height) -> Result<Option<EpochInfo>, LedgerError> {
        let tip = std::sync::Arc::clone(&self.shared.executed.read());
        if height > tip.header.height.next() {
            return Ok(None);
        }
        epochs::at(&self.shared.store, &tip.ahead.epoch, height).map(Some)
    }

    /// What holds for the block above the newest executed one.
    #[must_use]
    pub fn next_epoch(&self) -> EpochInfo {
        self.shared.executed.read().ahead.epoch.clone()
    }

    /// B, when a change is pending in the state after the newest executed block.
    #[must_use]
    pub fn boundary(&self) -> Option<Height> {
        self.shared.executed.read().ahead.boundary
    }

    /// B, when a change was pending in the state after the block of a height.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn boundary_at(&self, height: Height) -> Result<Option<Height>, LedgerError> {
        let key = keys::header(height, HeaderPart::Boundary);
        let Some(bytes) = self.shared.store.get(Column::Headers, &key)? else { return Ok(None) };
        keys::read_height(&bytes).map(Some).ok_or_else(|| LedgerError::damaged("headers", &key))
    }

    /// The last height of a finished epoch: executed and certified here; `None` for later epochs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn epoch_end(&self, epoch: Epoch) -> Result<Option<Height>, LedgerError> {
        let next = epochs::read(&self.shared.store, epoch.next())?;
        Ok(next.map(|next| next.base).filter(|last| self.is_visible(*last)))
    }

    /// The last blocks of finished epochs from `first` on, ascending, at most `limit`.
    pub(super) fn finished(&self, first: Epoch, limit: usize) -> Result<Vec<EpochEnd>, LedgerError> {
        let mut ends = Vec::new();
        let mut next = first.next();
        while ends.len() < limit {
            let Some(epoch) = epochs::read(&self.shared.store, next)? else { break };
            if !self.is_visible(epoch.base) {
                break;
            }
            let Some(block) = self.certified_header(epoch.base)? else { break };
            ends.push(EpochEnd { block, next: (*epoch.set).clone() });
            next = next.next();
        }
        Ok(ends)
    }
}
