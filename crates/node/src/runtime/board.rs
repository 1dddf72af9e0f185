//! The board: what the threads say of themselves, read by status, metrics and health without disturbing
//! them. Locks are held for a copy only.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use consensus::{Footprint, ReplicaStatus, Status};
use parking_lot::Mutex;
use types::{Height, ResultRecord, ValidatorIndex};

/// What a peer said last.
#[derive(Debug, Clone, Copy)]
pub struct PeerWord {
    /// Its certified height.
    pub height: Height,
    /// Its view.
    pub view: u64,
}

/// Shared by all threads.
#[derive(Debug, Default)]
pub struct Board {
    replica: Mutex<Option<ReplicaStatus>>,
    footprint: Mutex<Footprint>,
    peers: Mutex<BTreeMap<ValidatorIndex, PeerWord>>,
    dropped: Mutex<BTreeMap<&'static str, u64>>,
    view_changes: Mutex<BTreeMap<&'static str, u64>>,
    results: Mutex<BTreeMap<&'static str, u64>>,
    last_commit: Mutex<Option<Instant>>,
    sync_target: Mutex<Option<Height>>,
    evidence: AtomicU64,
    blocks: AtomicU64,
}

impl Board {
    /// The replica's state after a round.
    pub fn replica(&self, status: ReplicaStatus) {
        *self.replica.lock() = Some(status);
    }

    /// How much the replica keeps.
    pub fn keeps(&self, footprint: Footprint) {
        *self.footprint.lock() = footprint;
    }

    /// How much the replica keeps, as last told.
    #[must_use]
    pub fn footprint(&self) -> Footprint {
        *self.footprint.lock()
    }

    /// The replica's state as last told.
    #[must_use]
    pub fn replica_status(&self) -> Option<ReplicaStatus> {
        *self.replica.lock()
    }

    /// A peer said where it stands.
    pub fn peer_status(&self, peer: ValidatorIndex, status: &Status) {
        self.peers.lock().insert(peer, PeerWord { height: status.certified, view: status.view.get() });
    }

    /// What a peer said last.
    #[must_use]
    pub fn peer(&self, peer: ValidatorIndex) -> Option<PeerWord> {
        self.peers.lock().get(&peer).copied()
    }

    /// A message was not used.
    pub fn dropped(&self, reason: &'static str) {
        *self.dropped.lock().entry(reason).or_default() += 1;
    }

    /// A view change was started here.
    pub fn view_change(&self, reason: &'static str) {
        *self.view_changes.lock().entry(reason).or_default() += 1;
    }

    /// One more piece of evidence of misbehaviour; how many there are.
    pub fn evidence(&self) -> u64 {
        self.evidence.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A block was executed.
    pub fn executed(&self, records: &[ResultRecord]) {
        let mut results = self.results.lock();
        for record in records {
            *results.entry(record.code.name()).or_default() += 1;
        }
    }

    /// A block is certified and durable.
    pub fn certified(&self) {
        self.blocks.fetch_add(1, Ordering::Relaxed);
        *self.last_commit.lock() = Some(Instant::now());
    }

    /// Blocks are being fetched up to here.
    pub fn syncing(&self, target: Height) {
        *self.sync_target.lock() = Some(target);
    }

    /// Nothing is being fetched.
    pub fn synced(&self) {
        *self.sync_target.lock() = None;
    }

    /// Up to where blocks are being fetched.
    #[must_use]
    pub fn sync_target(&self) -> Option<Height> {
        *self.sync_target.lock()
    }

    /// Milliseconds since the newest certified block; `None` before the first since the start.
    #[must_use]
    pub fn last_commit_age_ms(&self) -> Option<u64> {
        let at = (*self.last_commit.lock())?;
        Some(u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Pieces of evidence.
    #[must_use]
    pub fn evidence_count(&self) -> u64 {
        self.evidence.load(Ordering::Relaxed)
    }

    /// Blocks certified since the start.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.blocks.load(Ordering::Relaxed)
    }

    /// View changes started here, by reason.
    #[must_use]
    pub fn view_changes(&self) -> BTreeMap<&'static str, u64> {
        self.view_changes.lock().clone()
    }

    /// Messages not used, by reason.
    #[must_use]
    pub fn drops(&self) -> BTreeMap<&'static str, u64> {
        self.dropped.lock().clone()
    }

    /// Transactions executed since the start, by result.
    #[must_use]
    pub fn results(&self) -> BTreeMap<&'static str, u64> {
        self.results.lock().clone()
    }
}
