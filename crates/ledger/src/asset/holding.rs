//! What the asset operations share: policies, and moves between the parts of holdings.

use std::sync::Arc;

use types::{
    AccountId, Amount, AssetId, Code,
    state::{Asset, Holding, TransferPolicy},
};

use crate::execution::context::{Context, Outcome, Stop};

/// An asset that must exist.
pub(super) fn asset(context: &mut Context<'_, '_>, id: &AssetId) -> Result<Arc<Asset>, Stop> {
    Ok(context.state.asset(id)?.ok_or(Code::UnknownAsset)?)
}

/// Nothing may be moved in amounts of nothing.
pub(super) fn check_amount(amount: Amount) -> Outcome {
    if amount == Amount::ZERO { Err(Code::ZeroAmount.into()) } else { Ok(()) }
}

/// Whether the policy lets the account receive. The issuer's approval is a matter of signatures and was
/// checked before execution.
pub(super) fn check_receiver(
    context: &mut Context<'_, '_>,
    id: &AssetId,
    asset: &Asset,
    receiver: &AccountId,
) -> Outcome {
    match asset.policy {
        TransferPolicy::Open | TransferPolicy::IssuerApproved => Ok(()),
        TransferPolicy::AllowList => {
            let is_allowed = *receiver == asset.issuer || context.state.allowed(&(*id, *receiver))?.is_some();
            if is_allowed { Ok(()) } else { Err(Code::HolderNotAllowed.into()) }
        }
    }
}

/// Takes from what is free to move.
pub(super) fn take(
    context: &mut Context<'_, '_>,
    id: &AssetId,
    account: &AccountId,
    amount: Amount,
) -> Outcome {
    change(context, id, account, |holding| {
        holding.available = holding.available.checked_sub(amount).ok_or(Code::InsufficientFunds)?;
        Ok(())
    })
}

/// Adds to what is free to move.
pub(super) fn give(
    context: &mut Context<'_, '_>,
    id: &AssetId,
    account: &AccountId,
    amount: Amount,
) -> Outcome {
    change(context, id, account, |holding| {
        holding.available = holding.available.checked_add(amount).ok_or(Code::AmountOverflow)?;
        Ok(())
    })
}

/// Changes the parts of one holding.
pub(super) fn change(
    context: &mut Context<'_, '_>,
    id: &AssetId,
    account: &AccountId,
    by: impl FnOnce(&mut Holding) -> Result<(), Code>,
) -> Outcome {
    let mut holding = context.state.holding(id, account)?;
    by(&mut holding)?;
    context.state.put_holding(id, account, holding)?;
    Ok(())
}
