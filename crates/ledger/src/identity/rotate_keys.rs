//! `identity.rotate_keys`: an account replaces its own keys; its id stays.

use types::{Account, AccountId, Code, KeySet};

use crate::{
    execution::context::{Context, Outcome},
    roles::{self, Relation},
};

pub(crate) fn rotate_keys(
    context: &mut Context<'_, '_>,
    operation: &str,
    source: &AccountId,
    keys: &KeySet,
) -> Outcome {
    let account = context.source(operation, source)?;
    roles::permit(operation, &account, |relation| relation == Relation::Itself)?;
    keys.check().map_err(|_| Code::InvalidKeys)?;
    context.state.put_account(source, Some(Account { keys: keys.clone(), ..(*account).clone() }))?;
    Ok(())
}
