//! A node's simulated block store: executed blocks with the node's own checkpoint signature, and block
//! certificates; each write is synced, in order.

use std::{collections::BTreeMap, rc::Rc};

use consensus::{
    Recovery,
    record::{ExecutedBlock, LogRecord},
};
use types::{BlockHash, Certificate, Header, Height, Proposal, Signature};

use crate::{
    disk::{Disk, Survivors},
    epochs::ChainState,
    faults::disks::Medium,
    mempool::StoredBatch,
    packet::SyncedBlock,
    prng::Prng,
};

/// An executed block.
#[derive(Debug)]
pub(crate) struct StoredBlock {
    pub header: Header,
    pub hash: BlockHash,
    pub proposal: Proposal,
    pub batches: Vec<Rc<StoredBatch>>,
    /// The transactions that had an effect, in order.
    pub executed: Vec<u64>,
    /// The state after it, as far as epochs go.
    pub state: Rc<ChainState>,
}

impl StoredBlock {
    /// Whether the bodies are those that the proposal names.
    pub fn has_all_batches(&self) -> bool {
        let named = self.proposal.references.iter();
        named.eq(self.batches.iter().map(|batch| &batch.reference))
            && self.batches.iter().all(|batch| batch.is_what_it_says())
    }
}

/// One synced write.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Block(Rc<StoredBlock>, Option<Signature>),
    Certificate(Certificate),
}

/// Durable blocks and certificates, and writes on their way.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockStore {
    pub disk: Disk<Write>,
    blocks: BTreeMap<u64, (Rc<StoredBlock>, Option<Signature>)>,
    certificates: BTreeMap<u64, Certificate>,
    certified: u64,
}

impl BlockStore {
    /// A write became durable.
    pub fn apply(&mut self, write: Write) {
        match write {
            Write::Block(block, checkpoint) => {
                self.blocks.entry(block.header.height.get()).or_insert((block, checkpoint));
            }
            Write::Certificate(certificate) => {
                self.certificates.entry(certificate.height.get()).or_insert(certificate);
            }
        }
        while self.certificates.contains_key(&(self.certified + 1)) {
            self.certified += 1;
        }
    }

    /// The process dies; what survived is applied and returned.
    pub fn crash(&mut self, prng: &mut Prng, medium: Medium) -> Survivors<Write> {
        let survived = self.disk.crash(prng, medium);
        survived.records.iter().for_each(|write| self.apply(write.clone()));
        survived
    }

    /// What a copy of its files contains.
    pub fn durable_copy(&self) -> Self {
        let (blocks, certificates) = (self.blocks.clone(), self.certificates.clone());
        Self { disk: Disk::default(), blocks, certificates, certified: self.certified }
    }

    /// Everything is gone.
    pub fn wipe(&mut self) {
        *self = Self::default();
    }

    /// The highest height up to which every certificate is durable.
    pub fn certified(&self) -> Height {
        Height::new(self.certified)
    }

    /// The highest durable block.
    pub fn executed(&self) -> Height {
        Height::new(self.blocks.last_key_value().map_or(0, |(height, _)| *height))
    }

    /// The durable blocks, ascending.
    pub fn blocks(&self) -> impl Iterator<Item = &Rc<StoredBlock>> {
        self.blocks.values().map(|(block, _)| block)
    }

    /// The highest height that is executed and certified durably.
    pub fn low(&self) -> Height {
        Height::new(self.certified.min(self.executed().get()))
    }

    /// The state after a durable block.
    pub fn state_at(&self, height: Height) -> Option<Rc<ChainState>> {
        self.blocks.get(&height.get()).map(|(block, _)| Rc::clone(&block.state))
    }

    /// A durable certificate.
    pub fn certificate(&self, height: Height) -> Option<Certificate> {
        self.certificates.get(&height.get()).cloned()
    }

    /// Whether this height's certificate is durable.
    pub fn has_certificate(&self, height: Height) -> bool {
        self.certificates.contains_key(&height.get())
    }

    /// Certified durable blocks from `first` on, at most `count`.
    pub fn certified_blocks(&self, first: Height, count: u64) -> Vec<SyncedBlock> {
        let read = |height| {
            let (block, _) = self.blocks.get(&height)?;
            Some((Rc::clone(block), self.certificates.get(&height)?.clone()))
        };
        (first.get()..first.get() + count).map_while(read).collect()
    }

    /// What a replica starts from.
    pub fn recovery(&self, records: Vec<LogRecord>, window: u64) -> Recovery {
        let low = self.low().get();
        let kept = low.saturating_sub(window)..=low;
        let executed = self.blocks.range(low + 1..).map(|(height, (block, checkpoint))| ExecutedBlock {
            height: Height::new(*height),
            header_hash: block.hash,
            proposal: block.header.proposal,
            references: block.proposal.references.clone(),
            time: block.header.time,
            checkpoint: *checkpoint,
            boundary: block.state.boundary(),
        });
        let low_block = self.blocks.get(&low);
        Recovery {
            records,
            low: Height::new(low),
            low_hash: low_block.map(|(block, _)| block.hash).unwrap_or_default(),
            boundary: low_block.and_then(|(block, _)| block.state.boundary()).filter(|last| last.get() > low),
            low_time: low_block.map(|(block, _)| block.header.time).unwrap_or_default(),
            low_certificate: self.certificates.get(&low).cloned(),
            certificates: self.certificates.range(kept).map(|(_, certificate)| certificate.clone()).collect(),
            executed: executed.collect(),
        }
    }
}
