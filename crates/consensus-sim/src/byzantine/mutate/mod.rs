//! Changes one field of a message: one more, one less, none, the maximum, another one's, again, gone. What
//! the actor signed itself it signs anew; what others signed keeps a signature that does not fit.

mod certificates;
mod statements;

use consensus::Message;
use types::{BatchRef, Epoch, Height, Proposal, TimeMs, ValidatorIndex, View};

use crate::{identity::Identity, prng::Prng};

/// Changes one field of the message.
pub(in crate::byzantine) fn mutate(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    message: &mut Message,
) {
    match message {
        Message::Signed(signed) => statements::signed(index, identity, prng, signed),
        Message::PrePrepare { signed, proposal } => {
            statements::pre_prepare(index, identity, prng, signed, proposal);
        }
        Message::Certificate(certificate) => certificates::block(prng, certificate),
        Message::Status(status) => match prng.below(8) {
            0 => status.epoch = Epoch::new(number(prng, status.epoch.get())),
            1 => status.view = View::new(number(prng, status.view.get())),
            2 => status.view_active = !status.view_active,
            3 => status.low = Height::new(number(prng, status.low.get())),
            4 => status.executed = Height::new(number(prng, status.executed.get())),
            5 => status.certified = Height::new(number(prng, status.certified.get())),
            6 => status.sent_at_ms = number(prng, status.sent_at_ms),
            _ => status.echo_ms = number(prng, status.echo_ms),
        },
        Message::BatchProof(proof) => match prng.below(2) {
            0 => reference(prng, &mut proof.reference),
            _ => list(prng, &mut proof.signatures),
        },
        Message::FetchProposal(digest) => *digest = types::ProposalDigest::new([0xbb; 32]),
        Message::Proposal(content) => proposal(prng, content),
        Message::VotesHeld { nonce, votes } => match prng.below(3) {
            0 => *nonce = number(prng, *nonce),
            1 => list(prng, votes),
            _ => votes.iter_mut().take(1).for_each(|vote| statements::signed(index, identity, prng, vote)),
        },
    }
}

/// One more, one less, zero, the maximum or one less, or somewhere else: without overflow.
pub(in crate::byzantine) fn number(prng: &mut Prng, value: u64) -> u64 {
    match prng.below(6) {
        0 => value.saturating_add(1),
        1 => value.saturating_sub(1),
        2 => 0,
        3 => u64::MAX,
        4 => u64::MAX - 1,
        _ => value.saturating_add(prng.below(100)),
    }
}

/// Another validator, also one that there is not.
fn validator(prng: &mut Prng, value: ValidatorIndex) -> ValidatorIndex {
    match prng.below(3) {
        0 => value.next(),
        1 => value.minus(1),
        _ => ValidatorIndex::new(u16::MAX),
    }
}

/// The last is gone, the first stands there twice, or the order is turned.
fn list<T: Clone>(prng: &mut Prng, items: &mut Vec<T>) {
    match (prng.below(3), items.first().cloned()) {
        (0, _) => {
            items.pop();
        }
        (1, Some(first)) => items.push(first),
        _ => items.reverse(),
    }
}

/// Time, references or participation.
fn proposal(prng: &mut Prng, proposal: &mut Proposal) {
    match (prng.below(5), &mut proposal.participation) {
        (0, _) => proposal.time = TimeMs::new(number(prng, proposal.time.get())),
        (1, _) => list(prng, &mut proposal.references),
        (2, _) => proposal.references.iter_mut().take(1).for_each(|first| reference(prng, first)),
        (3, Some(participation)) => certificates::block(prng, participation),
        (_, participation) => *participation = None,
    }
}

fn reference(prng: &mut Prng, reference: &mut BatchRef) {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match prng.below(7) {
        0 => reference.author = validator(prng, reference.author),
        1 => reference.sequence = types::BatchSequence::new(number(prng, reference.sequence.get())),
        2 => reference.digest = types::BatchDigest::new([0xbb; 32]),
        3 => reference.epoch = Epoch::new(number(prng, reference.epoch.get())),
        4 => reference.bytes = small(number(prng, u64::from(reference.bytes))),
        5 => reference.count = small(number(prng, u64::from(reference.count))),
        _ => reference.expires = TimeMs::new(number(prng, reference.expires.get())),
    }
}
