//! `identity.set_status`: suspending, reactivating; freezing and releasing by a regulator only.

use types::{Account, AccountId, AccountStatus};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn set_status(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    account: &AccountId,
    status: AccountStatus,
) -> Outcome {
    let actor = context.source(operation, source)?;
    let target = context.account(account)?;
    let is_another = source != account;
    // An admin must not release what a regulator froze.
    let concerns_freeze = [status, target.status].contains(&AccountStatus::Frozen);
    let same_member = is_another && actor.member == target.member && !concerns_freeze;
    roles::permit(operation, &actor, |relation| match relation {
        Relation::SameMember => same_member,
        Relation::AnotherAccount => is_another,
        Relation::Any
        | Relation::Itself
        | Relation::AssetIssuer
        | Relation::Holder
        | Relation::LockParty
        | Relation::Validator => false,
    })?;
    context.state.put_account(account, Some(Account { status, ..(*target).clone() }))?;
    Ok(())
}
