//! A node's simulated executor: real headers whose content is a function of the parent and the batches.

use std::{
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use types::{BlockHash, Certificate, Header, Height, Proposal, StateRoot, TimeMs, hash::sha256};

use crate::{
    epochs::{ChainState, ORDER, Order},
    mempool::StoredBatch,
    mutant::Mutant,
    store::StoredBlock,
};

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

/// What execution depends on beside blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'e> {
    pub orders: &'e [Order],
    pub mutant: Option<Mutant>,
}

/// The newest executed state (in memory; rebuilt from the durable blocks after a crash).
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    /// What the state says of epochs.
    pub chain: Rc<ChainState>,
    hash: BlockHash,
    height: Height,
    time: TimeMs,
    state: StateRoot,
    seen: BTreeSet<u64>,
    pub queue: VecDeque<Task>,
}

impl Executor {
    /// Before the first block.
    pub fn new(genesis: Rc<ChainState>) -> Self {
        Self {
            chain: genesis,
            hash: BlockHash::default(),
            height: Height::ZERO,
            time: TimeMs::default(),
            state: StateRoot::default(),
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
        }
    }

    /// The state after these durable blocks.
    pub fn recover<'b>(genesis: Rc<ChainState>, blocks: impl Iterator<Item = &'b Rc<StoredBlock>>) -> Self {
        let mut executor = Self::new(genesis);
        for block in blocks {
            executor.seen.extend(&block.executed);
            executor.chain = Rc::clone(&block.state);
            executor.advance(&block.header, block.hash);
        }
        executor
    }

    /// The height after which the next task must come: executed or queued.
    pub fn last_queued(&self) -> Height {
        self.queue.back().map_or(self.height, |task| task.height)
    }

    /// Executes a proposal on top of the newest state.
    pub fn execute(&mut self, task: &Task, rules: &Rules) -> StoredBlock {
        let time = task.proposal.time.max(self.time.next());
        let mut chain = self.chain.begin(task.height);
        let mut executed = Vec::new();
        for id in task.batches.iter().flat_map(|batch| &batch.transactions) {
            if self.seen.insert(*id) || rules.mutant == Some(Mutant::NoDedup) {
                executed.push(*id);
                let order = id.checked_sub(ORDER).and_then(|order| usize::try_from(order).ok());
                if let Some(order) = order.and_then(|order| rules.orders.get(order)) {
                    chain.apply(order, task.height, time);
                }
            }
        }
        let bytes: Vec<u8> = executed.iter().flat_map(|id| id.to_le_bytes()).collect();
        let header = Header {
            version: 1,
            chain_id: chain.identity.chain,
            epoch: chain.identity.epoch,
            height: task.height,
            parent: self.hash,
            time,
            proposal: task.proposal.digest(),
            transactions_root: sha256("sim.transactions", &[&bytes]),
            transaction_count: u32::try_from(executed.len()).unwrap_or(u32::MAX),
            results_root: [0; 32],
            state_root: StateRoot::new(sha256("sim.state", &[self.state.as_bytes(), &bytes])),
            active_set: chain.identity.validators.hash(),
            next_set: chain.pending.as_ref().unwrap_or(&chain.identity).validators.hash(),
            rules: 1,
        };
        let hash = header.hash();
        self.advance(&header, hash);
        self.chain = Rc::clone(&chain);
        let (proposal, batches) = (task.proposal.clone(), task.batches.clone());
        StoredBlock { header, hash, proposal, batches, executed, state: chain }
    }

    fn advance(&mut self, header: &Header, hash: BlockHash) {
        self.hash = hash;
        self.height = header.height;
        self.time = header.time;
        self.state = header.state_root;
    }
}
