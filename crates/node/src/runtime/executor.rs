//! The executor thread: the only writer of the ledger. Executes committed proposals in height order, stores
//! certificates, imports blocks from sync, and tells the others what became durable.

use std::{
    collections::BTreeMap,
    ops::ControlFlow::{self, Break, Continue},
    sync::Arc,
};

use api::BlockFeed;
use consensus::Input;
use crossbeam_channel::{Receiver, Sender};
use ledger::{Executed, Imported, LedgerError, LedgerReader, LedgerWriter, ProposedBlock};
use mempool::MempoolHandle;
use types::{
    BatchRef, Block, Certificate, ChainId, CheckedBatch, Height, Proposal, ResultRecord,
    certificate::CheckpointStatement, ports::ChainReader as _,
};

use crate::{
    exit::{ExitCode, Failure},
    failpoint::{self, Edge},
};

use super::{board::Board, seat::Seats};

/// Certificates, and blocks from sync, made durable together.
const GROUP_MAX: usize = 64;

/// What the executor is asked.
pub enum Command {
    /// Execute the next height.
    Execute {
        /// The height.
        height: Height,
        /// What was committed; every batch is held by the mempool.
        proposal: Proposal,
    },
    /// Make a certificate durable.
    StoreCertificate(Certificate),
    /// Take a block from a peer.
    Import(Box<VerifiedBlock>),
    /// Finish what is queued and stop.
    Stop,
}

/// A block from sync whose certificate and client signatures were verified.
pub struct VerifiedBlock {
    /// The block.
    pub block: Block,
    /// Its batches, checked.
    pub batches: Vec<Arc<CheckedBatch>>,
}

/// The executor thread's possessions.
pub struct Executor {
    /// The ledger.
    pub writer: LedgerWriter,
    /// Its readers.
    pub reader: LedgerReader,
    /// Batches and pending transactions.
    pub pool: MempoolHandle,
    /// Who signs checkpoints, if anybody.
    pub seats: Arc<Seats>,
    /// The network.
    pub chain: ChainId,
    /// To the replica.
    pub replica: Sender<Input>,
    /// To the API.
    pub feed: BlockFeed,
    /// To operators.
    pub board: Arc<Board>,
    /// Results of executed blocks that clients were not told of: their certificates are not durable yet.
    pub untold: BTreeMap<Height, Vec<ResultRecord>>,
    /// The highest certified height that clients were told of.
    pub told: Height,
}

impl Executor {
    /// Serves commands until the queue closes.
    ///
    /// # Errors
    /// Divergence, damage, or a disk that refuses.
    pub fn run(mut self, commands: &Receiver<Command>) -> Result<(), Failure> {
        let mut next = None;
        loop {
            let command = match next.take() {
                Some(command) => command,
                None => match commands.recv() {
                    Ok(command) => command,
                    Err(_) => return Ok(()),
                },
            };
            match command {
                Command::Execute { height, proposal } => self.execute(height, proposal)?,
                Command::Stop => return Ok(()),
                Command::Import(first) => {
                    let group = grouped(*first, commands, &mut next, |command| match command {
                        Command::Import(verified) => Continue(*verified),
                        other => Break(other),
                    });
                    self.import(group)?;
                }
                Command::StoreCertificate(first) => {
                    let group = grouped(first, commands, &mut next, |command| match command {
                        Command::StoreCertificate(certificate) => Continue(certificate),
                        other => Break(other),
                    });
                    failpoint::around(Edge::CertificateWrite, || self.writer.store_certificates(&group))?;
                    self.tell_certified();
                }
            }
        }
    }

    fn execute(&mut self, height: Height, proposal: Proposal) -> Result<(), Failure> {
        if height <= self.reader.executed() {
            // Learnt by sync meanwhile: one idempotent commit keyed by height.
            return Ok(());
        }
        let batches = self.bodies(&proposal, height)?;
        let epoch = self.reader.next_epoch().epoch;
        let (chain, seat) = (self.chain, self.seats.get());
        let signer = seat.signer.as_ref().filter(|_| seat.epoch.epoch == epoch);
        let sign = |statement: &CheckpointStatement| {
            signer.map(|signer| signer.sign(&statement.signing_bytes(&chain, epoch)))
        };
        let block = ProposedBlock { epoch, height, proposal, batches };
        let executed = failpoint::around(Edge::BlockWrite, || self.writer.execute(&block, &sign))?;
        self.after(executed, block.proposal.references);
        // Its certificate may have been durable before.
        self.tell_certified();
        Ok(())
    }

