//! Proofs of batches that others relay: when a batch waits, all who hold its proof send it to the primary at about
//! the same time, and one look at its signatures is enough.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use consensus::Message;
use types::{AvailabilityProof, BatchDigest, ValidatorIndex};

/// For so long the same proof is not looked at again. Short, so that nothing depends on what is remembered here.
const WHILE: Duration = Duration::from_millis(500);
/// Proofs remembered; beyond it all are forgotten.
const PROOFS_MAX: usize = 4_096;

/// A batch and how many signatures its proof has.
pub(super) type Name = (BatchDigest, usize);

/// The proofs that were good and passed on lately. Only asked by key, never walked.
#[derive(Debug, Default)]
pub(super) struct Relayed {
    passed: HashMap<BatchDigest, (usize, Instant)>,
}

impl Relayed {
    /// Of which proof a message is a copy, if it is one.
    pub(super) fn name(message: &Message) -> Option<Name> {
        match message {
            Message::BatchProof(proof) => Some((proof.reference.digest, proof.signatures.len())),
            Message::Signed(_)
            | Message::PrePrepare { .. }
            | Message::Certificate(_)
            | Message::Status(_)
            | Message::FetchProposal(_)
            | Message::Proposal(_)
            | Message::VotesHeld { .. } => None,
        }
    }

    /// Whether it is to be looked at: everything but a proof that a proof as strong was passed on of just now.
    pub(super) fn is_new(&self, message: &Message, now: Instant) -> bool {
        let known = Self::name(message).and_then(|(digest, strength)| {
            let (passed, at) = self.passed.get(&digest)?;
            (*passed >= strength && now.saturating_duration_since(*at) < WHILE).then_some(())
        });
        known.is_none()
    }

    /// A good message went to the replica.
    pub(super) fn passed(&mut self, name: Option<Name>, now: Instant) {
        let Some((digest, strength)) = name else { return };
        if self.passed.len() >= PROOFS_MAX {
            self.passed.clear();
        }
        self.passed.insert(digest, (strength, now));
    }
}

/// Keeps one copy of each relayed proof in a group: by all of its content, so that a bad one hides no good one.
pub(super) fn different(
    group: impl Iterator<Item = (ValidatorIndex, Message)>,
) -> Vec<(ValidatorIndex, Message)> {
    let mut proofs: HashMap<BatchDigest, Vec<AvailabilityProof>> = HashMap::new();
    let mut is_copy = |message: &Message| {
        let Message::BatchProof(proof) = message else { return false };
        let known = proofs.entry(proof.reference.digest).or_default();
        let is_copy = known.contains(proof);
        if !is_copy {
            known.push(proof.clone());
        }
        is_copy
    };
    group.filter(|(_, message)| !is_copy(message)).collect()
}

#[cfg(test)]
mod tests {
    use types::{BatchRef, BatchSequence, Epoch, Signature, TimeMs};

    use super::*;

    fn proof(batch: u8, signatures: u16) -> Message {
        let reference = BatchRef {
            author: ValidatorIndex::ZERO,
            sequence: BatchSequence::ZERO,
            digest: BatchDigest::new([batch; 32]),
            epoch: Epoch::ZERO,
            bytes: 1,
            count: 1,
            expires: TimeMs::ZERO,
        };
        let signatures =
            (0..signatures).map(|index| (ValidatorIndex::new(index), Signature::new([0; 64]))).collect();
        Message::BatchProof(AvailabilityProof { reference, signatures })
    }

    #[test]
    fn a_copy_is_looked_at_once_and_a_stronger_one_again() {
        let (mut relayed, now) = (Relayed::default(), Instant::now());
        assert!(relayed.is_new(&proof(1, 2), now));
        // Seen, but it was not good, or could not be passed on.
        assert!(relayed.is_new(&proof(1, 2), now));
        relayed.passed(Relayed::name(&proof(1, 2)), now);
        assert!(!relayed.is_new(&proof(1, 2), now));
        assert!(!relayed.is_new(&proof(1, 1), now), "weaker");
        assert!(relayed.is_new(&proof(1, 3), now), "stronger");
        assert!(relayed.is_new(&proof(2, 2), now), "another batch");
        assert!(relayed.is_new(&proof(1, 2), now + WHILE), "after a while it may be needed again");
    }

    #[test]
    fn of_equal_proofs_in_a_group_one_is_kept() {
        let of = |from: u16, message: Message| (ValidatorIndex::new(from), message);
        let group = [of(1, proof(1, 2)), of(2, proof(1, 2)), of(3, proof(1, 3)), of(1, proof(2, 2))];
        let kept: Vec<_> = different(group.into_iter()).into_iter().map(|(from, _)| from.get()).collect();
        assert_eq!(kept, [1, 3, 1]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut relayed, now) = (Relayed::default(), Instant::now());
        for number in 0..2 * PROOFS_MAX {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_le_bytes());
            relayed.passed(Some((BatchDigest::new(digest), 3)), now);
            assert!(relayed.passed.len() <= PROOFS_MAX);
        }
    }
}
