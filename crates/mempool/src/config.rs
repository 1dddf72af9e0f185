//! Bounds and places of one node's mempool. Nothing here affects agreement.

use std::{path::PathBuf, sync::Arc, time::Duration};

use disk::{Disk, RealDisk};

/// Bounds and places of one node's mempool.
#[derive(Debug, Clone)]
pub struct MempoolConfig {
    /// The batch store's folder (`DIR/data/batches`); made if missing.
    pub disk: Arc<dyn Disk>,
    /// Threads that judge and verify clients' transactions.
    pub admission_workers: usize,
    /// Threads that verify other validators' batches.
    pub verification_workers: usize,
    /// Time between two ticks (resends, fetch retries, budgets). `None`: the owner calls
    /// [`crate::MempoolHandle::tick`].
    pub tick_interval: Option<Duration>,
    /// Submissions waiting for verification.
    pub submissions_max: usize,
    /// Submissions of one client waiting for verification.
    pub client_submissions_max: usize,
    /// Transactions of one client waiting for verification or for a block.
    pub client_transactions_max: usize,
    /// Transactions waiting here, verified or not.
    pub pending_transactions_max: usize,
    /// Their bytes.
    pub pending_bytes_max: usize,
    /// Admitted transactions of one source account that are not yet in a block.
    pub account_transactions_max: usize,
    /// Their bytes.
    pub account_bytes_max: usize,
    /// Bytes of batches of one peer waiting for verification.
    pub peer_queue_bytes_max: usize,
    /// Messages of one peer waiting, of each kind of queue.
    pub peer_queue_messages_max: usize,
    /// Bytes of one author's batches neither ordered nor dropped that are stored without being asked for.
    /// Their number is bounded by twice the chain parameter `batches_per_author`.
    pub author_bytes_max: u64,
    /// A segment file of the store is closed at this length.
    pub segment_bytes_max: u64,
    /// Encoded bytes of decoded batches kept in memory.
    pub cache_bytes_max: usize,
    /// Encoded bytes of verified transactions remembered, so that none is verified twice.
    pub verified_bytes_max: usize,
    /// Batches being fetched at once.
    pub fetches_max: usize,
    /// Bytes of batches sent to one peer on its request between two ticks; a batch beyond is not sent.
    pub served_bytes_per_tick: u64,
    /// Bytes of own batches sent again between two ticks.
    pub resent_bytes_per_tick: u64,
}

impl MempoolConfig {
    /// Values for a machine of average size.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            disk: Arc::new(RealDisk::new(dir)),
            admission_workers: cores,
            verification_workers: cores,
            tick_interval: Some(Duration::from_millis(50)),
            submissions_max: 16_384,
            client_submissions_max: 4_096,
            client_transactions_max: 50_000,
            pending_transactions_max: 100_000,
            pending_bytes_max: 64 << 20,
            account_transactions_max: 25_000,
            account_bytes_max: 16 << 20,
            peer_queue_bytes_max: 16 << 20,
            peer_queue_messages_max: 4_096,
            author_bytes_max: 512 << 20,
            segment_bytes_max: 64 << 20,
            cache_bytes_max: 48 << 20,
            verified_bytes_max: 16 << 20,
            fetches_max: 4_096,
            served_bytes_per_tick: 16 << 20,
            resent_bytes_per_tick: 8 << 20,
        }
    }
}
