//! Says nothing to some: as primary it leaves them without pre-prepares, as backup without votes
//! (`threats.md` F14, silent-to-some primary).

use consensus::Message;
use types::ValidatorIndex;

/// A third of the receivers hears only helpers, never a vote.
pub(super) fn outgoing(index: ValidatorIndex, to: ValidatorIndex, message: &Message) -> Vec<Message> {
    let ignored = (u32::from(to.get()) + u32::from(index.get())).is_multiple_of(3);
    match message {
        Message::Signed(_) | Message::PrePrepare { .. } if ignored => Vec::new(),
        other => vec![other.clone()],
    }
}
