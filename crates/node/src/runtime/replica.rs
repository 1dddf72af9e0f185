//! The consensus thread: owns the replica, feeds it and carries out its effects.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use consensus::{Effect, Evidence, Halt, Input, Message, Notice, Replica};
use crossbeam_channel::{Receiver, Sender, select};
use mempool::MempoolHandle;
use types::ValidatorIndex;

use crate::{exit::Failure, failpoint};

use super::{
    board::Board, clock::NodeClock, executor::Command, network::Network, pool::BatchWork,
    succession::Succession, sync::SyncTarget, votes::VoteWork,
};

/// Own inputs taken in one round, before peers get their turn.
const OWN_ROUND: usize = 1024;
/// Peers' inputs taken in one round.
const PEER_ROUND: usize = 256;
/// The replica sees time pass at least this often.
const TICK_MAX: Duration = Duration::from_millis(100);

/// Where effects go.
pub struct Outlets {
    /// The vote thread; `None` for those who never sign.
    pub votes: Option<Sender<VoteWork>>,
    /// The executor.
    pub executor: Sender<Command>,
    /// Block sync.
    pub sync: Sender<SyncTarget>,
    /// Batches.
    pub pool: MempoolHandle,
    /// What becomes of batches: their disk must not hold up votes.
    pub batches: Sender<BatchWork>,
    /// Peers.
    pub network: Network,
    /// What operators see.
    pub board: Arc<Board>,
    /// The low watermark for the vote log's compaction.
    pub low: Arc<AtomicU64>,
}

/// The consensus thread's possessions.
pub struct ConsensusThread {
    /// The replica of the present epoch.
    pub replica: Replica,
    /// Makes the next one.
    pub succession: Succession,
    /// Whether the replica's epoch has ended.
    pub ended: bool,
    /// Time.
    pub clock: NodeClock,
    /// What our own threads say: bounded by what the replica asked for, so never dropped.
    pub own: Receiver<Input>,
    /// What peers say, verified: bounded, dropped when full.
    pub peers: Receiver<Input>,
    /// Where effects go.
    pub outlets: Outlets,
    /// Set when the node stops.
    pub stop: Arc<AtomicBool>,
}

impl ConsensusThread {
    /// Runs until the node stops (the own queue is closed) or the replica halts.
    ///
    /// # Errors
    /// Divergence or conflicting certificates.
    pub fn run(mut self, first: Vec<Effect>) -> Result<(), Failure> {
        self.carry_out(first)?;
        loop {
            let Some(input) = self.wait() else { return Ok(()) };
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.step(Input::Tick(self.clock.read()))?;
            if let Some(input) = input {
                self.step(input)?;
            }
            self.drain()?;
            self.publish();
        }
    }

    /// The next input, or `Some(None)` when only time passed; `None` when the node stops.
    fn wait(&self) -> Option<Option<Input>> {
        let deadline = self.replica.next_deadline().map_or(TICK_MAX, |at| self.clock.until(at).min(TICK_MAX));
        select! {
            recv(self.own) -> input => input.ok().map(Some),
            recv(self.peers) -> input => Some(input.ok()),
            default(deadline) => Some(None),
        }
    }

    fn drain(&mut self) -> Result<(), Failure> {
        for _ in 0..OWN_ROUND {
            let Ok(input) = self.own.try_recv() else { break };
            self.step(input)?;
        }
        for _ in 0..PEER_ROUND {
            let Ok(input) = self.peers.try_recv() else { break };
            self.step(input)?;
        }
        Ok(())
    }

    fn publish(&self) {
        let status = self.replica.status();
        self.outlets.low.store(status.low.get(), Ordering::Relaxed);
        // So that useless messages cost no signature check.
        self.succession.seats.get().verifier.set_horizon(self.replica.horizon());
        self.outlets.board.replica(status);
        self.outlets.board.keeps(self.replica.footprint());
    }

    fn step(&mut self, input: Input) -> Result<(), Failure> {
        let effects = self.replica.step(input);
        self.carry_out(effects)?;
        // The next epoch may be over too, where the ledger ran ahead.
        while std::mem::take(&mut self.ended) {
            let recall = !self.replica.has_recalled();
            let (replica, first) = self.succession.enter(self.clock.read(), recall)?;
            self.replica = replica;
            self.carry_out(first)?;
        }
        Ok(())
    }

