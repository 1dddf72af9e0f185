//! One transaction: authorised or void, alive long enough or not, then all of its operations or none.

use std::collections::BTreeSet;

use types::{Account, AccountId, Authority, Code, Operation, Transaction, state::Seen};

use super::{
    SeenId,
    consent::is_authorised,
    context::{Context, Outcome, Place, Stop},
};
use crate::{LedgerError, asset, identity, state::State, validator};

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// [`Code::Committed`], or why it has no effect.
    pub(crate) code: Code,
    /// Which operation failed, where one did.
    pub(crate) operation: Option<u32>,
    /// The accounts in whose history it stands: all that it touched, or only the sources when it failed;
    /// none when it is void, else anybody could fill anybody's history.
    pub(crate) touched: BTreeSet<AccountId>,
}

/// Executes a transaction whose id is not remembered and that is alive at the block's time. Its changes stay in
/// `state`; a failed one leaves only its remembered id, a void one nothing.
pub(crate) fn execute(
    state: &mut State<'_>,
    place: Place<'_>,
    transaction: &Transaction,
) -> Result<Judgement, LedgerError> {
    if !is_authorised(state, transaction)? {
        return Ok(Judgement { code: Code::Unauthorised, operation: None, touched: BTreeSet::new() });
    }
    let slot = take_slot(state, place, transaction)?;
    let seen = Seen { slot_of: slot.unwrap_or(None) };
    state.put_seen(&seen_id(transaction), Some(seen))?;
    // From here on the id is consumed: what follows can be taken back, this cannot.
    state.tables().keep();
    let mut touched = BTreeSet::new();
    let failure = match slot {
        Err(code) => Some((code, None)),
        Ok(_) => {
            run(state, place, transaction, &mut touched)?.map(|(code, operation)| (code, Some(operation)))
        }
    };
    match failure {
        None => {
            state.tables().keep();
            Ok(Judgement { code: Code::Committed, operation: None, touched })
        }
        Some((code, operation)) => {
            state.tables().roll_back();
            let authorities = transaction.body().operations.iter().map(Operation::authority);
            let touched = authorities.filter_map(Authority::account).copied().collect();
            Ok(Judgement { code, operation, touched })
        }
    }
}

/// What a transaction is remembered by.
pub(crate) fn seen_id(transaction: &Transaction) -> SeenId {
    (transaction.body().valid_until, *transaction.id())
}

/// A transaction that lives long takes a slot of its first source until its id is forgotten, also when it
/// fails. A validator has no slots: what its key alone signs lives as long as others. The outer error is ours, the inner one the transaction's.
fn take_slot(
    state: &mut State<'_>,
    place: Place<'_>,
    transaction: &Transaction,
) -> Result<Result<Option<AccountId>, Code>, LedgerError> {
    let parameters = place.parameters;
    let lifetime = transaction.body().valid_until.since(place.time);
    if lifetime <= parameters.max_lifetime_ms {
        return Ok(Ok(None));
    }
    if lifetime > parameters.max_long_lifetime_ms {
        return Ok(Err(Code::NotYetValid));
    }
    let Some(first) = transaction.body().operations.first() else { return Ok(Ok(None)) };
    let Some(source) = first.authority().account().copied() else { return Ok(Err(Code::TooManyLongLived)) };
    // A source that the transaction itself registers has no slot yet: it is charged nothing it could owe.
    let Some(account) = state.account(&source)? else { return Ok(Err(Code::TooManyLongLived)) };
    if account.long_lived >= parameters.long_lived_slots {
        return Ok(Err(Code::TooManyLongLived));
    }
    state.put_account(&source, Some(Account { long_lived: account.long_lived + 1, ..(*account).clone() }))?;
    Ok(Ok(Some(source)))
}

/// Runs the operations in order up to the first failure.
fn run(
    state: &mut State<'_>,
    block: Place<'_>,
    transaction: &Transaction,
    touched: &mut BTreeSet<AccountId>,
) -> Result<Option<(Code, u32)>, LedgerError> {
    for (place, operation) in (0u32..).zip(&transaction.body().operations) {
        let id = transaction.id();
        let mut context = Context { state, place: block, transaction: id, operation: place, touched };
        match apply(&mut context, operation) {
            Ok(()) => {}
            Err(Stop::Code(code)) => return Ok(Some((code, place))),
            Err(Stop::Ledger(error)) => return Err(error),
        }
    }
    Ok(None)
}

fn apply(context: &mut Context<'_, '_>, operation: &Operation) -> Outcome {
    let name = operation.name();
    match operation {
        Operation::RegisterMember { source, name: member, contact, admin_keys } => {
            identity::register_member(context, name, source, member, contact, admin_keys)
        }
        Operation::RegisterAccount { source, member, salt, keys, roles, name: account } => {
            let new = identity::NewAccount { member: *member, salt: *salt, keys, roles, name: account };
            identity::register_account(context, name, source, &new)
        }
        Operation::RotateKeys { source, keys } => identity::rotate_keys(context, name, source, keys),
        Operation::SetRoles { source, account, roles } => {
            identity::set_roles(context, name, source, account, roles)
        }
        Operation::SetStatus { source, account, status } => {
            identity::set_status(context, name, source, account, *status)
        }
        Operation::CreateAsset { source, name: asset, decimals, policy } => {
            asset::create(context, name, source, asset, *decimals, *policy)
        }
        Operation::Issue { source, asset, to, amount } => {
            asset::issue(context, name, source, asset, to, *amount)
        }
        Operation::Redeem { source, asset, amount } => asset::redeem(context, name, source, asset, *amount),
        Operation::Transfer { source, asset, to, amount } => {
            asset::transfer(context, name, source, asset, to, *amount)
        }
        Operation::Lock { source, asset, beneficiary, amount, expires, hash } => {
            let new = asset::NewLock {
                asset: *asset,
                beneficiary: *beneficiary,
                amount: *amount,
                expires: *expires,
                hash: *hash,
            };
            asset::lock(context, name, source, &new)
        }
        Operation::Unlock { source, lock, preimage } => asset::unlock(context, name, source, lock, preimage),
        Operation::SetHolder { source, asset, account, allowed } => {
            asset::set_holder(context, name, source, asset, account, *allowed)
        }
        Operation::Rejoin { validator, vote_log } => validator::rejoin(context, validator, *vote_log),
    }
}
