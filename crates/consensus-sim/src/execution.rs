//! Execution of what was decided and of what came by sync: one idempotent commit keyed by height (SmartBFT
//! #484, #663; besu #1734). Blocks and certificates are told to the replica when they are durable.

use std::{collections::VecDeque, rc::Rc};

use consensus::{Input, Statement};
use types::{Certificate, Height, Proposal, certificate::CheckpointStatement};

use crate::{
    environment::Environment,
    executor::{Origin, Rules, Task},
    mutant::Mutant,
    node::Node,
    queue::Event,
    store::{StoredBlock, Write},
};

impl Node {
    /// The replica decided a height by votes: queue it, unless sync was faster.
    pub fn decided(&mut self, env: &mut Environment, height: Height, proposal: Proposal) {
        let place = self.place;
        if self.is_honest() {
            env.invariants.decided(place, height, proposal.digest());
        }
        let last = self.executor.last_queued();
        if height <= last {
            return;
        }
        if height != last.next() {
            env.violate("execution_order", format!("node {place} wants {height} executed after {last}"));
            return;
        }
        let held = |reference: &types::BatchRef| {
            self.mempool.held.get(&reference.digest).filter(|held| held.durable)
        };
        let batches: Option<Vec<_>> = proposal
            .references
            .iter()
            .map(|reference| held(reference).map(|held| Rc::clone(&held.batch)))
            .collect();
        let Some(batches) = batches else {
            env.violate(
                "execution_order",
                format!("node {place} wants {height} executed without its batches"),
            );
            return;
        };
        self.queue_task(env, Task { height, proposal, batches, origin: Origin::Decided });
    }

    /// One more height for the executor.
    pub fn queue_task(&mut self, env: &mut Environment, task: Task) {
        self.executor.queue.push_back(task);
        if self.executor.queue.len() == 1 {
            self.begin_execution(env);
        }
    }

    fn begin_execution(&mut self, env: &mut Environment) {
        let at = env.now + env.execution_duration(self.place);
        env.queue.push(at, Event::Executed { place: self.place, run: self.run });
    }

    /// The executor finished its next task: write the block with our checkpoint, durably.
    pub fn executed(&mut self, env: &mut Environment) {
        let Some(task) = self.executor.queue.front().cloned() else { return };
        let rules = Rules { orders: &env.orders, mutant: env.mutant };
        let block = Rc::new(self.executor.execute(&task, &rules));
        self.executor.queue.pop_front();
        if self.is_honest() && env.invariants.executed(self.place, &block) {
            env.note_first_execution(self.place, &block);
        }
        let (place, height, hash) = (self.place, task.height, block.hash);
        env.say(|| format!("{place} executed {height} {hash:?} {:?}", task.origin));
        let checkpoint = self.sign_checkpoint(&block);
        self.write(env, Write::Block(block, checkpoint));
        if let Origin::Synced(certificate) = task.origin {
            env.statistics.synced += 1;
            let header_hash = certificate.header_hash;
            if header_hash != hash && self.is_honest() {
                env.violate(
                    "divergence",
                    format!("node {place} executed {hash:?} at {height}, not {header_hash:?}"),
                );
            }
            self.write(env, Write::Certificate(*certificate));
        }
        if !self.executor.queue.is_empty() {
            self.begin_execution(env);
        }
    }

    /// Where the set of the block's epoch names the log that we have.
    fn sign_checkpoint(&self, block: &StoredBlock) -> Option<types::Signature> {
        let identity = &block.state.identity;
        let index = identity.index_of(self.person)?;
        if identity.log_of(self.person) != Some(self.log_id) {
            return None;
        }
        let statement = CheckpointStatement { height: block.header.height, header_hash: block.hash };
        Some(identity.state(index, Statement::Checkpoint(statement)).signature)
    }

    /// Hands a write to the disk of the block store.
    pub fn write(&mut self, env: &mut Environment, write: Write) {
        if self.dies_of_full_disk(env) {
            return;
        }
        if self.store.disk.write(write) {
            self.begin_store_sync(env);
        }
    }

    fn begin_store_sync(&mut self, env: &mut Environment) {
        self.store.disk.begin_sync();
        let at = env.now + env.sync_duration(self.place);
        env.queue.push(at, Event::StoreSynced { place: self.place, run: self.run });
    }

    /// A synced write of the block store ended: tell the replica what is durable now.
    pub fn store_synced(&mut self, env: &mut Environment) {
        let (writes, more) = self.store.disk.finish_sync();
        if more {
            self.begin_store_sync(env);
        }
        let mut inputs = VecDeque::new();
        for write in writes {
            self.store.apply(write.clone());
            match write {
                Write::Block(block, checkpoint) => {
                    if self.is_honest() {
                        env.invariants.checkpoint_synced(self.place, checkpoint);
                    }
                    inputs.push_back(Input::Executed {
                        height: block.header.height,
                        header_hash: block.hash,
                        proposal: block.header.proposal,
                        references: block.proposal.references.clone(),
                        time: block.header.time,
                        checkpoint,
                        boundary: block.state.boundary(),
                    });
                }
                Write::Certificate(certificate) => {
                    if let Ok(certificate) = self.verifier.verify_certificate(certificate) {
                        inputs.push_back(Input::Certificate(certificate));
                    }
                }
            }
        }
        self.tell_certified(&mut inputs);
        if env.is_failpoint() {
            self.crash_here(env);
            return;
        }
        self.feed(env, inputs);
    }

    fn tell_certified(&mut self, inputs: &mut VecDeque<Input>) {
        let certified = self.store.certified();
        if certified.get() > self.told_certified {
            self.told_certified = certified.get();
            inputs.push_back(Input::CertificateDurable(certified));
        }
    }

    /// The replica has a certificate to make durable.
    pub fn store_certificate(
        &mut self,
        env: &mut Environment,
        mut certificate: Certificate,
        inputs: &mut VecDeque<Input>,
    ) {
        if env.mutant == Some(Mutant::ShortCertificates) {
            certificate = shorten(&certificate, self.identity.validators.len());
        }
        if self.is_honest() {
            env.invariants.certificate(&certificate);
        }
        if self.store.has_certificate(certificate.height) {
            inputs.push_back(Input::CertificateDurable(certificate.height.min(self.store.certified())));
            return;
        }
        self.write(env, Write::Certificate(certificate));
    }
}

/// The certificate without its last signer.
fn shorten(certificate: &Certificate, validators: usize) -> Certificate {
    let signers = certificate.signer_indices().into_iter();
    let mut votes: Vec<_> = signers.zip(certificate.signatures.iter().copied()).collect();
    votes.pop();
    Certificate::assemble(certificate.epoch, certificate.statement(), validators, &votes)
}
