//! `asset.create`: an account with the role `issuer` creates an asset that only it may issue.

use types::{
    AccountId, Amount, AssetId, Code,
    genesis::is_asset_name,
    state::{Asset, TransferPolicy},
};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

/// Most digits after the point.
const DECIMALS_MAX: u8 = 18;

pub(crate) fn create(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    name: &str,
    decimals: u32,
    policy: TransferPolicy,
) -> Outcome {
    let account = context.source(operation, source)?;
    roles::permit(operation, &account, |relation| relation == Relation::Any)?;
    if !is_asset_name(name) {
        return Err(Code::InvalidName.into());
    }
    let decimals = u8::try_from(decimals).ok().filter(|decimals| *decimals <= DECIMALS_MAX);
    let decimals = decimals.ok_or(Code::InvalidArgument)?;
    let id = AssetId::of_name(name);
    if context.state.asset(&id)?.is_some() {
        return Err(Code::AlreadyExists.into());
    }
    let asset = Asset { name: name.to_owned(), decimals, issuer: *source, policy, supply: Amount::ZERO };
    context.state.put_asset(&id, Some(asset))?;
    Ok(())
}
