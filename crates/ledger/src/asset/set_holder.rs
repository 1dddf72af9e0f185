//! `asset.set_holder`: the asset's issuer changes the allow-list.

use types::{AccountId, AssetId};

use super::holding::asset;
use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn set_holder(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    id: &AssetId,
    account: &AccountId,
    allowed: bool,
) -> Outcome {
    let issuer = context.source(operation, source)?;
    let listed = asset(context, id)?;
    let is_issuer = *source == listed.issuer;
    roles::permit(operation, &issuer, |relation| relation == Relation::AssetIssuer && is_issuer)?;
    context.account(account)?;
    context.state.put_allowed(&(*id, *account), allowed.then_some(()))?;
    Ok(())
}
