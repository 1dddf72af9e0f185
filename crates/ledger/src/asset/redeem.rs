//! `asset.redeem`: a holder destroys units of its own.

use types::{AccountId, Amount, AssetId, Code, state::Asset};

use super::holding::{asset, check_amount, take};
use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn redeem(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    id: &AssetId,
    amount: Amount,
) -> Outcome {
    let holder = context.source(operation, source)?;
    roles::permit(operation, &holder, |relation| relation == Relation::Holder)?;
    let redeemed = asset(context, id)?;
    check_amount(amount)?;
    take(context, id, source, amount)?;
    let supply = redeemed.supply.checked_sub(amount).ok_or(Code::InsufficientFunds)?;
    context.state.put_asset(id, Some(Asset { supply, ..(*redeemed).clone() }))?;
    Ok(())
}
