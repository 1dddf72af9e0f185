//! `asset.lock`: a holder sets units aside for a beneficiary until a time, perhaps against a secret.

use types::{AccountId, Amount, AssetId, Code, Hash, TimeMs, state::Lock};

use super::holding::{asset, change, check_amount, check_receiver};
use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

/// The lock to be made.
pub(crate) struct NewLock {
    pub(crate) asset: AssetId,
    pub(crate) beneficiary: AccountId,
    pub(crate) amount: Amount,
    pub(crate) expires: TimeMs,
    pub(crate) hash: Option<Hash>,
}

pub(crate) fn lock(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    new: &NewLock,
) -> Outcome {
    let holder = context.source(operation, source)?;
    roles::permit(operation, &holder, |relation| relation == Relation::Holder)?;
    let locked = asset(context, &new.asset)?;
    context.account(&new.beneficiary)?;
    check_amount(new.amount)?;
    check_receiver(context, &new.asset, &locked, &new.beneficiary)?;
    if new.expires <= context.place.time {
        return Err(Code::LockTime.into());
    }
    change(context, &new.asset, source, |holding| {
        holding.available = holding.available.checked_sub(new.amount).ok_or(Code::InsufficientFunds)?;
        holding.locked = holding.locked.checked_add(new.amount).ok_or(Code::AmountOverflow)?;
        Ok(())
    })?;
    let lock = Lock {
        owner: *source,
        beneficiary: new.beneficiary,
        asset: new.asset,
        amount: new.amount,
        expires: new.expires,
        hash: new.hash,
    };
    let id = context.lock_id();
    context.state.put_lock(&id, Some(lock))?;
    Ok(())
}
