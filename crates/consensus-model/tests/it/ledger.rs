//! The ledgers: a block is executed and durable at once, its checkpoint is signed with it.

use consensus::{ExecutedBlock, Input, Statement};
use consensus_model::{
    inbox::Header,
    terms::{Digest, HEIGHTS, Height, Index, at},
};
use types::{Certificate, Proposal, TimeMs, certificate::CheckpointStatement};

use crate::{
    code::Code,
    keys::{WALL, header_hash},
};

impl Code {
    /// Executes the next block; the replica is to be told so.
    pub fn executed(&mut self, me: Index, height: types::Height, proposal: &Proposal) -> Input {
        let place = u8::try_from(height.get()).unwrap();
        let mut header: Header = [None; HEIGHTS];
        for (digest, block) in header.iter_mut().zip(&self.nodes[&me].blocks) {
            *digest = Some(self.labels[&block.proposal]);
        }
        header[at(place)] = Some(self.labels[&proposal.digest()]);
        let header_hash = header_hash(place, &header);
        let statement = Statement::Checkpoint(CheckpointStatement { height, header_hash });
        let block = ExecutedBlock {
            height,
            header_hash,
            proposal: proposal.digest(),
            references: proposal.references.clone(),
            time: TimeMs::new(WALL + height.get()),
            checkpoint: Some(self.keys.sign(me, statement).signature),
            boundary: None,
        };
        self.node(me).blocks.push(block.clone());
        Input::Executed {
            height,
            header_hash,
            proposal: block.proposal,
            references: block.references,
            time: block.time,
            checkpoint: block.checkpoint,
            boundary: None,
        }
    }

    /// A certified block comes from others.
    pub fn sync(&mut self, me: Index, height: Height, digest: Digest, certificate: Certificate) {
        let certificate = self.node(me).verifier.verify_certificate(certificate).expect("good");
        self.input(me, Input::Certificate(certificate));
        let proposal = self.proposals[&(height, digest)].clone();
        let input = self.executed(me, types::Height::new(u64::from(height)), &proposal);
        self.input(me, input);
    }
}
