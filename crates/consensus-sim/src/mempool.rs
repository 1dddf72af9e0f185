//! A node's simulated mempool: batches are stored durably, acknowledged, proved available, fetched by
//! digest, and released when their block is below the low watermark.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use types::{
    Acknowledgement, AvailabilityProof, Batch, BatchDigest, BatchRef, BatchSequence, Epoch, Signature,
    TimeMs, ValidatorIndex,
};

use crate::{
    faults::disks::Medium,
    prng::Prng,
    time::{MILLISECOND, Micros},
};

/// A batch with its reference; transactions are plain numbers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredBatch {
    pub reference: BatchRef,
    pub transactions: Vec<u64>,
}

impl StoredBatch {
    /// Packs transactions.
    pub fn pack(
        epoch: Epoch,
        author: ValidatorIndex,
        sequence: u64,
        expires: TimeMs,
        transactions: Vec<u64>,
    ) -> Self {
        let bodies = transactions.iter().map(|id| id.to_le_bytes().to_vec().into()).collect();
        let sequence = BatchSequence::new(sequence);
        let batch = Batch { author, sequence, epoch, expires, transactions: bodies };
        Self { reference: batch.reference_of(&batch.encode()), transactions }
    }

    /// Whether the reference is that of the content.
    pub fn is_what_it_says(&self) -> bool {
        let BatchRef { author, sequence, epoch, expires, .. } = self.reference;
        Self::pack(epoch, author, sequence.get(), expires, self.transactions.clone()).reference
            == self.reference
    }
}

/// A batch here.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub batch: Rc<StoredBatch>,
    pub durable: bool,
    pub ordered: bool,
    /// It is the body of a block at or below the low watermark: kept by the ledger, not by the mempool.
    pub released: bool,
}

/// An own batch until it is ordered.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub digest: BatchDigest,
    pub acknowledgements: BTreeMap<ValidatorIndex, Signature>,
    /// How many signatures the proof last spread had.
    pub proved: usize,
    pub resend_at: Micros,
    pub resend_after: Micros,
}

/// A batch that the replica lacks.
#[derive(Debug, Clone)]
pub(crate) struct Want {
    pub from: Vec<ValidatorIndex>,
    pub retry_at: Micros,
    pub tries: usize,
}

/// All of it. `held` survives crashes where durable, `next_sequence` always (as if stored with the batch).
#[derive(Debug, Clone, Default)]
pub(crate) struct Mempool {
    pub held: BTreeMap<BatchDigest, Held>,
    pub own: BTreeMap<u64, Own>,
    pub wanted: BTreeMap<BatchDigest, Want>,
    pub next_sequence: u64,
}

/// How long an author waits before it sends a batch again to those who did not acknowledge it.
pub(crate) const RESEND_FIRST: Micros = 150 * MILLISECOND;
const RESEND_MAX: Micros = 1_200 * MILLISECOND;

impl Mempool {
    /// The process dies: only durable batches and bodies of durable blocks remain; the author starts to
    /// collect acknowledgements anew.
    pub fn crash(&mut self, index: ValidatorIndex, bodies: &BTreeSet<BatchDigest>) {
        self.held.retain(|digest, held| if held.released { bodies.contains(digest) } else { held.durable });
        self.wanted.clear();
        self.own.clear();
        for held in self.held.values().filter(|held| !held.ordered) {
            let reference = held.batch.reference;
            if reference.author == index {
                self.own.insert(reference.sequence.get(), Own::new(reference.digest));
            }
        }
    }

    /// The process dies while batches are written, each to its own place: any of them may have got there.
    pub fn survive(&mut self, prng: &mut Prng, medium: Medium) {
        let unsynced = self.held.values_mut().filter(|held| !held.durable);
        match medium {
            Medium::Prefix | Medium::Nothing => {}
            Medium::Everything => unsynced.for_each(|held| held.durable = true),
            Medium::Torn => unsynced.for_each(|held| held.durable = prng.chance(500_000)),
        }
    }

    /// Whether a batch is held durably.
    pub fn is_durable(&self, digest: &BatchDigest) -> bool {
        self.held.get(digest).is_some_and(|held| held.durable)
    }

