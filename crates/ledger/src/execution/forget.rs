//! Forgetting transaction ids whose replay window has passed, and freeing their slots.

use types::{Account, Parameters, TimeMs};

use super::SeenId;
use crate::{LedgerError, state::State};

/// At least so many ids may be forgotten by one block; more when it holds more transactions. So a pause
/// of the network is followed by no giant block, and forgetting keeps up with remembering.
pub(crate) const FORGOTTEN_MAX: usize = 32_768;

/// Removes the oldest entries with `valid_until + expiry_grace_ms < time`, at most `limit`; returns
/// the last one.
pub(crate) fn forget(
    state: &mut State<'_>,
    parameters: &Parameters,
    time: TimeMs,
    after: Option<SeenId>,
    limit: usize,
) -> Result<Option<SeenId>, LedgerError> {
    let before = time.minus(parameters.expiry_grace_ms);
    let expired = state.source().expired(after, before, limit)?;
    let last = expired.last().map(|(id, _)| *id);
    for (id, seen) in expired {
        state.tables().know_seen(id, seen);
        state.put_seen(&id, None)?;
        let Some(owner) = seen.slot_of else { continue };
        if let Some(account) = state.account(&owner)? {
            let long_lived = account.long_lived.saturating_sub(1);
            state.put_account(&owner, Some(Account { long_lived, ..(*account).clone() }))?;
        }
    }
    state.tables().keep();
    Ok(last)
}
