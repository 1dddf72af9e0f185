//! `asset.issue`: the asset's issuer creates units in an account.

use types::{AccountId, Amount, AssetId, Code, state::Asset};

use super::holding::{asset, check_amount, check_receiver, give};
use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn issue(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    id: &AssetId,
    to: &AccountId,
    amount: Amount,
) -> Outcome {
    let issuer = context.source(operation, source)?;
    let issued = asset(context, id)?;
    let is_issuer = *source == issued.issuer;
    roles::permit(operation, &issuer, |relation| relation == Relation::AssetIssuer && is_issuer)?;
    context.account(to)?;
    check_amount(amount)?;
    check_receiver(context, id, &issued, to)?;
    let supply = issued.supply.checked_add(amount).ok_or(Code::AmountOverflow)?;
    context.state.put_asset(id, Some(Asset { supply, ..(*issued).clone() }))?;
    give(context, id, to, amount)
}
