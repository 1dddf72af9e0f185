//! Tells half of the network another story: a second pre-prepare for the same slot, votes and checkpoints
//! to match, view changes that forget, and a new view of other view changes (`threats.md` F14; requirement 16).

use consensus::{Message, NewView, SignedStatement, Statement, ViewChange, Vote};
use types::{BlockHash, Proposal, TimeMs, ValidatorIndex};

use super::Actor;
use crate::identity::Identity;

/// Slots about which lies are remembered.
const LIES_MAX: usize = 256;

/// Odd receivers hear the lie.
pub(super) fn outgoing(
    actor: &mut Actor,
    identity: &Identity,
    to: ValidatorIndex,
    message: &Message,
) -> Vec<Message> {
    if to.get().is_multiple_of(2) {
        return vec![message.clone()];
    }
    match message {
        Message::PrePrepare { signed, proposal } if signed.signer == actor.index => {
            vec![lie(actor, identity, signed, proposal).unwrap_or_else(|| message.clone())]
        }
        Message::Signed(signed) if signed.signer == actor.index => {
            vec![Message::Signed(retell(actor, identity, signed))]
        }
        other => vec![other.clone()],
    }
}

fn lie(
    actor: &mut Actor,
    identity: &Identity,
    signed: &SignedStatement,
    proposal: &Proposal,
) -> Option<Message> {
    let Statement::PrePrepare(vote) = &signed.statement else { return None };
    if proposal.is_null() {
        return None;
    }
    let mut other = proposal.clone();
    other.references.reverse();
    other.time = TimeMs::new(proposal.time.get() + 1);
    let vote = Vote { digest: other.digest(), ..*vote };
    actor.lies.insert((vote.view, vote.height), vote.digest);
    while actor.lies.len() > LIES_MAX {
        actor.lies.pop_first();
    }
    let signed = identity.state(actor.index, Statement::PrePrepare(vote));
    Some(Message::PrePrepare { signed, proposal: other })
}

/// Votes follow the lie where there is one; a checkpoint names another header now and then.
fn retell(actor: &Actor, identity: &Identity, signed: &SignedStatement) -> SignedStatement {
    let lied = |vote: &Vote| {
        let digest = *actor.lies.get(&(vote.view, vote.height)).unwrap_or(&vote.digest);
        Vote { digest, ..*vote }
    };
    let statement = match &signed.statement {
        Statement::Prepare(vote) => Statement::Prepare(lied(vote)),
        Statement::Commit(vote) => Statement::Commit(lied(vote)),
        Statement::Checkpoint(checkpoint) if checkpoint.height.get().is_multiple_of(3) => {
            let mut other = *checkpoint;
            other.header_hash = BlockHash::new([0xee; 32]);
            Statement::Checkpoint(other)
        }
        // Odd receivers are not told what it prepared: amnesia, well-formed.
        Statement::ViewChange(change) => {
            Statement::ViewChange(ViewChange { prepared: Vec::new(), ..change.clone() })
        }
        Statement::NewView(new_view) => Statement::NewView(fewer(actor, identity, new_view)),
        other => other.clone(),
    };
    identity.state(actor.index, statement)
}

/// A new view of the same view with another V, where there are view changes to spare; its own forgets.
fn fewer(actor: &Actor, identity: &Identity, new_view: &NewView) -> NewView {
    let mut view_changes = new_view.view_changes.clone();
    if view_changes.len() > identity.quorum()
        && let Some(spare) = view_changes.iter().position(|change| change.signer != actor.index)
    {
        view_changes.remove(spare);
    }
    for change in view_changes.iter_mut().filter(|change| change.signer == actor.index) {
        *change = retell(actor, identity, change);
    }
    NewView { view_changes, ..new_view.clone() }
}
