//! Votes for views and heights far away, and one off (`threats.md` F15; monad #1969, FISCO #2211, #2312).

use consensus::{EmptyRequest, Message, Statement, Status, Vote, status::ReplicaStatus};
use types::{BlockHash, Height, ProposalDigest, ValidatorIndex, View, certificate::CheckpointStatement};

use super::others;
use crate::{identity::Identity, prng::Prng};

/// A few statements about a slot that is not the current one.
pub(super) fn mischief(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    status: &ReplicaStatus,
) -> Vec<(ValidatorIndex, Message)> {
    let mut far = |near: u64| match prng.below(6) {
        0 => u64::MAX,
        1 => u64::MAX - 1,
        2 => near.saturating_add(prng.below(1_000_000)),
        3 => near.saturating_sub(prng.below(3)),
        _ => near.saturating_add(prng.below(70)),
    };
    let (view, height) = (View::new(far(status.view.get())), Height::new(far(status.low.get())));
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&prng.bits().to_le_bytes());
    let vote = Vote { view, height, digest: ProposalDigest::new(digest) };
    let message = match prng.below(5) {
        0 => Message::Signed(identity.state(index, Statement::Prepare(vote))),
        1 => Message::Signed(identity.state(index, Statement::Commit(vote))),
        2 => {
            let statement = CheckpointStatement { height, header_hash: BlockHash::new(digest) };
            Message::Signed(identity.state(index, Statement::Checkpoint(statement)))
        }
        3 => Message::Signed(identity.state(index, Statement::EmptyRequest(EmptyRequest { height }))),
        _ => Message::Status(Status {
            epoch: identity.epoch,
            view,
            view_active: prng.chance(500_000),
            low: height,
            executed: height,
            certified: height,
            sent_at_ms: prng.bits(),
            echo_ms: prng.bits(),
        }),
    };
    others(identity, index).into_iter().map(|to| (to, message.clone())).collect()
}
