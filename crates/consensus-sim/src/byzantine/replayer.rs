//! Sends old messages again, and mutated ones (`threats.md` C4, C13, F15; FISCO #2448, sawtooth `58dca88`).

use consensus::{Message, Statement};
use types::ValidatorIndex;

use super::{Actor, others};
use crate::{identity::Identity, prng::Prng};

/// One old message, as it was or changed in one place, to somebody.
pub(super) fn mischief(
    actor: &Actor,
    identity: &Identity,
    prng: &mut Prng,
) -> Vec<(ValidatorIndex, Message)> {
    if actor.memory.is_empty() {
        return Vec::new();
    }
    let receivers = others(identity, actor.index);
    let mut said = Vec::new();
    for _ in 0..4 {
        let mut message = actor.memory[prng.index(actor.memory.len())].clone();
        if prng.chance(400_000) {
            mutate(actor.index, identity, prng, &mut message);
        }
        said.push((receivers[prng.index(receivers.len())], message));
    }
    said
}

/// Changes one field; where the signer is the actor itself, it signs the change.
fn mutate(index: ValidatorIndex, identity: &Identity, prng: &mut Prng, message: &mut Message) {
    let Message::Signed(signed) = message else { return };
    match &mut signed.statement {
        Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote) => {
            match prng.below(3) {
                0 => vote.view = vote.view.next(),
                1 => vote.height = vote.height.next(),
                _ => vote.digest = types::ProposalDigest::new([0xbb; 32]),
            }
        }
        Statement::Checkpoint(checkpoint) => checkpoint.height = checkpoint.height.next(),
        Statement::ViewChange(change) => match prng.below(3) {
            0 => change.view = change.view.next(),
            1 => change.stable = None,
            _ => {
                change.prepared.pop();
            }
        },
        Statement::NewView(new_view) => {
            new_view.view_changes.pop();
        }
        Statement::EmptyRequest(_) | Statement::VoteQuery(_) => {}
    }
    if signed.signer == index {
        *signed = identity.state(index, signed.statement.clone());
    }
}
