//! Mutated statements.

use consensus::{SignedStatement, Statement, ViewChange, Vote};
use types::{BlockHash, Epoch, Height, Proposal, ProposalDigest, Signature, ValidatorIndex, View};

use super::{certificates, list, number, proposal, validator};
use crate::{identity::Identity, prng::Prng};

/// One field of a signed statement; its content is signed anew where it is the actor's own.
pub(super) fn signed(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    signed: &mut SignedStatement,
) {
    match prng.below(10) {
        0 => signed.signer = validator(prng, signed.signer),
        1 => signed.epoch = Epoch::new(number(prng, signed.epoch.get())),
        2 => signed.signature = Signature::new([0xbb; 64]),
        _ => {
            statement(index, identity, prng, &mut signed.statement);
            sign_own(index, identity, signed);
        }
    }
}

/// The vote or the proposal of a pre-prepare, whose digest follows it where the actor can sign that.
pub(super) fn pre_prepare(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    signed: &mut SignedStatement,
    content: &mut Proposal,
) {
    let Statement::PrePrepare(vote) = &mut signed.statement else { return };
    if prng.chance(500_000) {
        self::vote(prng, vote);
    } else {
        proposal(prng, content);
        vote.digest = content.digest();
    }
    sign_own(index, identity, signed);
}

fn sign_own(index: ValidatorIndex, identity: &Identity, signed: &mut SignedStatement) {
    if signed.signer == index {
        *signed = identity.state(index, signed.statement.clone());
    }
}

fn statement(index: ValidatorIndex, identity: &Identity, prng: &mut Prng, statement: &mut Statement) {
    match statement {
        Statement::PrePrepare(content) | Statement::Prepare(content) | Statement::Commit(content) => {
            vote(prng, content);
        }
        Statement::Checkpoint(checkpoint) => match prng.below(2) {
            0 => checkpoint.height = Height::new(number(prng, checkpoint.height.get())),
            _ => checkpoint.header_hash = BlockHash::new([0xbb; 32]),
        },
        Statement::ViewChange(change) => view_change(prng, change),
        Statement::NewView(new_view) => match prng.below(3) {
            0 => new_view.view = View::new(number(prng, new_view.view.get())),
            1 => list(prng, &mut new_view.view_changes),
            _ => {
                for change in new_view.view_changes.iter_mut().take(1) {
                    if let Statement::ViewChange(content) = &mut change.statement {
                        view_change(prng, content);
                    }
                    sign_own(index, identity, change);
                }
            }
        },
        Statement::EmptyRequest(request) => request.height = Height::new(number(prng, request.height.get())),
        Statement::VoteQuery(query) => query.nonce = number(prng, query.nonce),
    }
}

fn vote(prng: &mut Prng, vote: &mut Vote) {
    match prng.below(3) {
        0 => vote.view = View::new(number(prng, vote.view.get())),
        1 => vote.height = Height::new(number(prng, vote.height.get())),
        _ => vote.digest = ProposalDigest::new([0xbb; 32]),
    }
}

fn view_change(prng: &mut Prng, change: &mut ViewChange) {
    match (prng.below(5), &mut change.stable) {
        (0, _) => change.view = View::new(number(prng, change.view.get())),
        (1, Some(stable)) => certificates::block(prng, stable),
        (1 | 2, stable) => *stable = None,
        (3, _) => list(prng, &mut change.prepared),
        (_, _) => change.prepared.iter_mut().take(1).for_each(|first| certificates::prepared(prng, first)),
    }
}
