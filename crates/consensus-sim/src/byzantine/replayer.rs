//! Sends old messages again, and mutated ones (`threats.md` C4, C13, F15; FISCO #2448, sawtooth `58dca88`).

use consensus::Message;
use types::ValidatorIndex;

use super::{Actor, mutate::mutate, others};
use crate::{identity::Identity, prng::Prng};

/// Some old messages, as they were or changed in one place, each to somebody.
pub(super) fn mischief(
    actor: &Actor,
    identity: &Identity,
    prng: &mut Prng,
) -> Vec<(ValidatorIndex, Message)> {
    let messages = &actor.memory.messages;
    if messages.is_empty() {
        return Vec::new();
    }
    let receivers = others(identity, actor.index);
    let mut said = Vec::new();
    for _ in 0..4 {
        let mut message = messages[prng.index(messages.len())].clone();
        if prng.chance(600_000) {
            mutate(actor.index, identity, prng, &mut message);
        }
        said.push((receivers[prng.index(receivers.len())], message));
    }
    said
}
