//! `validator.rejoin`: a validator that lost its vote log names a new one. The set stays the same but for
//! that id; the new epoch begins after `activation_delay` heights.

use types::{Code, PublicKey, Validator, ValidatorSet, VoteLogId, state::PendingEpoch};

use crate::execution::context::{Context, Outcome};

/// At most one per validator in so much block time, in ms.
const REJOIN_INTERVAL_MS: u64 = 3_600_000;

pub(crate) fn rejoin(context: &mut Context<'_, '_>, validator: &PublicKey, vote_log: VoteLogId) -> Outcome {
    let active = context.state.must_active_set()?;
    if active.index_of(validator).is_none() {
        return Err(Code::UnknownValidator.into());
    }
    if context.state.pending_epoch(&())?.is_some() {
        return Err(Code::ChangePending.into());
    }
    let last = context.state.rejoined(validator)?;
    if last.is_some_and(|last| context.place.time.since(*last) < REJOIN_INTERVAL_MS) {
        return Err(Code::RejoinTooSoon.into());
    }
    if active.validators().iter().any(|validator| validator.vote_log == vote_log) {
        return Err(Code::VoteLogInUse.into());
    }
    let renamed = |old: &Validator| match old.consensus_key == *validator {
        true => Validator { vote_log, ..old.clone() },
        false => old.clone(),
    };
    let validators = ValidatorSet::new(active.validators().iter().map(renamed).collect())
        .map_err(|_| Code::VoteLogInUse)?;
    let parameters = context.state.must_parameters()?;
    let last = context.place.height.plus(parameters.activation_delay);
    let pending = PendingEpoch { last, validators, parameters: (*parameters).clone() };
    context.state.put_pending_epoch(&(), Some(pending))?;
    context.state.put_rejoined(validator, Some(context.place.time))?;
    Ok(())
}
