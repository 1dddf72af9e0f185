//! What all threads of one mempool share.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;
use parking_lot::{Condvar, Mutex, RwLock};
use types::{BatchDigest, ChainId, CheckedBatch, TimeMs, admission::ClientId, ports::AdmissionState};

use crate::{
    MempoolConfig, MempoolError, MempoolEvent, PoolMessage, Recipients,
    admission::Submission,
    counters::LiveCounters,
    era::Present,
    exchange::Exchange,
    intake::PeerBatch,
    notes::Note,
    pace::Pace,
    pending::Pending,
    server::Request,
    store::{Job, Store},
    verified::Verified,
};

/// While own batches wait for their proofs the next may be so many times older than `max_batch_delay_ms`: when all
/// are busy, fewer and larger batches cost less (signatures, acknowledgements, proofs, syncs).
const BUSY: u32 = 10;
/// But no more than this while there are no queues,
const LEAST: Duration = Duration::from_millis(100);
/// and never more than this.
const MOST: Duration = Duration::from_secs(1);

/// The wall clock, injected.
pub type Clock = Arc<dyn Fn() -> TimeMs + Send + Sync>;

/// Where work waits. Except for `submissions`, bounds come from the peers' gates.
pub(crate) struct Queues {
    pub(crate) submissions: Sender<Submission>,
    pub(crate) batches: Sender<PeerBatch>,
    pub(crate) notes: Sender<Note>,
    pub(crate) requests: Sender<Request>,
    pub(crate) writes: Sender<Job>,
}

/// One mempool.
pub(crate) struct Shared {
    pub(crate) config: MempoolConfig,
    pub(crate) chain: ChainId,
    /// Exchanged at every epoch; see [`Shared::era`].
    pub(crate) present: RwLock<Arc<Present>>,
    pub(crate) state: Arc<dyn AdmissionState>,
    pub(crate) clock: Clock,
    pub(crate) events: Box<dyn Fn(MempoolEvent) + Send + Sync>,
    pub(crate) pending: Mutex<Pending>,
    /// Signalled with `pending` locked when something waits, room came, or the end is near.
    pub(crate) work: Condvar,
    pub(crate) exchange: Mutex<Exchange>,
    pub(crate) store: Store,
    pub(crate) verified: Verified,
    /// Clients whose last verified signature was bad.
    pub(crate) suspects: Mutex<BTreeSet<ClientId>>,
    pub(crate) counters: LiveCounters,
    pub(crate) queues: Queues,
    /// Block time as of the newest executed block, in ms.
    pub(crate) chain_time: AtomicU64,
    /// Own batches that count against W; changed with `exchange` locked.
    pub(crate) own_live: AtomicUsize,
    /// Own batches without a proof.
    pub(crate) own_unproven: Arc<AtomicUsize>,
    /// How long proofs of own batches take.
    pub(crate) pace: Arc<Pace>,
    /// Groups of submissions that are being verified after they were gathered.
    pub(crate) judging: AtomicUsize,
    pub(crate) next_sequence: AtomicU64,
    pub(crate) stopping: AtomicBool,
}

impl Shared {
    pub(crate) fn now(&self) -> TimeMs {
        (self.clock)()
    }

    pub(crate) fn chain_time(&self) -> TimeMs {
        TimeMs::new(self.chain_time.load(Ordering::Relaxed))
    }

    /// The present epoch. Hold it for one piece of work, so that the piece sees one epoch only.
    pub(crate) fn era(&self) -> Arc<Present> {
        Arc::clone(&self.present.read())
    }

    /// Whether own transactions are on their way to a proof: what comes meanwhile may wait for the next batch.
    pub(crate) fn is_busy(&self) -> bool {
        self.own_unproven.load(Ordering::SeqCst) > 0 || self.judging.load(Ordering::SeqCst) > 0
    }

    /// How long a transaction may wait for others while some are on their way: longer, the longer the queues are.
    pub(crate) fn busy_delay(&self) -> Duration {
        let least = LEAST.min(BUSY * Duration::from_millis(self.era().parameters.max_batch_delay_ms));
        least.max((2 * self.pace.queueing(Instant::now())).min(MOST))
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub(crate) fn tell(&self, event: MempoolEvent) {
        (self.events)(event);
    }

    pub(crate) fn send(&self, to: Recipients, message: PoolMessage) {
        self.tell(MempoolEvent::Send { to, message });
    }

    /// Reports what ends this mempool, unless it ends anyway.
    pub(crate) fn fail(&self, error: MempoolError) {
        tracing::error!(%error, "the mempool cannot go on");
        self.tell(MempoolEvent::Fatal(error));
    }

    /// A held batch; a store that cannot be read is fatal, and the batch counts as not held.
    pub(crate) fn batch(&self, digest: &BatchDigest) -> Option<Arc<CheckedBatch>> {
        match self.store.get(digest, &self.chain, &self.era().parameters, &self.verified) {
            Ok(batch) => batch,
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Hands work to the writer. When the writer is gone, its end was reported and nothing is stored.
    pub(crate) fn write(&self, job: Job) {
        if self.queues.writes.send(job).is_err() {
            tracing::debug!("the batch writer has ended");
        }
    }

    /// Wakes the maker; taking the lock first means that it cannot miss it.
    pub(crate) fn wake_maker(&self) {
        let _pending = self.pending.lock();
        self.work.notify_all();
    }

    /// Counts own live batches again and lets the maker go on if there is room.
    pub(crate) fn update_room(&self) {
        let now = self.now();
        let live = {
            let exchange = self.exchange.lock();
            let live = exchange.own.live(now);
            self.own_live.store(live, Ordering::SeqCst);
            live
        };
        if live < self.era().window() {
            self.wake_maker();
        }
    }
}
