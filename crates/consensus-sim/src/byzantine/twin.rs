//! Two honest processes with one key ("Twins", Bano et al. 2021), each with its own vote log. As they are,
//! the first of them to hear a vote of the other stops voting (the recall query). A malicious operator would
//! keep the one from hearing of the other; so does the stubborn twin.

use consensus::Message;
use types::ValidatorIndex;

/// What a stubborn twin is allowed to hear: nothing that its key signed.
pub(super) fn incoming(index: ValidatorIndex, message: &Message) -> Option<Message> {
    match message {
        Message::Signed(signed) | Message::PrePrepare { signed, .. } if signed.signer == index => None,
        Message::VotesHeld { nonce, .. } => Some(Message::VotesHeld { nonce: *nonce, votes: Vec::new() }),
        Message::Signed(_)
        | Message::PrePrepare { .. }
        | Message::Certificate(_)
        | Message::Status(_)
        | Message::BatchProof(_)
        | Message::FetchProposal(_)
        | Message::Proposal(_) => Some(message.clone()),
    }
}
