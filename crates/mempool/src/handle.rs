//! What the owner of a mempool holds.

use std::{
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
};

use bytes::Bytes;
use crossbeam_channel::Sender;
use parking_lot::Mutex;
use types::{
    BatchDigest, BatchRef, CheckedBatch, Height, TimeMs, TransactionId, ValidatorIndex,
    admission::ClientId,
    ports::{AdmissionReply, PoolLoad, TransactionPool},
};

use crate::{
    Counters, Era, MempoolError, PoolMessage, admission, intake::PeerBatch, lifecycle, notes::Note,
    server::Request, shared::Shared, store::Job, ticker,
};

/// A running mempool; clones are the same one. No call blocks on the network or on verification.
#[derive(Clone)]
pub struct MempoolHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) threads: Arc<Threads>,
}

/// What is needed to end it.
pub(crate) struct Threads {
    /// Dropped to stop.
    pub(crate) stop: Mutex<Option<Sender<()>>>,
    pub(crate) workers: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) writer: Mutex<Option<JoinHandle<()>>>,
}

impl MempoolHandle {
    /// Takes a message of a peer: a validator by its index, an observer with `None`. Never blocks; what is
    /// malformed or too much is counted and dropped.
    pub fn receive(&self, from: Option<ValidatorIndex>, bytes: Bytes) {
        let shared = &self.shared;
        let era = shared.era();
        let Some(gates) = era.gates_of(from) else { return shared.counters.messages_malformed.add(1) };
        let length = bytes.len();
        let message = match PoolMessage::decode(bytes, era.parameters.max_batch_bytes) {
            Ok(message) => message,
            Err(error) => {
                tracing::debug!(?from, %error, "malformed message");
                return shared.counters.messages_malformed.add(1);
            }
        };
        let gate = if matches!(message, PoolMessage::Batch(_)) { &gates.batches } else { &gates.notes };
        let Some(permit) = gate.enter(length) else { return shared.counters.messages_dropped.add(1) };
        let queued = match (message, from) {
            (PoolMessage::Batch(bytes), from) => {
                shared.queues.batches.send(PeerBatch { from, bytes, permit }).is_ok()
            }
            (PoolMessage::Acknowledgement(acknowledgement), Some(from)) => {
                shared.queues.notes.send(Note::Acknowledgement(acknowledgement, from, permit)).is_ok()
            }
            (PoolMessage::Proof(proof), Some(from)) => {
                shared.queues.notes.send(Note::Proof(proof, from, permit)).is_ok()
            }
            (PoolMessage::Fetch(digests), Some(from)) => {
                shared.queues.requests.send(Request { from, digests, permit }).is_ok()
            }
            (PoolMessage::Forward(bytes), Some(from)) => {
                admission::forwarded(shared, bytes, from);
                return;
            }
            // Observers get certified blocks; they take no part in the exchange.
            (
                PoolMessage::Acknowledgement(_)
                | PoolMessage::Proof(_)
                | PoolMessage::Fetch(_)
                | PoolMessage::Forward(_),
                None,
            ) => {
                return shared.counters.messages_malformed.add(1);
            }
        };
        if !queued {
            shared.counters.messages_dropped.add(1);
        }
    }

    /// A held batch (verified and durable here). What is no longer in memory is read and verified again.
    #[must_use]
    pub fn get(&self, digest: &BatchDigest) -> Option<Arc<CheckedBatch>> {
        self.shared.batch(digest)
    }

    /// Several, in the order asked; `None` where not held.
    #[must_use]
    pub fn get_many(&self, digests: &[BatchDigest]) -> Vec<Option<Arc<CheckedBatch>>> {
        digests.iter().map(|digest| self.get(digest)).collect()
    }

    /// Whether a batch is verified and durable here.
    #[must_use]
    pub fn holds(&self, digest: &BatchDigest) -> bool {
        self.shared.exchange.lock().held.contains_key(digest)
    }

