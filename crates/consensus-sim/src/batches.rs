//! The node's half of the mempool: packs the clients' load, spreads, stores, acknowledges, proves, fetches.

use std::{collections::VecDeque, rc::Rc};

use consensus::{Input, record::Voting};
use types::{Acknowledgement, AvailabilityProof, BatchDigest, BatchRef, ValidatorIndex};

use crate::{
    byzantine::Actor,
    environment::Environment,
    mempool::{Held, Own, StoredBatch, Want},
    node::Node,
    packet::Packet,
    queue::{Event, Place},
    time::MILLISECOND,
};

const FETCH_RETRY: u64 = 60 * MILLISECOND;
/// How often somebody who does not vote hands on what its clients want.
const SUBMIT_INTERVAL: u64 = 200 * MILLISECOND;

impl Node {
    /// Packs some transactions of clients into a batch.
    pub fn pack(&mut self, env: &mut Environment) {
        if env.load_prng.chance(20_000) {
            self.feed(env, [Input::EmptyBlockWanted].into());
        }
        let count = env.load_prng.range(1, env.scenario.load.transactions);
        let transactions = (0..count).map(|_| env.draw_transaction()).collect();
        self.pack_these(env, transactions);
    }

    /// Packs exactly these transactions.
    pub fn pack_these(&mut self, env: &mut Environment, transactions: Vec<u64>) {
        if !matches!(self.voting, Voting::Active(_)) {
            // It authors and acknowledges nothing: a peer packs them.
            if self.replica.is_some() && env.now >= self.submit_at {
                self.submit_at = env.now + SUBMIT_INTERVAL;
                self.submit(env, transactions);
            }
            return;
        }
        // The epoch's limit: 34 bytes and 16 for each of these small transactions, rounded up.
        let most = (self.identity.parameters.max_batch_bytes as usize).saturating_sub(64) / 24;
        for transactions in transactions.chunks(most.max(1)) {
            self.pack_one(env, transactions.to_vec());
        }
    }

    fn pack_one(&mut self, env: &mut Environment, transactions: Vec<u64>) {
        let waiting = self.mempool.own.len();
        if self.replica.is_none() || waiting >= self.identity.parameters.batches_per_author as usize {
            return;
        }
        let expires = self.clock.read(env.now).wall.plus(self.identity.parameters.batch_lifetime_ms);
        self.mempool.next_sequence += 1;
        let batch = StoredBatch::pack(
            self.identity.epoch,
            self.index,
            self.mempool.next_sequence,
            expires,
            transactions,
        );
        let batch = Rc::new(batch);
        let digest = batch.reference.digest;
        self.mempool.own.insert(self.mempool.next_sequence, Own::new(digest));
        // Spreading overlaps the author's own store.
        self.spread(env, &batch, &[]);
        self.store_batch(env, batch);
    }

    fn spread(&mut self, env: &mut Environment, batch: &Rc<StoredBatch>, not_to: &[ValidatorIndex]) {
        let packet = Rc::new(Packet::Batch(Rc::clone(batch)));
        let (index, identity) = (self.index, Rc::clone(&self.identity));
        for to in identity.validators.indices().filter(|to| *to != index && !not_to.contains(to)) {
            if self.actor.as_ref().is_some_and(|actor| actor.withholds_batch(&identity, to)) {
                env.note_mischief(&self.identity, 1);
                continue;
            }
            self.post_to_index(env, to, &packet);
        }
    }

    fn store_batch(&mut self, env: &mut Environment, batch: Rc<StoredBatch>) {
        let digest = batch.reference.digest;
        let held = Held { batch, durable: false, ordered: false, released: false };
        self.mempool.held.insert(digest, held);
        let at = env.now + env.sync_duration(self.place);
        env.queue.push(at, Event::BatchSynced { place: self.place, run: self.run, digest });
    }

    /// A batch is durable: acknowledge it, tell the replica.
    pub fn batch_synced(&mut self, env: &mut Environment, digest: &BatchDigest) {
        let Some(held) = self.mempool.held.get_mut(digest) else { return };
        held.durable = true;
        let reference = held.batch.reference;
        self.mempool.wanted.remove(digest);
        self.acknowledge(env, reference);
        self.feed(env, [Input::BatchHeld(reference)].into());
    }

    fn acknowledge(&mut self, env: &mut Environment, reference: BatchRef) {
        let is_legal = reference.epoch == self.identity.epoch
            && reference.bytes <= self.identity.parameters.max_batch_bytes;
        if !is_legal || !matches!(self.voting, Voting::Active(_)) {
            return;
        }
        let acknowledgement = self.identity.acknowledge(self.index, reference);
        if reference.author == self.index {
            self.receive_acknowledgement(env, &acknowledgement);
        } else {
            self.post_to_index(env, reference.author, &Rc::new(Packet::Acknowledge(acknowledgement)));
        }
    }

    /// A batch arrives, spread or fetched.
    pub fn receive_batch(&mut self, env: &mut Environment, _from: Place, batch: &Rc<StoredBatch>) {
        if batch.reference.epoch != self.identity.epoch {
            return;
        }
        match self.mempool.held.get(&batch.reference.digest) {
            Some(held) if held.durable => self.acknowledge(env, batch.reference),
            Some(_) => {}
            None => self.store_batch(env, Rc::clone(batch)),
        }
    }

