//! The validators of a prediction: real keys, signatures that cost nothing. What the real ones cost is counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use consensus::SignatureScheme;
use types::{
    MemberId, SecretKey, Validator, ValidatorSet, VoteLogId, crypto::SignedBytes,
    validators::ValidatorSetError,
};

/// `validators` validators.
pub(super) fn set(validators: usize) -> Result<ValidatorSet, ValidatorSetError> {
    ValidatorSet::new((0..validators).map(validator).collect())
}

fn validator(place: usize) -> Validator {
    let bytes = |kind: u8| {
        let mut bytes = [kind; 32];
        bytes[..8].copy_from_slice(&(place as u64).to_le_bytes());
        bytes
    };
    let key = |kind: u8| SecretKey::from_seed(&bytes(kind)).public_key();
    Validator {
        name: format!("v{place}"),
        member: MemberId::of_name("scale"),
        consensus_key: key(1),
        node_key: key(2),
        vote_log: VoteLogId::new(bytes(3)),
    }
}

/// Takes every signature as good and counts those it was asked for.
#[derive(Debug, Default)]
pub(super) struct Counted(AtomicU64);

impl Counted {
    /// How many since the last question.
    pub fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// The counter as a scheme.
#[derive(Debug)]
pub(super) struct Counting(pub Arc<Counted>);

impl SignatureScheme for Counting {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        self.0.0.fetch_add(items.len() as u64, Ordering::Relaxed);
        vec![true; items.len()]
    }
}
