//! Starting a mempool: the store is opened, what it holds is told, the threads begin.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize},
};

use crossbeam_channel::{Receiver, bounded, unbounded};
use parking_lot::{Condvar, Mutex, RwLock};
use types::{ChainId, ports::AdmissionState};

use crate::{
    Clock, MempoolConfig, MempoolError, MempoolEvent, MempoolHandle, acknowledge, admission,
    admission::Submission,
    counters::LiveCounters,
    era::{Era, Present},
    exchange::Exchange,
    handle::Threads,
    intake,
    intake::PeerBatch,
    lifecycle, maker, notes,
    notes::Note,
    pending::Pending,
    server,
    server::Request,
    shared::{Queues, Shared},
    store::{Job, Opened, Store, Writer},
    threads::{Stop, spawn},
    ticker,
    verified::Verified,
};

/// Batches waiting for the disk; beyond, verification and batch making wait.
const WRITES_MAX: usize = 256;

/// The mempool of one node; see [`Mempool::start`].
#[derive(Debug)]
pub struct Mempool;

struct Receivers {
    submissions: Receiver<Submission>,
    batches: Receiver<PeerBatch>,
    notes: Receiver<Note>,
    requests: Receiver<Request>,
    writes: Receiver<Job>,
}

impl Mempool {
    /// Opens the store and starts the threads. Who has no signer in `era` verifies and stores, but neither
    /// acknowledges nor packs. Batches of older epochs are dropped, own ones packed again. `clock` is the wall
    /// clock. `events` is called from the mempool's threads, and before this returns with `BatchHeld` for every
    /// batch in the store; it must be cheap and must not call [`MempoolHandle::shutdown`].
    ///
    /// # Errors
    /// [`MempoolError`]: the store cannot be opened, a thread cannot be started, or the signer is outside
    /// the set.
    #[allow(clippy::too_many_arguments)]
    pub fn start(
        config: MempoolConfig,
        chain: ChainId,
        era: Era,
        state: Arc<dyn AdmissionState>,
        clock: Clock,
        events: Box<dyn Fn(MempoolEvent) + Send + Sync>,
    ) -> Result<MempoolHandle, MempoolError> {
        let present = Present::begin(era, &config)?;
        let (me, epoch) = (present.me(), present.epoch);
        let counters = LiveCounters::default();
        let opened =
            Store::open(&config.disk, me, config.segment_bytes_max, config.cache_bytes_max, &counters)?;
        let Opened { store, writer, held, own_sequence } = opened;
        let now = clock();
        // A store that knows no number may be a lost one: the clock is ahead of all numbers given before,
        // as long as less than a thousand batches were made per second.
        let next_sequence = own_sequence.map_or(now.get(), |highest| highest.saturating_add(1));
        let mut exchange = Exchange::new(&config, present.window());
        for reference in &held {
            exchange.found(*reference, me, now);
        }
        let (own_live, own_unproven) = (exchange.own.live(now), exchange.own.unproven());
        let pace = exchange.own.pace();
        let (queues, receivers) = make_queues(config.submissions_max);
        let shared = Arc::new(Shared {
            present: RwLock::new(Arc::new(present)),
            pending: Mutex::new(Pending::new(&config)),
            verified: Verified::new(config.verified_bytes_max),
            work: Condvar::new(),
            suspects: Mutex::default(),
            exchange: Mutex::new(exchange),
            chain_time: AtomicU64::new(0),
            own_live: AtomicUsize::new(own_live),
            own_unproven,
            pace,
            judging: AtomicUsize::new(0),
            next_sequence: AtomicU64::new(next_sequence),
            stopping: AtomicBool::new(false),
            config,
            chain,
            state,
            clock,
            events,
            store,
            counters,
            queues,
        });
        for reference in held {
            if reference.epoch != epoch {
                // Dropped below: no block can name it any more.
            } else if Some(reference.author) == me {
                acknowledge::own_is_durable(&shared, &reference);
            } else {
                shared.tell(MempoolEvent::BatchHeld(reference));
            }
        }
        let handle = start_threads(shared, writer, receivers)?;
        lifecycle::leave_older_epochs(&handle.shared);
        Ok(handle)
    }
}

fn make_queues(submissions_max: usize) -> (Queues, Receivers) {
    let (submissions, submissions_out) = bounded(submissions_max);
    let (batches, batches_out) = unbounded();
    let (notes, notes_out) = unbounded();
    let (requests, requests_out) = unbounded();
    let (writes, writes_out) = bounded(WRITES_MAX);
    let queues = Queues { submissions, batches, notes, requests, writes };
    let receivers = Receivers {
        submissions: submissions_out,
        batches: batches_out,
        notes: notes_out,
        requests: requests_out,
        writes: writes_out,
    };
    (queues, receivers)
}

fn start_threads(
    shared: Arc<Shared>,
    writer: Writer,
    receivers: Receivers,
) -> Result<MempoolHandle, MempoolError> {
    let (stop_sender, stop) = bounded(0);
    let threads =
        Threads { stop: Mutex::new(Some(stop_sender)), workers: Mutex::default(), writer: Mutex::default() };
    let handle = MempoolHandle { shared, threads: Arc::new(threads) };
    let started = start_workers(&handle, writer, receivers, &stop);
    if started.is_err() {
        handle.shutdown();
    }
    started.map(|()| handle)
}

fn start_workers(
    handle: &MempoolHandle,
    writer: Writer,
    receivers: Receivers,
    stop: &Stop,
) -> Result<(), MempoolError> {
    let shared = &handle.shared;
    let Receivers { submissions, batches, notes, requests, writes } = receivers;
    let write =
        spawn(shared, "pool-writer", move |shared| acknowledge::write_batches(shared, writer, &writes))?;
    *handle.threads.writer.lock() = Some(write);
    let start = |worker| handle.threads.workers.lock().push(worker);
    let gathering = Arc::new(Mutex::new(()));
    for _ in 0..shared.config.admission_workers.max(1) {
        let (queue, stop, gathering) = (submissions.clone(), stop.clone(), Arc::clone(&gathering));
        start(spawn(shared, "pool-admission", move |shared| {
            admission::work(shared, &queue, &gathering, &stop);
            Ok(())
        })?);
    }
    let gathering = Arc::new(Mutex::new(()));
    for _ in 0..shared.config.verification_workers.max(1) {
        let (queue, stop, gathering) = (batches.clone(), stop.clone(), Arc::clone(&gathering));
        start(spawn(shared, "pool-verify", move |shared| {
            intake::work(shared, &queue, &gathering, &stop);
            Ok(())
        })?);
    }
    let note_stop = stop.clone();
    start(spawn(shared, "pool-notes", move |shared| {
        notes::work(shared, &notes, &note_stop);
        Ok(())
    })?);
    let server_stop = stop.clone();
    start(spawn(shared, "pool-server", move |shared| server::work(shared, &requests, &server_stop))?);
    start(spawn(shared, "pool-maker", |shared| {
        maker::work(shared);
        Ok(())
    })?);
    if let Some(interval) = shared.config.tick_interval {
        let stop = stop.clone();
        start(spawn(shared, "pool-ticker", move |shared| ticker::work(shared, interval, &stop))?);
    }
    Ok(())
}