    /// All held batches, ordered or not, by author and sequence.
    #[must_use]
    pub fn held(&self) -> Vec<BatchRef> {
        let mut held: Vec<_> = self.shared.exchange.lock().held.values().map(|held| held.reference).collect();
        held.sort_unstable();
        held
    }

    /// Gets a batch from the given validators; [`crate::MempoolEvent::BatchHeld`] follows, at once if it is
    /// held. Asked again until then, or until [`MempoolHandle::forget`].
    pub fn fetch(&self, reference: &BatchRef, from: &[ValidatorIndex]) {
        lifecycle::fetch(&self.shared, reference, from);
    }

    /// Stops fetching.
    pub fn forget(&self, digest: &BatchDigest) {
        self.shared.exchange.lock().fetching.end(digest);
    }

    /// The batches of a decided block, also after a restart or by block sync. They stay readable until
    /// [`MempoolHandle::prune`].
    pub fn ordered(&self, height: Height, references: &[BatchRef]) {
        lifecycle::ordered(&self.shared, height, references);
    }

    /// Batches that are needed no more: ordered at or below the stable checkpoint, or
    /// [`MempoolHandle::releasable`] and named by nothing above it. Alive transactions of an own batch that
    /// was never ordered are queued again.
    pub fn prune(&self, dropped: &[BatchDigest]) {
        lifecycle::prune(&self.shared, dropped);
    }

    /// Enters an epoch, when the last block of the one before is certified and durable here. Batches of older
    /// epochs that no block holds are dropped; what is alive in own ones is packed again.
    ///
    /// # Errors
    /// [`MempoolError::SignerOutsideSet`].
    pub fn enter_epoch(&self, era: Era) -> Result<(), MempoolError> {
        lifecycle::enter_epoch(&self.shared, era)
    }

    /// The ids executed in a block (void ones excluded: they are not consumed). Call it before
    /// [`MempoolHandle::set_chain_time`] with that block's time.
    pub fn committed(&self, ids: &[TransactionId]) {
        lifecycle::committed(&self.shared, ids);
    }

    /// The time of the newest executed block; what is not committed by now and expired before it is told
    /// as [`crate::MempoolEvent::Expired`].
    pub fn set_chain_time(&self, time: TimeMs) {
        lifecycle::set_chain_time(&self.shared, time);
    }

    /// Held batches whose expiry block time has passed by more than `clock_lag_ms`. Consensus drops those
    /// that no accepted pre-prepare or prepared certificate above its stable checkpoint names.
    #[must_use]
    pub fn releasable(&self) -> Vec<BatchDigest> {
        lifecycle::releasable(&self.shared)
    }

    /// One tick, for an owner that configured no interval.
    ///
    /// # Errors
    /// [`MempoolError`] when the store cannot be read.
    pub fn tick(&self) -> Result<(), MempoolError> {
        ticker::tick(&self.shared)
    }

    /// Counts since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.counters.read()
    }

    /// Ends all threads and waits for them: open submissions are answered `unavailable`, what was admitted
    /// is packed and stored. Must not be called from the event callback. Without it the threads stay.
    pub fn shutdown(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        drop(self.threads.stop.lock().take());
        self.shared.wake_maker();
        let workers = std::mem::take(&mut *self.threads.workers.lock());
        for worker in workers {
            // A panic was reported by the thread itself.
            let _ = worker.join();
        }
        if let Some(writer) = self.threads.writer.lock().take() {
            self.shared.write(Job::Stop);
            let _ = writer.join();
        }
    }
}

impl TransactionPool for MempoolHandle {
    fn submit(&self, transaction: Bytes, client: ClientId, reply: AdmissionReply) {
        admission::submit(&self.shared, transaction, client, reply);
    }

    fn load(&self) -> PoolLoad {
        let batches_unordered = self.shared.exchange.lock().own.len() as u64;
        let (transactions, bytes) = self.shared.pending.lock().load();
        PoolLoad { transactions, bytes, batches_unordered }
    }
}
