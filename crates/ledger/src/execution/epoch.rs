//! Epochs in execution: a pending change takes effect one above its last height.

use std::sync::Arc;

use types::{EpochInfo, Height, state::EpochState};

use crate::{LedgerError, state::State};

/// What holds for the block above a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// Its epoch.
    pub(crate) epoch: EpochInfo,
    /// B, when a change is pending in the state.
    pub(crate) boundary: Option<Height>,
}

impl Ahead {
    /// Reads it from the state after `height`.
    pub(crate) fn of(state: &mut State<'_>, height: Height) -> Result<Self, LedgerError> {
        let EpochState { epoch, base } = *state.must_epoch()?;
        let (set, parameters) = (state.must_active_set()?, state.must_parameters()?);
        let epoch = EpochInfo { epoch, base, set, parameters };
        let Some(pending) = state.pending_epoch(&())? else { return Ok(Self { epoch, boundary: None }) };
        let boundary = Some(pending.last);
        if pending.last != height {
            return Ok(Self { epoch, boundary });
        }
        let epoch = EpochInfo {
            epoch: epoch.epoch.next(),
            base: height,
            set: Arc::new(pending.validators.clone()),
            parameters: Arc::new(pending.parameters.clone()),
        };
        Ok(Self { epoch, boundary })
    }

    /// Whether the state is that after the last block of an epoch.
    pub(crate) fn is_new_epoch(&self) -> bool {
        self.boundary == Some(self.epoch.base)
    }
}

/// Before the first transaction: if the epoch below has ended, the next one begins.
pub(crate) fn begin(state: &mut State<'_>, ahead: &Ahead) -> Result<(), LedgerError> {
    if !ahead.is_new_epoch() {
        return Ok(());
    }
    let EpochInfo { epoch, base, set, parameters } = &ahead.epoch;
    state.put_epoch(&(), Some(EpochState { epoch: *epoch, base: *base }))?;
    state.put_active_set(&(), Some((**set).clone()))?;
    state.put_parameters(&(), Some((**parameters).clone()))?;
    state.put_pending_epoch(&(), None)?;
    state.tables().keep();
    Ok(())
}

/// After the last transaction of an epoch's last block: the set of the next block is the pending one.
pub(crate) fn end(state: &mut State<'_>, height: Height) -> Result<(), LedgerError> {
    let Some(pending) = state.pending_epoch(&())?.filter(|pending| pending.last == height) else {
        return Ok(());
    };
    state.put_next_set(&(), Some(pending.validators.clone()))?;
    state.tables().keep();
    Ok(())
}
