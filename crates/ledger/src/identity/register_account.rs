//! `identity.register_account`: a member's admin opens an account.

use std::collections::BTreeSet;

use types::{Account, AccountId, AccountStatus, Code, KeySet, MemberId, Role, genesis::is_name};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

/// The account to be opened.
pub(crate) struct NewAccount<'o> {
    pub(crate) member: MemberId,
    pub(crate) salt: u64,
    pub(crate) keys: &'o KeySet,
    pub(crate) roles: &'o BTreeSet<Role>,
    pub(crate) name: &'o str,
}

pub(crate) fn register_account(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    new: &NewAccount<'_>,
) -> Outcome {
    let admin = context.source(operation, source)?;
    if context.state.member(&new.member)?.is_none() {
        return Err(Code::UnknownMember.into());
    }
    let same_member = admin.member == new.member;
    roles::permit(operation, &admin, |relation| relation == Relation::SameMember && same_member)?;
    if new.roles.contains(&Role::Regulator) && !admin.roles.contains(&Role::Regulator) {
        return Err(Code::NotPermitted.into());
    }
    if !new.name.is_empty() && !is_name(new.name) {
        return Err(Code::InvalidName.into());
    }
    new.keys.check().map_err(|_| Code::InvalidKeys)?;
    let id = AccountId::derive(&new.member, new.salt, new.keys);
    let name = (new.name.to_owned(), new.member);
    let name_taken = !new.name.is_empty() && context.state.name(&name)?.is_some();
    if name_taken || context.state.account(&id)?.is_some() {
        return Err(Code::AlreadyExists.into());
    }
    let account = Account {
        member: new.member,
        name: new.name.to_owned(),
        keys: new.keys.clone(),
        roles: new.roles.clone(),
        status: AccountStatus::Active,
        long_lived: 0,
    };
    context.state.put_account(&id, Some(account))?;
    if !new.name.is_empty() {
        context.state.put_name(&name, Some(id))?;
    }
    context.touched.insert(id);
    Ok(())
}