    /// Whether a batch is held and was ordered.
    pub fn is_ordered(&self, digest: &BatchDigest) -> bool {
        self.held.get(digest).is_some_and(|held| held.ordered)
    }

    /// Batches are ordered: their author stops spreading them.
    pub fn ordered(&mut self, references: &[BatchRef]) {
        for reference in references {
            if let Some(held) = self.held.get_mut(&reference.digest) {
                held.ordered = true;
            }
            self.own.retain(|_, own| own.digest != reference.digest);
            self.wanted.remove(&reference.digest);
        }
    }

    /// The mempool's copies go; they are block bodies now, from which they can still be read.
    pub fn release(&mut self, references: &[BatchRef]) {
        for reference in references {
            if let Some(held) = self.held.get_mut(&reference.digest) {
                held.released = true;
            }
        }
    }

    /// The epoch is over: batches that no block contains are void. Own transactions among them are told.
    pub fn end_epoch(&mut self) -> Vec<u64> {
        let own: Vec<_> = self.own.values().filter_map(|own| self.held.get(&own.digest)).collect();
        let void = own.iter().flat_map(|held| held.batch.transactions.clone()).collect();
        self.own.clear();
        self.wanted.clear();
        self.held.retain(|_, held| held.released);
        void
    }

    /// Only batches of this epoch, and bodies of blocks.
    pub fn keep_epoch(&mut self, epoch: Epoch) {
        self.held.retain(|_, held| held.released || held.batch.reference.epoch == epoch);
        let held = &self.held;
        self.own.retain(|_, own| held.contains_key(&own.digest));
    }

    /// Nobody can order these batches any more.
    pub fn expire(&mut self, references: &[BatchRef]) {
        for reference in references {
            self.held.remove(&reference.digest);
            self.wanted.remove(&reference.digest);
            self.own.retain(|_, own| own.digest != reference.digest);
        }
    }

    /// Own batches that are due to be sent again.
    pub fn due(&mut self, now: Micros) -> Vec<(Rc<StoredBatch>, Own)> {
        let mut due = Vec::new();
        for own in self.own.values_mut().filter(|own| own.resend_at <= now) {
            own.resend_after = (own.resend_after * 2).min(RESEND_MAX);
            own.resend_at = now + own.resend_after;
            if let Some(held) = self.held.get(&own.digest) {
                due.push((Rc::clone(&held.batch), own.clone()));
            }
        }
        due
    }

    /// Counts an acknowledgement of an own durable batch; a new proof when there is something to prove.
    pub fn acknowledge(
        &mut self,
        acknowledgement: &Acknowledgement,
        one_honest: usize,
        quorum: usize,
    ) -> Option<AvailabilityProof> {
        let own = self.own.get_mut(&acknowledgement.reference.sequence.get())?;
        if own.digest != acknowledgement.reference.digest {
            return None;
        }
        own.acknowledgements.insert(acknowledgement.signer, acknowledgement.signature);
        let count = own.acknowledgements.len();
        let worth_telling =
            (own.proved < one_honest && count >= one_honest) || (own.proved < quorum && count >= quorum);
        if !worth_telling {
            return None;
        }
        own.proved = count;
        own.proof(acknowledgement.reference)
    }

    /// Drops own batches that nobody may order any more; their number.
    pub fn drop_expired(&mut self, now: TimeMs) -> usize {
        let before = self.own.len();
        let held = &self.held;
        self.own
            .retain(|_, own| held.get(&own.digest).is_some_and(|held| held.batch.reference.expires >= now));
        before - self.own.len()
    }
}

impl Own {
    /// Nobody acknowledged yet.
    pub fn new(digest: BatchDigest) -> Self {
        let (resend_at, resend_after) = (0, RESEND_FIRST);
        Self { digest, acknowledgements: BTreeMap::new(), proved: 0, resend_at, resend_after }
    }

    /// The proof so far, if anybody signed.
    pub fn proof(&self, reference: BatchRef) -> Option<AvailabilityProof> {
        let signatures: Vec<_> =
            self.acknowledgements.iter().map(|(signer, signature)| (*signer, *signature)).collect();
        (!signatures.is_empty()).then_some(AvailabilityProof { reference, signatures })
    }
}
