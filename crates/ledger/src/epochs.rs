//! The history of epochs: each one's base, validators and parameters, durable with the block before it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use types::{Epoch, EpochInfo, Header, Height, Parameters, ValidatorSet, codec};

use crate::{
    LedgerError,
    store::{Batch, Column, Store, keys},
};

/// A row of [`Column::Epochs`].
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    base: Height,
    validators: ValidatorSet,
    parameters: Parameters,
}

/// The row's bytes.
pub(crate) fn encode(epoch: &EpochInfo) -> Vec<u8> {
    let (validators, parameters) = ((*epoch.set).clone(), (*epoch.parameters).clone());
    codec::encode(&Row { base: epoch.base, validators, parameters })
}

/// Adds an epoch to the history.
pub(crate) fn put(batch: &mut Batch<'_>, epoch: &EpochInfo) -> Result<(), LedgerError> {
    batch.put(Column::Epochs, &keys::epoch(epoch.epoch), &encode(epoch))
}

/// An epoch of the history. Its validators must be those that the header below its first one names.
pub(crate) fn read(store: &Store, epoch: Epoch) -> Result<Option<EpochInfo>, LedgerError> {
    let key = keys::epoch(epoch);
    let Some(row) = store.value::<Row>(Column::Epochs, &key)? else { return Ok(None) };
    let Header { next_set, .. } = store.header_at(row.base)?;
    if row.validators.hash() != next_set {
        return Err(LedgerError::damaged(Column::Epochs.name(), &key));
    }
    let (set, parameters) = (Arc::new(row.validators), Arc::new(row.parameters));
    Ok(Some(EpochInfo { epoch, base: row.base, set, parameters }))
}

/// The epoch of a height at or below the first of `newest`.
pub(crate) fn at(store: &Store, newest: &EpochInfo, height: Height) -> Result<EpochInfo, LedgerError> {
    if is_within(newest, height) {
        return Ok(newest.clone());
    }
    // The bases ascend: the first epoch is never too high, `newest` always.
    let (mut low, mut above) = (Epoch::ZERO.get(), newest.epoch.get());
    let mut found = must_read(store, Epoch::ZERO)?;
    while above - low > 1 {
        let middle = low + (above - low) / 2;
        let epoch = must_read(store, Epoch::new(middle))?;
        if is_within(&epoch, height) {
            (low, found) = (middle, epoch);
        } else {
            above = middle;
        }
    }
    Ok(found)
}

/// Whether the epoch has begun at the height.
fn is_within(epoch: &EpochInfo, height: Height) -> bool {
    height > epoch.base || epoch.base == Height::ZERO
}

fn must_read(store: &Store, epoch: Epoch) -> Result<EpochInfo, LedgerError> {
    read(store, epoch)?.ok_or_else(|| LedgerError::damaged(Column::Epochs.name(), &keys::epoch(epoch)))
}
