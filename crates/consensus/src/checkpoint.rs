//! Executed blocks and checkpoints (PBFT §4.3). Deviation: there is a checkpoint at every height; q equal
//! ones are the block's certificate, which is also the stable checkpoint.

use std::collections::BTreeMap;

use types::{
    BlockHash, Certificate, Height, ProposalDigest, Signature, ValidatorIndex,
    certificate::CheckpointStatement,
};

use crate::{
    effect::{Effect, Evidence, Halt, Notice},
    message::{Message, SignedStatement, Statement},
    record::ExecutedBlock,
    replica::Replica,
};

/// One checkpoint per validator and height.
pub(crate) type Checkpoints = BTreeMap<Height, BTreeMap<ValidatorIndex, (BlockHash, Signature)>>;

impl Replica {
    pub(crate) fn on_executed(&mut self, block: ExecutedBlock) {
        let height = block.height;
        if height <= self.chain.executed || height > self.chain.within_epoch(height) {
            return;
        }
        let decided = self.chain.committed.get(&height).map(|committed| committed.digest);
        if decided.is_some_and(|digest| digest != block.proposal) {
            return self.halt(Halt::ConflictingCertificates {
                height,
                what: "executed another digest than committed",
            });
        }
        self.chain.executed = height;
        self.chain.requested = self.chain.requested.max(height);
        if block.proposal != null_digest() {
            self.chain.last_timed = self.chain.last_timed.max(height);
        }
        if decided.is_none() {
            self.batches.note_ordered(&block.references, self.clock.monotonic);
        }
        self.learn_boundary(block.boundary);
        self.take_executed(block);
        self.execute_ready();
        self.store_certificates();
        self.move_low();
    }

    /// Books an executed block with our checkpoint on it.
    pub(crate) fn take_executed(&mut self, block: ExecutedBlock) {
        let (height, header_hash) = (block.height, block.header_hash);
        self.chain.blocks.insert(height, block.clone());
        if let Some(certificate) = self.chain.certificates.get(&height) {
            let certified = certificate.header_hash;
            if certified != header_hash {
                return self.halt(Halt::Diverged { height, ours: header_hash, certified });
            }
        }
        let (Some(me), Some(signature)) = (self.me(), block.checkpoint) else { return };
        self.checkpoints.entry(height).or_default().insert(me, (header_hash, signature));
        if self.can_vote() {
            let signed = self.checkpoint_statement(height, me, header_hash, signature);
            self.effects.push(Effect::Broadcast(Message::Signed(signed)));
        }
        self.try_certify(height);
    }

    pub(crate) fn checkpoint_statement(
        &self,
        height: Height,
        signer: ValidatorIndex,
        header_hash: BlockHash,
        signature: Signature,
    ) -> SignedStatement {
        let statement = Statement::Checkpoint(CheckpointStatement { height, header_hash });
        SignedStatement { signer, epoch: self.config.epoch, statement, signature }
    }

    pub(crate) fn on_checkpoint(&mut self, from: ValidatorIndex, signed: SignedStatement) {
        let Statement::Checkpoint(CheckpointStatement { height, header_hash }) = signed.statement else {
            return;
        };
        if self.is_me(signed.signer) {
            return;
        }
        if height <= self.chain.low {
            return self.answer_below_low(from, height);
        }
        if !self.chain.is_kept(height) {
            return;
        }
        let of_height = self.checkpoints.entry(height).or_default();
        match of_height.get(&signed.signer).copied() {
            Some((known, _)) if known == header_hash => {}
            Some((known, signature)) => {
                let first = self.checkpoint_statement(height, signed.signer, known, signature);
                self.accuse(Evidence::Equivocation { first: Box::new(first), second: Box::new(signed) });
            }
            None => {
                of_height.insert(signed.signer, (header_hash, signed.signature));
                self.try_certify(height);
            }
        }
    }

    /// q equal checkpoints make a certificate; when no header can reach q any more, that is said once.
    fn try_certify(&mut self, height: Height) {
        if self.chain.certificates.contains_key(&height) {
            return;
        }
        let Some(of_height) = self.checkpoints.get(&height) else { return };
        let mut counts: BTreeMap<BlockHash, usize> = BTreeMap::new();
        for (hash, _) in of_height.values() {
            *counts.entry(*hash).or_default() += 1;
        }
        let validators = self.config.validators.len();
        let quorum = self.config.validators.quorum();
        let Some((header_hash, most)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
        if most >= quorum {
            let equal = of_height.iter().filter(|(_, (hash, _))| *hash == header_hash);
            let votes: Vec<_> =
                equal.map(|(index, (_, signature))| (*index, *signature)).take(quorum).collect();
            let statement = CheckpointStatement { height, header_hash };
            let certificate = Certificate::assemble(self.config.epoch, statement, validators, &votes);
            let signers: Vec<_> = votes.into_iter().map(|(index, _)| index).collect();
            self.adopt_certificate(certificate, &signers);
        } else if most + (validators - of_height.len()) < quorum && self.split_at.is_none() {
            self.split_at = Some(height);
            self.notice(Notice::NoQuorumForHeader { height });
        }
    }
}

/// The digest of the null proposal.
pub(crate) fn null_digest() -> ProposalDigest {
    types::Proposal::null().digest()
}
