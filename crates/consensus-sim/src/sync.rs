//! Block sync: what was missed comes from others' block stores. A block counts as proved when its own
//! certificate verifies, or when the chain of parent hashes leads down to it from a block whose certificate
//! does. The second case is needed: heights below a stable checkpoint are never voted on again, and their
//! own certificates may need the checkpoint of the very node that lacks them (seed 207).

use std::rc::Rc;

use types::{Certificate, Height, ValidatorIndex};

use crate::{
    environment::Environment,
    executor::{Origin, Task},
    mempool::Held,
    node::Node,
    packet::{Packet, SyncedBlock},
    queue::Place,
    store::{StoredBlock, Write},
    time::{MILLISECOND, Micros},
};

const BLOCKS_PER_ANSWER: u64 = 16;
const SYNC_RETRY: Micros = 120 * MILLISECOND;

/// What is being fetched.
#[derive(Debug, Default)]
pub(crate) struct SyncState {
    /// The newest certificate that the replica showed.
    target: Option<Certificate>,
    from: Vec<ValidatorIndex>,
    asked_at: Micros,
    tries: usize,
}

impl Node {
    /// The replica lacks certified blocks.
    pub fn sync_to(&mut self, env: &mut Environment, target: Certificate, from: Vec<ValidatorIndex>) {
        if self.is_honest() {
            env.invariants.certificate(&target);
        }
        if self.sync.target.as_ref().is_none_or(|known| known.height < target.height) {
            self.sync.target = Some(target);
        }
        self.sync.from = from;
        self.sync_again(env);
    }

    /// Asks for the next blocks, each time somebody else.
    pub fn sync_again(&mut self, env: &mut Environment) {
        let Some(target) = self.sync.target.as_ref().map(|target| target.height) else { return };
        let next = self.next_wanted();
        let asked = self.sync.asked_at > 0 && env.now < self.sync.asked_at + SYNC_RETRY;
        if next > target || asked {
            return;
        }
        self.sync.asked_at = env.now;
        self.sync.tries += 1;
        let n = env.scenario.n;
        let turn = (self.sync.tries + usize::from(self.index.get())) % n;
        let any = ValidatorIndex::new(u16::try_from(turn).unwrap_or(0));
        let offered = self.sync.from.get(self.sync.tries % (self.sync.from.len() + 1)).copied();
        let to = offered.unwrap_or(any);
        if to != self.index {
            env.post_to(self.place, to, &Rc::new(Packet::FetchBlocks { first: next, target }));
        }
    }

    /// The first height that lacks its block.
    fn next_wanted(&self) -> Height {
        self.executor.last_queued().next()
    }

    /// Somebody lacks blocks: as many as fit, and as many more as it takes to a certified one or the target.
    pub fn serve_blocks(&mut self, env: &mut Environment, from: Place, first: Height, target: Height) {
        let window = env.scenario.parameters.window;
        let mut blocks = self.store.blocks_from(first, BLOCKS_PER_ANSWER.max(window));
        let ends = |(_, (block, certificate)): &(usize, &SyncedBlock)| {
            certificate.is_some() || block.header.height == target
        };
        let enough = usize::try_from(BLOCKS_PER_ANSWER).unwrap_or(usize::MAX);
        let end = blocks.iter().enumerate().skip(enough - 1).find(ends).map(|(place, _)| place + 1);
        blocks.truncate(end.unwrap_or(blocks.len()));
        if !blocks.is_empty() {
            env.post(self.place, from, &Rc::new(Packet::Blocks(blocks)));
        }
    }

    /// Blocks arrive: each is proved before anything is done with it.
    pub fn receive_blocks(&mut self, env: &mut Environment, blocks: &[SyncedBlock]) {
        let next = self.next_wanted();
        let proved = self.proved(blocks);
        env.statistics.rejected += u64::from(proved < blocks.len());
        for (block, certificate) in &blocks[..proved] {
            let (height, last) = (block.header.height, self.executor.last_queued());
            if height == last.next() {
                self.keep_bodies(block);
                let (proposal, batches) = (block.proposal.clone(), block.batches.clone());
                let certificate = certificate.clone().map(Box::new);
                let origin = Origin::Synced { header_hash: block.hash, certificate };
                self.queue_task(env, Task { height, proposal, batches, origin });
            } else if let Some(certificate) = certificate
                && height <= last
                && !self.store.has_certificate(height)
            {
                self.write(env, Write::Certificate(certificate.clone()));
            }
        }
        // A repeated answer is no reason to ask once more.
        if self.next_wanted() > next {
            self.sync.asked_at = 0;
            self.sync_again(env);
        }
    }

    /// How many of these blocks are proved: up to the last one with a good certificate of its own or from
    /// the replica, if all form a chain.
    fn proved(&self, blocks: &[SyncedBlock]) -> usize {
        let sound = |block: &StoredBlock| {
            block.header.hash() == block.hash && block.header.proposal == block.proposal.digest()
        };
        let linked = blocks.windows(2).all(|pair| {
            let (parent, child) = (&pair[0].0, &pair[1].0);
            child.header.parent == parent.hash && child.header.height == parent.header.height.next()
        });
        if !linked || !blocks.iter().all(|(block, _)| sound(block)) {
            return 0;
        }
        let names = |certificate: &Certificate, block: &StoredBlock| {
            certificate.height == block.header.height && certificate.header_hash == block.hash
        };
        let certified = |(block, certificate): &SyncedBlock| {
            let own = certificate.as_ref().is_some_and(|certificate| {
                names(certificate, block) && self.verifier.verify_certificate(certificate.clone()).is_ok()
            });
            own || self.sync.target.as_ref().is_some_and(|target| names(target, block))
        };
        // A bad certificate spoils the answer, also where a later one is good.
        let spoiled = |block: &SyncedBlock| block.1.is_some() && !certified(block);
        let good = blocks.iter().position(spoiled).unwrap_or(blocks.len());
        blocks[..good].iter().rposition(certified).map_or(0, |last| last + 1)
    }

    /// Bodies of synced blocks can be read from the ledger like those of own blocks.
    fn keep_bodies(&mut self, block: &StoredBlock) {
        for batch in &block.batches {
            let held = Held { batch: Rc::clone(batch), durable: true, ordered: true, released: true };
            self.mempool.held.entry(batch.reference.digest).or_insert(held);
        }
        self.mempool.ordered(&block.proposal.references);
    }
}
