//! `asset.unlock`: the beneficiary takes what was set aside, or the owner takes it back after the expiry.

use types::{AccountId, Code, LockId, state::Lock};

use super::holding::{asset, change, check_receiver, give};
use crate::{
    execution::context::{Context, Outcome, plain_sha256},
    roles::{self, Relation},
};

pub(crate) fn unlock(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    id: &LockId,
    preimage: &[u8],
) -> Outcome {
    let account = context.source(operation, source)?;
    let lock = context.state.lock(id)?.ok_or(Code::UnknownLock)?;
    let (is_owner, is_beneficiary) = (lock.owner == *source, lock.beneficiary == *source);
    roles::permit(operation, &account, |relation| {
        relation == Relation::LockParty && (is_owner || is_beneficiary)
    })?;
    let has_expired = context.place.time >= lock.expires;
    if (has_expired && !is_owner) || (!has_expired && !is_beneficiary) {
        return Err(Code::LockTime.into());
    }
    if !has_expired {
        if lock.hash.is_some_and(|hash| plain_sha256(preimage) != hash) {
            return Err(Code::WrongPreimage.into());
        }
        let moved = asset(context, &lock.asset)?;
        check_receiver(context, &lock.asset, &moved, &lock.beneficiary)?;
    }
    context.state.put_lock(id, None)?;
    release(context, &lock)?;
    give(context, &lock.asset, source, lock.amount)?;
    context.touched.extend([lock.owner, lock.beneficiary]);
    Ok(())
}

fn release(context: &mut Context<'_, '_>, lock: &Lock) -> Outcome {
    change(context, &lock.asset, &lock.owner, |holding| {
        holding.locked = holding.locked.checked_sub(lock.amount).ok_or(Code::InsufficientFunds)?;
        Ok(())
    })
}
