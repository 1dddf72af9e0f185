//! Puts a node together: every thread with its queues. One method per thread; the order is that of the
//! data's way, so that nobody is given a queue whose other end does not exist yet.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
    thread::JoinHandle,
};

use consensus::{Input, LogRecord};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use ledger::{LedgerReader, LedgerWriter};
use mempool::MempoolHandle;
use types::{Height, ports::ChainReader};

use crate::exit::Failure;

use super::{
    board::Board,
    clock::NodeClock,
    executor::{Command, Executor},
    identity::Identity,
    lanes::Lanes,
    network::Network,
    pool,
    rejoin::Rejoin,
    replica::{ConsensusThread, Outlets},
    seat::Seats,
    succession::Succession,
    supervisor::Supervisor,
    sync::{self, asked::Asked, epochs::EpochChecks},
    verify as verify_thread,
    vote_log::VoteLog,
    votes::{VoteThread, VoteWork},
};

/// Verified messages that wait for the replica.
const PEER_INPUTS_MAX: usize = 8192;
/// Commands that wait for the executor: back-pressure for sync. Consensus fills at most its window.
const COMMANDS_MAX: usize = 4096;
/// Sync targets, questions and answers that wait.
const SYNC_MAX: usize = 64;

/// Both ends of a queue.
pub type Queue<T> = (Sender<T>, Receiver<T>);

/// The queues between the threads of one node.
pub struct Queues {
    /// What our own threads tell the replica: as many as it asked for, so unbounded and never dropped.
    pub own: Queue<Input>,
    /// What verified peers tell it.
    pub peers: Queue<Input>,
    /// To the executor.
    pub commands: Queue<Command>,
    /// Consensus frames, unverified.
    pub frames: Arc<Lanes>,
    /// What the replica wants fetched.
    pub targets: Queue<sync::SyncTarget>,
    /// Blocks from peers.
    pub answers: Queue<sync::fetch::Answer>,
    /// What is asked of whom.
    pub asked: Arc<Asked>,
    /// Peers that ask for blocks.
    pub requests: Queue<sync::serve::Request>,
}

/// What all threads share.
pub struct Assembly {
    /// Who we are.
    pub identity: Arc<Identity>,
    /// The vote log of a validator, until its thread takes it.
    pub log: Option<VoteLog>,
    /// Our seat in the present epoch.
    pub seats: Arc<Seats>,
    /// Watches the threads.
    pub supervisor: Supervisor,
    /// The queues.
    pub queues: Queues,
    /// For operators.
    pub board: Arc<Board>,
    /// Peers.
    pub network: Network,
    /// Batches.
    pub pool: MempoolHandle,
    /// The chain.
    pub reader: LedgerReader,
    /// Set when the node stops.
    pub stop: Arc<AtomicBool>,
    /// Threads that must end before the process does.
    pub critical: Vec<JoinHandle<()>>,
}

impl Queues {
    /// Empty queues.
    #[must_use]
    pub fn new(validators: usize) -> Self {
        Self {
            own: unbounded(),
            peers: bounded(PEER_INPUTS_MAX),
            commands: bounded(COMMANDS_MAX),
            frames: Arc::new(Lanes::new(validators)),
            targets: unbounded(),
            answers: bounded(SYNC_MAX),
            asked: Arc::default(),
            requests: bounded(SYNC_MAX),
        }
    }
}

