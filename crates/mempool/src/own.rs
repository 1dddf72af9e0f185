//! Own batches on their way to be ordered: acknowledgements, proofs, and whom to send them again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use types::{AvailabilityProof, BatchDigest, BatchRef, Signature, TimeMs, ValidatorIndex, ValidatorSet};

use crate::{pace::Pace, pending::Key};

/// Ticks before a batch is sent again for the first time; the wait doubles up to the maximum.
const RESEND_TICKS: u64 = 20;
const RESEND_TICKS_MAX: u64 = 320;
/// And not before so many times the usual time to a proof: copies are no help to who is loaded.
const RESEND_TIMES: u64 = 4;
/// Ticks that a batch waits for q acknowledgements before it is proven by f+1.
const QUORUM_TICKS: u64 = 2;
/// And not before so many times the usual time to a proof by q.
const QUORUM_TIMES: u64 = 2;

/// One own batch neither ordered nor dropped.
#[derive(Debug)]
struct OwnBatch {
    reference: BatchRef,
    keys: Vec<Key>,
    acks: BTreeMap<ValidatorIndex, Signature>,
    /// Who acknowledged after the proof of q: not verified, for it only says who needs no copy.
    late: BTreeSet<ValidatorIndex>,
    made: u64,
    /// When it was made, if in this run.
    began: Option<Instant>,
    proven: usize,
    resend_at: u64,
    resend_wait: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct OwnBatches {
    batches: BTreeMap<BatchDigest, OwnBatch>,
    unproven: Arc<AtomicUsize>,
    pace: Arc<Pace>,
}

impl OwnBatches {
    /// A batch just made.
    pub(crate) fn made(&mut self, reference: BatchRef, keys: Vec<Key>, tick: u64) {
        self.insert(reference, keys, tick, tick + RESEND_TICKS, Some(Instant::now()));
    }

    /// A batch of an earlier run: its acknowledgements are collected anew, from the first tick on.
    pub(crate) fn found(&mut self, reference: BatchRef) {
        self.insert(reference, Vec::new(), 0, 0, None);
    }

    fn insert(
        &mut self,
        reference: BatchRef,
        keys: Vec<Key>,
        made: u64,
        resend_at: u64,
        began: Option<Instant>,
    ) {
        let batch = OwnBatch {
            reference,
            keys,
            acks: BTreeMap::new(),
            late: BTreeSet::new(),
            made,
            began,
            proven: 0,
            resend_at,
            resend_wait: RESEND_TICKS,
        };
        self.batches.insert(reference.digest, batch);
        self.count();
    }

    /// How many wait for their first proof, to be read without the lock.
    pub(crate) fn unproven(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.unproven)
    }

    /// How long proofs take.
    pub(crate) fn pace(&self) -> Arc<Pace> {
        Arc::clone(&self.pace)
    }

    fn count(&self) {
        let unproven = self.batches.values().filter(|batch| batch.proven == 0).count();
        self.unproven.store(unproven, Ordering::SeqCst);
    }

    /// Whether an acknowledgement of this by the signer would be new; one more than q is noted at once.
    pub(crate) fn awaits(
        &mut self,
        reference: &BatchRef,
        signer: ValidatorIndex,
        set: &ValidatorSet,
    ) -> Awaited {
        match self.batches.get_mut(&reference.digest) {
            Some(batch) if batch.reference != *reference => Awaited::Wrong,
            Some(batch) if batch.acks.contains_key(&signer) => Awaited::Known,
            Some(batch) if batch.proven >= set.quorum() => {
                if batch.late.insert(signer) {
                    Awaited::Late
                } else {
                    Awaited::Known
                }
            }
            Some(_) => Awaited::Yes,
            None => Awaited::Known,
        }
    }

