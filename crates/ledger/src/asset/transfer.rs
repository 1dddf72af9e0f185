//! `asset.transfer`: a holder moves units to another account.

use types::{AccountId, Amount, AssetId};

use super::holding::{asset, check_amount, check_receiver, give, take};
use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn transfer(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    id: &AssetId,
    to: &AccountId,
    amount: Amount,
) -> Outcome {
    let holder = context.source(operation, source)?;
    roles::permit(operation, &holder, |relation| relation == Relation::Holder)?;
    let moved = asset(context, id)?;
    context.account(to)?;
    check_amount(amount)?;
    check_receiver(context, id, &moved, to)?;
    take(context, id, source, amount)?;
    give(context, id, to, amount)
}