    /// Stores blocks from sync and makes them durable together: only then anybody acts on having them.
    fn import(&mut self, group: Vec<VerifiedBlock>) -> Result<(), Failure> {
        let mut stored = Vec::with_capacity(group.len());
        for VerifiedBlock { block, batches } in group {
            match failpoint::around(Edge::BlockImport, || self.writer.import_of_many(&block, batches)) {
                Ok(Imported::Executed(executed)) => stored.push((*executed, block.proposal.references)),
                Ok(Imported::AlreadyHere) => {}
                // What a peer sent, or a gap: sync asks again from where the ledger stands.
                Err(error @ (LedgerError::InvalidBlock { .. } | LedgerError::NotNext { .. })) => {
                    tracing::warn!(%error, "a block from a peer is not taken");
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if !stored.is_empty() {
            self.writer.sync()?;
        }
        for (executed, references) in stored {
            self.pool.ordered(executed.header.height, &references);
            self.after(executed, references);
        }
        self.tell_certified();
        Ok(())
    }

    fn bodies(&self, proposal: &Proposal, height: Height) -> Result<Vec<Arc<CheckedBatch>>, Failure> {
        let body = |reference: &BatchRef| {
            self.pool.get(&reference.digest).ok_or_else(|| {
                Failure::new(
                    ExitCode::Internal,
                    format!(
                        "batch {} of height {height} is not held although consensus was told so",
                        reference.digest
                    ),
                )
            })
        };
        proposal.references.iter().map(body).collect()
    }

    fn after(&mut self, executed: Executed, references: Vec<BatchRef>) {
        let height = executed.header.height;
        let ids: Vec<_> =
            executed.results.iter().filter(|result| result.consumes_id()).map(|result| result.id).collect();
        self.pool.committed(&ids);
        self.pool.set_chain_time(executed.header.time);
        self.board.executed(&executed.results);
        self.say(Input::Executed {
            height,
            header_hash: executed.hash,
            proposal: executed.header.proposal,
            references,
            time: executed.header.time,
            checkpoint: executed.checkpoint,
            boundary: executed.boundary,
        });
        self.untold.insert(height, executed.results);
    }

    /// Tells replica and clients of every height that is now executed, certified and durable.
    fn tell_certified(&mut self) {
        let certified = self.reader.certified();
        let height = certified.header.height;
        if height <= self.told {
            return;
        }
        self.say(Input::CertificateDurable(height));
        while self.told < height {
            self.told = self.told.next();
            let results = self.results(self.told);
            failpoint::around(Edge::ClientsTold, || self.feed.certified(self.told, &results));
            self.board.certified();
        }
    }

    /// Of a block executed before a restart and certified after it, the ledger knows the results.
    fn results(&mut self, height: Height) -> Vec<ResultRecord> {
        if let Some(results) = self.untold.remove(&height) {
            return results;
        }
        match self.reader.block_view(height) {
            Ok(Some(block)) => block.transactions.into_iter().map(|(_, result)| result).collect(),
            Ok(None) => Vec::new(),
            Err(error) => {
                tracing::error!(%height, %error, "the results of a certified block cannot be read");
                Vec::new()
            }
        }
    }

    fn say(&self, input: Input) {
        // The replica's queue closes only when the node stops.
        let _ = self.replica.send(input);
    }
}

/// What waits behind the first and is of its kind, up to [`GROUP_MAX`]; the first of another kind is left in `next`.
fn grouped<T>(
    first: T,
    commands: &Receiver<Command>,
    next: &mut Option<Command>,
    kind: impl Fn(Command) -> ControlFlow<Command, T>,
) -> Vec<T> {
    let mut group = vec![first];
    while group.len() < GROUP_MAX
        && let Ok(command) = commands.try_recv()
    {
        match kind(command) {
            Continue(one) => group.push(one),
            Break(other) => {
                *next = Some(other);
                break;
            }
        }
    }
    group
}