    /// In order: it is a contract.
    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Failure> {
        for effect in effects {
            self.carry_out_one(effect)?;
        }
        Ok(())
    }

    fn carry_out_one(&mut self, effect: Effect) -> Result<(), Failure> {
        let out = &self.outlets;
        match effect {
            Effect::Persist(request) => {
                if let Some(votes) = &out.votes {
                    deliver(votes, VoteWork::Persist(Box::new(request)), "votes")?;
                }
            }
            Effect::Send { to, message } => {
                failpoint::sending(&message, || out.network.send_consensus(to, &message));
            }
            Effect::Broadcast(message) => {
                failpoint::sending(&message, || out.network.broadcast_consensus(&message));
            }
            Effect::FetchBatch { reference, from } => out.pool.fetch(&reference, &from),
            Effect::Ordered { height, references } => {
                deliver(&out.batches, BatchWork::Ordered { height, references }, "batches")?;
            }
            Effect::Execute { height, proposal } => {
                deliver(&out.executor, Command::Execute { height, proposal }, "executor")?;
            }
            Effect::StoreCertificate(certificate) => {
                deliver(&out.executor, Command::StoreCertificate(certificate), "executor")?;
            }
            Effect::Sync { target, from } => deliver(&out.sync, SyncTarget { target, from }, "sync")?,
            Effect::ReleaseBatches { low: _, references } | Effect::ExpireBatches { references } => {
                deliver(&out.batches, BatchWork::Drop(references), "batches")?;
            }
            Effect::EpochEnded { .. } => self.ended = true,
            Effect::SendEpochEnd { to, epoch } => {
                if let Some(certificate) = self.succession.epoch_end(epoch)? {
                    out.network.send_consensus(to, &Message::Certificate(certificate));
                }
            }
            Effect::MemoryLost => {
                self.succession.lose_memory();
                if let Some(votes) = &out.votes {
                    deliver(votes, VoteWork::Forget, "votes")?;
                }
            }
            Effect::Evidence(evidence) => self.keep(&evidence),
            Effect::Notice(notice) => self.tell(&notice),
            Effect::Halt(halt) => return Err(self.halt(halt)),
        }
        Ok(())
    }

    /// Counts it; the log gets a line at the first, second, fourth, ... piece only.
    fn keep(&self, evidence: &Evidence) {
        let count = self.outlets.board.evidence();
        match evidence {
            Evidence::Equivocation { first, .. } if count.is_power_of_two() => {
                let (validator, kind) = (first.signer, first.statement.kind());
                tracing::warn!(%validator, ?kind, count, "two statements for one slot: it is faulty or runs twice");
            }
            Evidence::Equivocation { .. } => {}
        }
    }

    fn tell(&self, notice: &Notice) {
        match notice {
            Notice::ViewChangeStarted { view, reason } => {
                self.outlets.board.view_change(reason);
                tracing::warn!(%view, reason, "asking for a new view");
            }
            Notice::ViewInstalled { view, primary } => {
                tracing::info!(%view, primary = %name_of(*primary), "a view begins");
            }
            Notice::NotVoting { reason } => tracing::warn!(reason, "this node does not vote"),
            Notice::NoQuorumForHeader { height } => {
                tracing::error!(%height, "no header can reach a quorum at this height: validators computed different blocks");
            }
            Notice::ExecutedDiffers { height } => {
                tracing::warn!(%height, "a new view names another digest than the block executed here");
            }
        }
    }

    fn halt(&self, halt: Halt) -> Failure {
        tracing::error!(?halt, "consensus stops");
        halt.into()
    }
}

fn name_of(index: ValidatorIndex) -> String {
    format!("validator {index}")
}

fn deliver<T>(queue: &Sender<T>, item: T, name: &'static str) -> Result<(), Failure> {
    // A closed queue means that its thread ended; the supervisor already knows why.
    queue
        .send(item)
        .map_err(|_| Failure::new(crate::exit::ExitCode::Internal, format!("the {name} thread is gone")))
}

/// Encodes a message once for all who get it.
#[must_use]
pub fn encode(message: &Message) -> bytes::Bytes {
    types::codec::encode(message).into()
}