impl Assembly {
    /// Starts the vote thread where there is a voter, and the consensus thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_consensus(&mut self, records: Vec<LogRecord>) -> Result<(), Failure> {
        let low = Arc::new(AtomicU64::new(self.reader.certified_height().get()));
        let votes = self.spawn_votes(&low)?;
        let batches = self.spawn_batches()?;
        let mut succession = Succession {
            identity: Arc::clone(&self.identity),
            reader: self.reader.clone(),
            seats: Arc::clone(&self.seats),
            votes: votes.clone(),
            batches: batches.clone(),
            frames: Arc::clone(&self.queues.frames),
            records,
        };
        let clock = NodeClock::start();
        let (replica, first) = succession.replica(clock.read(), true)?;
        let outlets = Outlets {
            votes,
            executor: self.queues.commands.0.clone(),
            sync: self.queues.targets.0.clone(),
            pool: self.pool.clone(),
            batches,
            network: self.network.clone(),
            board: Arc::clone(&self.board),
            low,
        };
        let (own, peers) = (self.queues.own.1.clone(), self.queues.peers.1.clone());
        let stop = Arc::clone(&self.stop);
        let thread = ConsensusThread { replica, succession, ended: false, clock, own, peers, outlets, stop };
        self.critical.push(self.supervisor.spawn("consensus", move || thread.run(first))?);
        Ok(())
    }

    /// Starts the thread that asks for readmission, where there is a validator's key.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_rejoin(&self) -> Result<(), Failure> {
        if self.identity.key().is_none() {
            return Ok(());
        }
        let rejoin = Rejoin {
            identity: Arc::clone(&self.identity),
            seats: Arc::clone(&self.seats),
            reader: self.reader.clone(),
            network: self.network.clone(),
            stop: Arc::clone(&self.stop),
        };
        self.supervisor.spawn("rejoin", move || rejoin.run())?;
        Ok(())
    }

    fn spawn_batches(&self) -> Result<Sender<pool::BatchWork>, Failure> {
        let (work, queue) = unbounded();
        let pool = self.pool.clone();
        self.supervisor.spawn("batches", move || pool::keep(&pool, &queue))?;
        Ok(work)
    }

    fn spawn_votes(&mut self, low: &Arc<AtomicU64>) -> Result<Option<Sender<VoteWork>>, Failure> {
        let Some(log) = self.log.take() else { return Ok(None) };
        let thread = VoteThread {
            log,
            seat: self.seats.get(),
            identity: Arc::clone(&self.identity),
            chain: self.identity.chain,
            low: Arc::clone(low),
        };
        let (requests, queue) = unbounded();
        let answers = self.queues.own.0.clone();
        let task = self.supervisor.spawn("votes", move || thread.run(&queue, &answers))?;
        self.critical.push(task);
        Ok(Some(requests))
    }

    /// Starts the executor; `feed` tells clients of certified blocks.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_executor(
        &mut self,
        writer: LedgerWriter,
        feed: api::BlockFeed,
        told: Height,
    ) -> Result<(), Failure> {
        let executor = Executor {
            writer,
            reader: self.reader.clone(),
            pool: self.pool.clone(),
            seats: Arc::clone(&self.seats),
            chain: self.identity.chain,
            replica: self.queues.own.0.clone(),
            feed,
            board: Arc::clone(&self.board),
            untold: BTreeMap::new(),
            told,
        };
        let commands = self.queues.commands.1.clone();
        self.critical.push(self.supervisor.spawn("executor", move || executor.run(&commands))?);
        Ok(())
    }

    /// Starts verification of consensus frames, and both sides of block sync.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn_network_side(&self) -> Result<(), Failure> {
        let (seats, board) = (Arc::clone(&self.seats), Arc::clone(&self.board));
        let (frames, out) = (Arc::clone(&self.queues.frames), self.queues.peers.0.clone());
        self.supervisor.spawn("verify", move || verify_thread::run(&seats, &frames, &out, &board))?;
        let chain: Arc<dyn ChainReader> = Arc::new(self.reader.clone());
        let (network, requests) = (self.network.clone(), self.queues.requests.1.clone());
        self.supervisor.spawn("sync-serve", move || sync::serve::run(&requests, &chain, &network))?;
        let fetcher = sync::fetch::Fetcher {
            network: self.network.clone(),
            chain: self.reader.clone(),
            epochs: EpochChecks::new(self.identity.chain, self.reader.clone()),
            seats: Arc::clone(&self.seats),
            chain_id: self.identity.chain,
            pool: self.pool.clone(),
            executor: self.queues.commands.0.clone(),
            replica: self.queues.own.0.clone(),
            board: Arc::clone(&self.board),
            asked: Arc::clone(&self.queues.asked),
        };
        let (targets, answers) = (self.queues.targets.1.clone(), self.queues.answers.1.clone());
        self.supervisor.spawn("sync", move || fetcher.run(&targets, &answers))?;
        Ok(())
    }
}
