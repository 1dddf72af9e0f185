//! `identity.register_member`: a regulator admits an organisation with its first account.

use std::collections::BTreeSet;

use types::{Account, AccountId, AccountStatus, Code, KeySet, Member, MemberId, Role, genesis::is_name};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

/// Longest contact, in bytes.
const CONTACT_BYTES_MAX: usize = 256;

/// The name of a member's first account.
const FIRST_ACCOUNT: &str = "admin";

pub(crate) fn register_member(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    name: &str,
    contact: &str,
    admin_keys: &KeySet,
) -> Outcome {
    let account = context.source(operation, source)?;
    roles::permit(operation, &account, |relation| relation == Relation::Any)?;
    if !is_name(name) {
        return Err(Code::InvalidName.into());
    }
    if contact.len() > CONTACT_BYTES_MAX {
        return Err(Code::InvalidArgument.into());
    }
    admin_keys.check().map_err(|_| Code::InvalidKeys)?;
    let member = MemberId::of_name(name);
    let id = AccountId::derive(&member, 0, admin_keys);
    if context.state.member(&member)?.is_some() || context.state.account(&id)?.is_some() {
        return Err(Code::AlreadyExists.into());
    }
    let first = Account {
        member,
        name: FIRST_ACCOUNT.to_owned(),
        keys: admin_keys.clone(),
        roles: BTreeSet::from([Role::Admin]),
        status: AccountStatus::Active,
        long_lived: 0,
    };
    context.state.put_member(&member, Some(Member { name: name.to_owned(), contact: contact.to_owned() }))?;
    context.state.put_account(&id, Some(first))?;
    context.state.put_name(&(FIRST_ACCOUNT.to_owned(), member), Some(id))?;
    context.touched.insert(id);
    Ok(())
}
