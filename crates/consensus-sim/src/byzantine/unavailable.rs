//! As primary, proposes batches that nobody can ever fetch (Narwhal's reason for availability proofs; fabric
//! #1984).

use consensus::{Message, Statement, Vote};
use types::{BatchDigest, BatchRef, BatchSequence, ValidatorIndex};

use crate::{identity::Identity, prng::Prng};

/// Half of the pre-prepares name one batch that does not exist.
pub(super) fn outgoing(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    message: &Message,
) -> Vec<Message> {
    let Message::PrePrepare { signed, proposal } = message else { return vec![message.clone()] };
    let (Statement::PrePrepare(vote), Some(first)) = (&signed.statement, proposal.references.first()) else {
        return vec![message.clone()];
    };
    if signed.signer != index || !prng.chance(500_000) {
        return vec![message.clone()];
    }
    let mut other = proposal.clone();
    let digest = BatchDigest::new([0xdd; 32]);
    other.references.push(BatchRef { digest, sequence: BatchSequence::new(u64::MAX), ..*first });
    let vote = Vote { digest: other.digest(), ..*vote };
    let signed = identity.state(index, Statement::PrePrepare(vote));
    vec![Message::PrePrepare { signed, proposal: other }]
}
