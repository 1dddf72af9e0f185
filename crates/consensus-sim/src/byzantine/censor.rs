//! As primary, leaves out the batches of some authors (`threats.md` F16, L5; fabric #1943).

use consensus::{Message, Statement, Vote};
use types::ValidatorIndex;

use crate::identity::Identity;

/// Pre-prepares name no batch of an odd author; what remains empty is not sent.
pub(super) fn outgoing(index: ValidatorIndex, identity: &Identity, message: &Message) -> Vec<Message> {
    let Message::PrePrepare { signed, proposal } = message else { return vec![message.clone()] };
    let Statement::PrePrepare(vote) = &signed.statement else { return vec![message.clone()] };
    if proposal.is_null() || signed.signer != index {
        return vec![message.clone()];
    }
    let mut other = proposal.clone();
    other.references.retain(|reference| reference.author.get().is_multiple_of(2));
    if other.references.is_empty() {
        return Vec::new();
    }
    let vote = Vote { digest: other.digest(), ..*vote };
    let signed = identity.state(index, Statement::PrePrepare(vote));
    vec![Message::PrePrepare { signed, proposal: other }]
}
