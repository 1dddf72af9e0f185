//! Asks for view after view, near and far, with nothing to show (FISCO #2211, #2312; requirement 12).

use consensus::{Message, NewView, Statement, ViewChange, status::ReplicaStatus};
use types::{ValidatorIndex, View};

use super::to_some;
use crate::{identity::Identity, prng::Prng};

/// A view change, or a new view without its quorum, to a random subset.
pub(super) fn mischief(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    status: &ReplicaStatus,
) -> Vec<(ValidatorIndex, Message)> {
    let now = status.view.get();
    let view = View::new(match prng.below(6) {
        0 => u64::MAX,
        1 => now.saturating_add(1_000),
        2 => now.saturating_add(prng.below(20)),
        _ => now.saturating_add(1),
    });
    let change = ViewChange { view, stable: None, prepared: Vec::new() };
    let change = identity.state(index, Statement::ViewChange(change));
    let message = if prng.chance(200_000) {
        Message::Signed(
            identity.state(index, Statement::NewView(NewView { view, view_changes: vec![change] })),
        )
    } else {
        Message::Signed(change)
    };
    to_some(identity, index, prng, &message)
}
