//! Counts of what was refused or cut, for the node's metrics.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the start.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct CountersSnapshot { $($(#[$doc])* pub $name: u64,)* }

        /// The live counts.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)* }

        impl Counters {
            pub(crate) fn snapshot(&self) -> CountersSnapshot {
                CountersSnapshot { $($name: self.$name.get(),)* }
            }
        }
    };
}

counters! {
    /// Connections taken (gRPC and HTTP).
    connections_accepted,
    /// Connections closed at once because there were too many.
    connections_refused,
    /// Failures of the accept call itself, as for want of file descriptors.
    accept_failures,
    /// Transactions handed to the pool.
    transactions_submitted,
    /// Transactions that the pool refused.
    transactions_refused,
    /// Subscriptions begun.
    subscriptions_opened,
    /// Subscribers cut because they did not read.
    slow_readers_cut,
    /// Empty blocks asked for.
    empty_blocks_requested,
    /// Reads of the ledger that failed.
    reads_failed,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