    /// Somebody acknowledges an own batch.
    pub fn receive_acknowledgement(&mut self, env: &mut Environment, acknowledgement: &Acknowledgement) {
        let reference = acknowledgement.reference;
        // The author's own acknowledgement counts first: without its durable copy there is no proof.
        if !self.identity.is_acknowledged(acknowledgement) || !self.mempool.is_durable(&reference.digest) {
            return;
        }
        let (one_honest, quorum) = (self.identity.one_honest(), self.identity.quorum());
        let Some(proof) = self.mempool.acknowledge(acknowledgement, one_honest, quorum) else { return };
        self.spread_proof(env, &proof);
        let acks = proof.signatures.len();
        self.feed(env, [Input::BatchCertified { proof, acks }].into());
    }

    fn spread_proof(&mut self, env: &mut Environment, proof: &AvailabilityProof) {
        let packet = Rc::new(Packet::Proof(proof.clone()));
        let index = self.index;
        for to in self.identity.validators.indices().filter(|to| *to != index) {
            self.post_to_index(env, to, &packet);
        }
    }

    /// Puts a packet on the wire to a validator of our epoch.
    fn post_to_index(&self, env: &mut Environment, to: ValidatorIndex, packet: &Rc<Packet>) {
        if let Some(person) = self.identity.person(to) {
            env.post_to(self.place, person, packet);
        }
    }

    /// The author proves that a batch is available.
    pub fn receive_proof(&mut self, env: &mut Environment, from: Place, proof: &AvailabilityProof) {
        // Of a batch ordered long ago a proof may still be on its way: to a restarted replica it would be news
        // of a batch that no primary ever proposes (seed 107).
        if self.mempool.is_ordered(&proof.reference.digest) {
            return;
        }
        let message = consensus::Message::BatchProof(proof.clone());
        let sender = self.identity.index_of(env.scenario.person_of(from));
        if sender.is_none_or(|sender| self.verifier.verify(sender, message).is_err()) {
            env.statistics.rejected += 1;
            return;
        }
        let acks = proof.signatures.len();
        self.feed(env, [Input::BatchCertified { proof: proof.clone(), acks }].into());
    }

    /// The replica lacks a batch.
    pub fn fetch_batch(
        &mut self,
        env: &mut Environment,
        reference: BatchRef,
        from: Vec<ValidatorIndex>,
        inputs: &mut VecDeque<Input>,
    ) {
        if self.mempool.is_durable(&reference.digest) {
            inputs.push_back(Input::BatchHeld(reference));
            return;
        }
        if self.mempool.held.contains_key(&reference.digest) {
            return;
        }
        let want = self.mempool.wanted.entry(reference.digest).or_insert(Want {
            from: Vec::new(),
            retry_at: env.now + FETCH_RETRY,
            tries: 0,
        });
        want.from = from;
        let packet = Rc::new(Packet::FetchBatch(reference.digest));
        let targets = want.from.clone();
        targets
            .into_iter()
            .filter(|to| *to != self.index)
            .for_each(|to| self.post_to_index(env, to, &packet));
    }

    /// Somebody lacks a batch.
    pub fn serve_batch(&mut self, env: &mut Environment, from: Place, digest: &BatchDigest) {
        if self.actor.as_ref().is_some_and(Actor::refuses_batches) {
            env.note_mischief(&self.identity, 1);
        } else if let Some(held) = self.mempool.held.get(digest) {
            env.post(self.place, from, &Rc::new(Packet::Batch(Rc::clone(&held.batch))));
        }
    }

    /// Sends own batches to those who did not acknowledge them, and asks again for missing ones.
    pub fn spread_again(&mut self, env: &mut Environment) {
        self.mempool.drop_expired(self.clock.read(env.now).wall);
        let one_honest = self.identity.one_honest();
        for (batch, own) in self.mempool.due(env.now) {
            let acknowledged: Vec<_> = own.acknowledgements.keys().copied().collect();
            self.spread(env, &batch, &acknowledged);
            if let Some(proof) =
                own.proof(batch.reference).filter(|proof| proof.signatures.len() >= one_honest)
            {
                self.spread_proof(env, &proof);
            }
        }
        let (n, now) = (self.identity.validators.len(), env.now);
        let mut asks = Vec::new();
        for (digest, want) in self.mempool.wanted.iter_mut().filter(|(_, want)| want.retry_at <= now) {
            want.tries += 1;
            want.retry_at = now + FETCH_RETRY * (want.tries as u64).min(10);
            let next = u16::try_from((want.tries + self.place) % n).unwrap_or(0);
            asks.push((*digest, ValidatorIndex::new(next)));
        }
        for (digest, to) in asks.into_iter().filter(|(_, to)| *to != self.index) {
            self.post_to_index(env, to, &Rc::new(Packet::FetchBatch(digest)));
        }
    }
}

impl Environment {
    /// A client's transaction: mostly a new one, sometimes one that was already submitted somewhere.
    pub fn draw_transaction(&mut self) -> u64 {
        if self.transactions > 0 && self.load_prng.chance(self.scenario.load.repeat_ppm) {
            return self.transactions - self.load_prng.below(self.transactions.min(20));
        }
        self.transactions += 1;
        self.transactions
    }
}
