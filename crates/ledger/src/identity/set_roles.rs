//! `identity.set_roles`: a member's admin replaces the roles of another account of the member.

use std::collections::BTreeSet;

use types::{Account, AccountId, Code, Role};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn set_roles(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    account: &AccountId,
    new: &BTreeSet<Role>,
) -> Outcome {
    let admin = context.source(operation, source)?;
    let target = context.account(account)?;
    let same_member = source != account && admin.member == target.member;
    roles::permit(operation, &admin, |relation| relation == Relation::SameMember && same_member)?;
    let changes_regulator = new.contains(&Role::Regulator) != target.roles.contains(&Role::Regulator);
    if changes_regulator && !admin.roles.contains(&Role::Regulator) {
        return Err(Code::NotPermitted.into());
    }
    context.state.put_account(account, Some(Account { roles: new.clone(), ..(*target).clone() }))?;
    Ok(())
}
