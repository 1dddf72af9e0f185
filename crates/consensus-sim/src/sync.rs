//! Block sync: what was missed comes from others' block stores. Each block is verified by its certificate
//! before anything is done with it. A block that is executed here already is asked for as long as its
//! certificate is missing: the others' replicas forget old certificates, their ledgers do not (seed 8).

use std::rc::Rc;

use consensus::{Tip, record::Voting};
use types::{Certificate, Height, ValidatorIndex};

use crate::{
    environment::Environment,
    epochs::verifier_of,
    executor::{Origin, Task},
    mempool::Held,
    node::Node,
    packet::{Packet, SyncedBlock},
    queue::Place,
    store::{StoredBlock, Write},
    time::{MILLISECOND, Micros},
};

pub(crate) const BLOCKS_PER_ANSWER: u64 = 16;
const SYNC_RETRY: Micros = 120 * MILLISECOND;

/// What is being fetched.
#[derive(Debug, Default)]
pub(crate) struct SyncState {
    /// The height of the newest certificate that the replica showed.
    target: Height,
    /// Up to here blocks and certificates are here, or on their way to the disk.
    received: Height,
    from: Vec<ValidatorIndex>,
    asked_at: Micros,
    tries: usize,
    /// Above the target: until the tip, for the chain grows while blocks are fetched, and with a small window
    /// the target alone never leads inside it. None before the first target.
    tip: Option<Tip>,
}

impl Node {
    /// The replica lacks certified blocks.
    pub fn sync_to(&mut self, env: &mut Environment, target: &Certificate, from: Vec<ValidatorIndex>) {
        if self.is_honest() {
            env.invariants.certificate(target);
        }
        self.sync.target = self.sync.target.max(target.height);
        self.sync.from = from;
        self.sync.tip = Some(Tip::new(self.identity.one_honest(), self.identity.parameters.window));
        self.sync_again(env);
    }

    /// Asks for the next blocks, each time somebody else.
    pub fn sync_again(&mut self, env: &mut Environment) {
        let next = self.next_wanted();
        let is_open = self.sync.asked_at > 0;
        if is_open && env.now < self.sync.asked_at + SYNC_RETRY {
            return;
        }
        if is_open {
            self.sync_answered(0);
        }
        // Who does not vote is not told of everything; it looks for itself.
        let is_reached = next > self.sync.target && self.sync.tip.is_none_or(|tip| tip.is_reached());
        if is_reached && matches!(self.voting, Voting::Active(_)) {
            return;
        }
        self.sync.asked_at = env.now;
        self.sync.tries += 1;
        let members = &self.identity.members;
        // Between two turns of those who offered it, the next of all: each in its turn (seed 2000358).
        let turns = self.sync.from.len() + 1;
        let (any, _) = members[(self.sync.tries / turns + self.place) % members.len()];
        let offered = self.sync.from.get(self.sync.tries % turns).copied();
        let to = offered.and_then(|index| self.identity.person(index)).unwrap_or(any);
        if to != self.person {
            env.post_to(self.place, to, &Rc::new(Packet::FetchBlocks(next)));
        }
    }

    /// An answer, or none, brought so many heights.
    fn sync_answered(&mut self, brought: u64) {
        self.sync.asked_at = 0;
        if self.next_wanted() > self.sync.target
            && let Some(tip) = &mut self.sync.tip
        {
            tip.note(brought);
        }
    }

    /// The first height that lacks its block or its certificate.
    fn next_wanted(&self) -> Height {
        self.store.certified().min(self.executor.last_queued()).max(self.sync.received).next()
    }

    /// Somebody lacks blocks.
    pub fn serve_blocks(&mut self, env: &mut Environment, from: Place, first: Height) {
        if let Some(lie) = self.sync_lie(env) {
            return self.lie_about_blocks(env, from, first, lie);
        }
        let blocks = self.store.certified_blocks(first, BLOCKS_PER_ANSWER);
        env.post(self.place, from, &Rc::new(Packet::Blocks(blocks)));
    }

    /// Blocks arrive.
    pub fn receive_blocks(&mut self, env: &mut Environment, blocks: &[SyncedBlock]) {
        let next = self.next_wanted();
        for (block, certificate) in blocks {
            let height = block.header.height;
            let sound = certificate.height == height
                && certificate.header_hash == block.header.hash()
                && block.header.proposal == block.proposal.digest()
                && block.has_all_batches();
            if !sound || !self.is_certificate(certificate) {
                env.statistics.rejected += 1;
                return;
            }
            let last = self.executor.last_queued();
            if height == last.next() {
                self.keep_bodies(block);
                let (proposal, batches) = (block.proposal.clone(), block.batches.clone());
                let origin = Origin::Synced(Box::new(certificate.clone()));
                self.queue_task(env, Task { height, proposal, batches, origin });
            } else if height <= last && !self.store.has_certificate(height) {
                self.write(env, Write::Certificate(certificate.clone()));
            }
            if height == self.next_wanted() {
                self.sync.received = height;
            }
        }
        let brought = self.next_wanted().since(next);
        self.sync_answered(brought);
        // A repeated answer is no reason to ask once more.
        if brought > 0 {
            self.sync_again(env);
        }
    }

    /// Whether a certificate is one of the set of its height, as the state says that was executed here: that
    /// of the block itself, where there is one, as execution may be in the next epoch already (seed 2000076).
    fn is_certificate(&self, certificate: &Certificate) -> bool {
        let own = self.store.state_at(certificate.height).map(|state| Rc::clone(&state.identity));
        let identity = own.unwrap_or_else(|| Rc::clone(self.executor.chain.of(certificate.height)));
        if *identity == *self.identity {
            return self.verifier.verify_certificate(certificate.clone()).is_ok();
        }
        verifier_of(&identity).verify_certificate(certificate.clone()).is_ok()
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
