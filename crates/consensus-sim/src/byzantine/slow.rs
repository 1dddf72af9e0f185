//! A primary that stays just under the timer (`threats.md` F16; Prime, Aardvark).

use consensus::Message;

use crate::time::Micros;

/// Pre-prepares wait for four fifths of the timeout.
pub(super) fn delay(message: &Message, view_timeout: Micros) -> Micros {
    match message {
        Message::PrePrepare { .. } => view_timeout / 5 * 4,
        Message::Signed(_)
        | Message::Certificate(_)
        | Message::Status(_)
        | Message::BatchProof(_)
        | Message::FetchProposal(_)
        | Message::Proposal(_)
        | Message::VotesHeld { .. } => 0,
    }
}