    /// Counts a verified acknowledgement. Gives a proof when q are reached.
    pub(crate) fn acknowledge(
        &mut self,
        digest: &BatchDigest,
        signer: ValidatorIndex,
        signature: Signature,
        set: &ValidatorSet,
    ) -> Option<AvailabilityProof> {
        let batch = self.batches.get_mut(digest)?;
        batch.acks.insert(signer, signature);
        if batch.proven >= set.quorum() || batch.acks.len() < set.quorum() {
            return None;
        }
        if let Some(began) = batch.began.take() {
            let now = Instant::now();
            self.pace.proven(now.saturating_duration_since(began), now);
        }
        let proof = batch.prove();
        self.count();
        Some(proof)
    }

    /// Proofs by f+1 of those that waited long enough for q: some validators are slow or gone.
    pub(crate) fn prove_waiting(&mut self, tick: u64, set: &ValidatorSet) -> Vec<AvailabilityProof> {
        let patience = QUORUM_TICKS.max(self.pace.ticks(QUORUM_TIMES, Instant::now())).min(RESEND_TICKS);
        let is_due = |batch: &&mut OwnBatch| {
            batch.proven == 0 && batch.acks.len() >= set.one_honest() && tick >= batch.made + patience
        };
        let proofs: Vec<_> = self.batches.values_mut().filter(is_due).map(OwnBatch::prove).collect();
        if !proofs.is_empty() {
            self.count();
        }
        proofs
    }

    /// Forgets a batch; its transactions' keys, if it was made in this run.
    pub(crate) fn remove(&mut self, digest: &BatchDigest) -> Option<Vec<Key>> {
        let removed = self.batches.remove(digest).map(|batch| batch.keys);
        self.count();
        removed
    }

    /// How many count against W: a batch that cannot be proposed any more does not.
    pub(crate) fn live(&self, now: TimeMs) -> usize {
        self.batches.values().filter(|batch| batch.reference.expires >= now).count()
    }

    /// All, for the load.
    pub(crate) fn len(&self) -> usize {
        self.batches.len()
    }

    /// To whom which batch is to be sent again now, oldest first, within `bytes_max`.
    pub(crate) fn resends(
        &mut self,
        tick: u64,
        now: TimeMs,
        others: &[ValidatorIndex],
        bytes_max: u64,
    ) -> Vec<(ValidatorIndex, BatchDigest)> {
        let usual = self.pace.ticks(RESEND_TIMES, Instant::now()).min(RESEND_TICKS_MAX);
        let is_due = |batch: &&mut OwnBatch| {
            batch.resend_at.max(batch.made + usual) <= tick && batch.reference.expires >= now
        };
        let mut due: Vec<_> = self.batches.values_mut().filter(is_due).collect();
        due.sort_by_key(|batch| batch.reference.sequence);
        let mut resends = Vec::new();
        let mut bytes = 0;
        for batch in due {
            let missing: Vec<_> = others.iter().filter(|other| !batch.is_at(other)).copied().collect();
            bytes += u64::from(batch.reference.bytes) * missing.len() as u64;
            if bytes > bytes_max && !resends.is_empty() {
                break;
            }
            batch.resend_at = tick + batch.resend_wait;
            batch.resend_wait = (batch.resend_wait * 2).min(RESEND_TICKS_MAX);
            resends.extend(missing.into_iter().map(|other| (other, batch.reference.digest)));
        }
        resends
    }
}

impl OwnBatch {
    fn prove(&mut self) -> AvailabilityProof {
        self.proven = self.acks.len();
        let signatures = self.acks.iter().map(|(signer, signature)| (*signer, *signature)).collect();
        AvailabilityProof { reference: self.reference, signatures }
    }

    fn is_at(&self, validator: &ValidatorIndex) -> bool {
        self.acks.contains_key(validator) || self.late.contains(validator)
    }
}

/// What an acknowledgement is to an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// New, if its signature is good.
    Yes,
    /// Noted: it was not needed any more.
    Late,
    /// Counted already, or its batch is ordered or forgotten.
    Known,
    /// It names one of our digests with other fields.
    Wrong,
}
