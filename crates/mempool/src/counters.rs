//! What the mempool counts, for metrics and tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use parking_lot::Mutex;
use types::{Code, ValidatorIndex};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the start.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
            /// Refused submissions by code.
            pub refused: BTreeMap<Code, u64>,
            /// Invalid batches by the validator that sent its own: evidence of misbehaviour.
            pub invalid_batches_of: BTreeMap<ValidatorIndex, u64>,
        }

        /// The same, counted from many threads.
        #[derive(Debug, Default)]
        pub(crate) struct LiveCounters {
            $(pub(crate) $name: Count,)*
            refused: Mutex<BTreeMap<Code, u64>>,
            invalid_batches_of: Mutex<BTreeMap<ValidatorIndex, u64>>,
            /// Who sent an invalid batch or proof in this epoch.
            suspected: Mutex<BTreeSet<ValidatorIndex>>,
        }

        impl LiveCounters {
            pub(crate) fn read(&self) -> Counters {
                Counters {
                    $($name: self.$name.0.load(Ordering::Relaxed),)*
                    refused: self.refused.lock().clone(),
                    invalid_batches_of: self.invalid_batches_of.lock().clone(),
                }
            }
        }
    };
}

counters! {
    /// Submissions taken; the same bytes again are not counted.
    admitted,
    /// Admitted transactions that expired.
    expired,
    /// Submitted transactions whose signatures were verified here and are good.
    signatures_good,
    /// Submitted transactions and received batches with a bad client signature.
    signatures_bad,
    /// Own batches.
    batches_made,
    /// Batches that arrived, repetitions included.
    batches_received,
    /// Batches verified and durable here, own ones included.
    batches_stored,
    /// Received batches that are invalid.
    batches_invalid,
    /// Received batches not taken: not asked for, beyond the author's bounds, of another epoch, or ordered.
    batches_refused,
    /// Own batches sent again to a validator whose acknowledgement is missing.
    batches_resent,
    /// Bytes written to the batch store.
    stored_bytes,
    /// Damaged records found in the batch store.
    damaged_records,
    /// Bytes of a torn tail cut at the start.
    torn_bytes,
    /// Messages that are not canonical, or that this peer must not send.
    messages_malformed,
    /// Messages dropped because too much of the peer was waiting.
    messages_dropped,
    /// Acknowledgements of own batches counted.
    acks_received,
    /// Acknowledgements with a bad signature or of a batch that is not ours.
    acks_invalid,
    /// Acknowledgements given.
    acks_sent,
    /// Acknowledgements not given: beyond W, or `expires` out of range.
    acks_withheld,
    /// Proofs made for own batches.
    proofs_made,
    /// Others' proofs verified.
    proofs_received,
    /// Others' proofs that do not verify.
    proofs_invalid,
    /// Proofs looked at a second time because one beside them was bad.
    proofs_again,
    /// Batches asked for, repetitions included.
    fetches_sent,
    /// Batches sent on request.
    fetches_served,
    /// Requests not answered: not held, or beyond the peer's budget.
    fetches_refused,
}

/// One count.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }
}

impl LiveCounters {
    pub(crate) fn refuse(&self, code: Code) {
        *self.refused.lock().entry(code).or_default() += 1;
    }

    /// Another epoch begins: indices may name others.
    pub(crate) fn forgive(&self) {
        self.suspected.lock().clear();
    }

    pub(crate) fn has_sent_invalid(&self, sender: ValidatorIndex) -> bool {
        self.suspected.lock().contains(&sender)
    }

    pub(crate) fn invalid_proof_of(&self, sender: ValidatorIndex) {
        self.proofs_invalid.add(1);
        self.suspected.lock().insert(sender);
    }

    pub(crate) fn invalid_batch_of(&self, author: ValidatorIndex) {
        *self.invalid_batches_of.lock().entry(author).or_default() += 1;
        self.suspected.lock().insert(author);
    }
}
