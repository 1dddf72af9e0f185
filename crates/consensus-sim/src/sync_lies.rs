//! Peers that lie to those who fetch blocks (`threats.md` F24, C21; bugs 34, 39, 67, 68): a peer's claims
//! never steer a node into a wall, and progress needs one honest peer.

use std::rc::Rc;

use consensus::{Message, Status};
use types::{BlockHash, Certificate, Height};

use crate::{
    environment::Environment,
    node::Node,
    packet::{Packet, SyncedBlock},
    prng::Prng,
    queue::Place,
    store::StoredBlock,
    sync::BLOCKS_PER_ANSWER,
    time::{MILLISECOND, Micros},
};

/// What a peer does to those who ask for blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncLie {
    /// It does not answer.
    Silent,
    /// It leaves out the first block that is wanted.
    Gap,
    /// It changes a block: state, proposal or transactions.
    WrongBlock,
    /// Its certificates are of other blocks, or short.
    WrongCertificate,
    /// It answers with blocks that nobody asked for.
    Older,
    /// It answers after seconds.
    Slow,
    /// It claims to have every height there is.
    Highest,
}

const SLOW: Micros = 2_500 * MILLISECOND;

impl SyncLie {
    /// One of them.
    pub fn draw(prng: &mut Prng) -> Self {
        match prng.below(7) {
            0 => Self::Silent,
            1 => Self::Gap,
            2 => Self::WrongBlock,
            3 => Self::WrongCertificate,
            4 => Self::Older,
            5 => Self::Slow,
            _ => Self::Highest,
        }
    }
}

impl Node {
    /// How this node lies to those who fetch blocks.
    pub fn sync_lie(&self, env: &Environment) -> Option<SyncLie> {
        env.scenario.sync_lies.iter().find(|(place, _)| *place == self.place).map(|(_, lie)| *lie)
    }

    /// What this node says of its heights.
    pub fn lie_about_heights(&self, env: &mut Environment, message: Message) -> Message {
        match message {
            Message::Status(status) if self.sync_lie(env) == Some(SyncLie::Highest) => {
                env.statistics.sync_lies += 1;
                let highest = Height::new(u64::MAX);
                Message::Status(Status { low: highest, executed: highest, certified: highest, ..status })
            }
            other => other,
        }
    }

    /// Answers somebody who lacks blocks, in this node's way.
    pub fn lie_about_blocks(&self, env: &mut Environment, to: Place, first: Height, lie: SyncLie) {
        env.statistics.sync_lies += 1;
        let true_blocks = self.store.certified_blocks(first, BLOCKS_PER_ANSWER);
        let (blocks, wait) = match lie {
            SyncLie::Silent | SyncLie::Highest => return,
            SyncLie::Slow => (true_blocks, SLOW),
            SyncLie::Gap => (true_blocks.into_iter().skip(1).collect(), 0),
            SyncLie::Older => {
                let older = Height::new(first.get().saturating_sub(5).max(1));
                (self.store.certified_blocks(older, 3), 0)
            }
            SyncLie::WrongBlock => {
                (true_blocks.into_iter().enumerate().map(|(turn, block)| changed(turn, block)).collect(), 0)
            }
            SyncLie::WrongCertificate => {
                let n = self.identity.validators.len();
                (true_blocks.into_iter().enumerate().map(|(turn, block)| forged(turn, n, block)).collect(), 0)
            }
        };
        env.post_later(self.place, to, &Rc::new(Packet::Blocks(blocks)), wait);
    }
}

/// The block with one thing changed; its hash is made to fit where that is possible.
fn changed(turn: usize, (block, certificate): SyncedBlock) -> SyncedBlock {
    let mut other = StoredBlock {
        header: block.header.clone(),
        hash: block.hash,
        proposal: block.proposal.clone(),
        batches: block.batches.clone(),
        executed: block.executed.clone(),
        state: Rc::clone(&block.state),
    };
    match turn % 3 {
        0 => other.header.state_root = types::StateRoot::new([0xee; 32]),
        1 => other.proposal.references.clear(),
        _ => other.batches.clear(),
    }
    other.hash = other.header.hash();
    (Rc::new(other), certificate)
}

/// The block with a certificate that does not prove it.
fn forged(turn: usize, validators: usize, (block, certificate): SyncedBlock) -> SyncedBlock {
    let mut forged = certificate.clone();
    match turn % 3 {
        0 => forged.header_hash = BlockHash::new([0xee; 32]),
        1 => {
            let signers = certificate.signer_indices().into_iter();
            let one: Vec<_> = signers.zip(certificate.signatures.iter().copied()).take(1).collect();
            forged = Certificate::assemble(certificate.epoch, certificate.statement(), validators, &one);
        }
        _ => {
            if let Some(first) = forged.signatures.first().copied() {
                forged.signatures.fill(first);
            }
        }
    }
    (block, forged)
}
