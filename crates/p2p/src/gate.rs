//! One log line per subject and while, however often something happens.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use types::PublicKey;

use crate::RefusalReason;

const QUIET: Duration = Duration::from_secs(10);

/// Who and what a line is about. Bounded: configured keys (or none) times reasons.
type Subject = (Option<PublicKey>, RefusalReason);

/// Remembers when each subject was last logged.
#[derive(Debug, Default)]
pub(crate) struct LogGate {
    seen: Mutex<BTreeMap<Subject, (Instant, u64)>>,
}

impl LogGate {
    /// `Some(how many were left out since)` when a line may be written now.
    pub(crate) fn pass(&self, subject: Subject) -> Option<u64> {
        let now = Instant::now();
        let mut seen = self.seen.lock();
        match seen.get_mut(&subject) {
            Some((last, left_out)) if now.duration_since(*last) < QUIET => {
                *left_out += 1;
                None
            }
            Some(entry) => Some(std::mem::replace(entry, (now, 0)).1),
            None => {
                seen.insert(subject, (now, 0));
                Some(0)
            }
        }
    }

    /// Forgets a peer that is no longer configured.
    pub(crate) fn forget(&self, peer: &PublicKey) {
        self.seen.lock().retain(|(key, _), _| key.as_ref() != Some(peer));
    }
}
