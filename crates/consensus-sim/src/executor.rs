//! A node's simulated executor: real headers whose content is a function of the parent and the batches.

use std::{
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use types::{
    BlockHash, Certificate, ChainId, Epoch, Header, Height, Proposal, StateRoot, TimeMs, ValidatorSetHash,
    hash::sha256,
};

use crate::{mempool::StoredBatch, mutant::Mutant, store::StoredBlock};

/// Why a height is executed.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// The replica decided it.
    Decided,
    /// It came with its certificate from a peer.
    Synced(Box<Certificate>),
}

/// A height to execute.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub height: Height,
    pub proposal: Proposal,
    pub batches: Vec<Rc<StoredBatch>>,
    pub origin: Origin,
}

/// The newest executed state (in memory; rebuilt from the durable blocks after a crash).
#[derive(Debug, Clone, Default)]
pub(crate) struct Executor {
    hash: BlockHash,
    height: Height,
    time: TimeMs,
    state: StateRoot,
    seen: BTreeSet<u64>,
    pub queue: VecDeque<Task>,
}

impl Executor {
    /// The state after these durable blocks.
    pub fn recover<'b>(blocks: impl Iterator<Item = &'b Rc<StoredBlock>>) -> Self {
        let mut executor = Self::default();
        for block in blocks {
            executor.seen.extend(&block.executed);
            executor.advance(&block.header, block.hash);
        }
        executor
    }

    /// The height after which the next task must come: executed or queued.
    pub fn last_queued(&self) -> Height {
        self.queue.back().map_or(self.height, |task| task.height)
    }

    /// Executes a proposal on top of the newest state.
    pub fn execute(&mut self, chain: ChainId, task: &Task, mutant: Option<Mutant>) -> StoredBlock {
        let mut executed = Vec::new();
        for id in task.batches.iter().flat_map(|batch| &batch.transactions) {
            if self.seen.insert(*id) || mutant == Some(Mutant::NoDedup) {
                executed.push(*id);
            }
        }
        let bytes: Vec<u8> = executed.iter().flat_map(|id| id.to_le_bytes()).collect();
        let header = Header {
            version: 1,
            chain_id: chain,
            epoch: Epoch::ZERO,
            height: task.height,
            parent: self.hash,
            time: task.proposal.time.max(self.time.next()),
            proposal: task.proposal.digest(),
            transactions_root: sha256("sim.transactions", &[&bytes]),
            transaction_count: u32::try_from(executed.len()).unwrap_or(u32::MAX),
            results_root: [0; 32],
            state_root: StateRoot::new(sha256("sim.state", &[self.state.as_bytes(), &bytes])),
            active_set: ValidatorSetHash::default(),
            next_set: ValidatorSetHash::default(),
            rules: 1,
        };
        let hash = header.hash();
        self.advance(&header, hash);
        StoredBlock { header, hash, proposal: task.proposal.clone(), batches: task.batches.clone(), executed }
    }

    fn advance(&mut self, header: &Header, hash: BlockHash) {
        self.hash = hash;
        self.height = header.height;
        self.time = header.time;
        self.state = header.state_root;
    }
}
