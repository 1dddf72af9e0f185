//! Keeps its new view back until others have given up on the view, and makes more new views of the same
//! genuine view changes with its own, which it makes up (requirement 34: nobody halts, nobody forks).

use consensus::{Message, NewView, SignedStatement, Statement, ViewChange};
use types::{ValidatorIndex, View};

use super::{Actor, to_some};
use crate::{identity::Identity, prng::Prng};

/// Two of three of its own new views do not leave in time.
pub(super) fn outgoing(index: ValidatorIndex, prng: &mut Prng, message: &Message) -> Vec<Message> {
    let is_own = matches!(message, Message::Signed(signed)
        if signed.signer == index && matches!(signed.statement, Statement::NewView(_)));
    if is_own && prng.chance(666_000) { Vec::new() } else { vec![message.clone()] }
}

/// A new view of some view that it led, to some.
pub(super) fn mischief(
    actor: &Actor,
    identity: &Identity,
    prng: &mut Prng,
) -> Vec<(ValidatorIndex, Message)> {
    let leads = |view: &&View| identity.validators.primary(identity.epoch, **view) == actor.index;
    let views: Vec<_> = actor.memory.view_changes.keys().filter(leads).copied().collect();
    if views.is_empty() {
        return Vec::new();
    }
    let view = views[prng.index(views.len())];
    let Some(new_view) = compose(actor, identity, prng, view) else { return Vec::new() };
    let message = Message::Signed(identity.state(actor.index, Statement::NewView(new_view)));
    to_some(identity, actor.index, prng, &message)
}

/// q−1 genuine view changes of others and one of its own that remembers nothing.
fn compose(actor: &Actor, identity: &Identity, prng: &mut Prng, view: View) -> Option<NewView> {
    let known = actor.memory.view_changes.get(&view)?;
    let mut others: Vec<&SignedStatement> =
        known.values().filter(|change| change.signer != actor.index).collect();
    while others.len() >= identity.quorum() {
        others.remove(prng.index(others.len()));
    }
    if others.len() + 1 < identity.quorum() {
        return None;
    }
    let own = ViewChange { view, stable: None, prepared: Vec::new() };
    let own = identity.state(actor.index, Statement::ViewChange(own));
    let mut view_changes: Vec<_> = others.into_iter().cloned().chain([own]).collect();
    view_changes.sort_by_key(|change| change.signer);
    Some(NewView { view, view_changes })
}
