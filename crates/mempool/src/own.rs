//! Own batches on their way to be ordered: acknowledgements, proofs, and whom to send them again.

use std::collections::BTreeMap;

use types::{AvailabilityProof, BatchDigest, BatchRef, Signature, TimeMs, ValidatorIndex, ValidatorSet};

use crate::pending::Key;

/// Ticks before a batch is sent again for the first time; the wait doubles up to the maximum.
const RESEND_TICKS: u64 = 20;
const RESEND_TICKS_MAX: u64 = 320;

/// One own batch neither ordered nor dropped.
#[derive(Debug)]
struct OwnBatch {
    reference: BatchRef,
    keys: Vec<Key>,
    acks: BTreeMap<ValidatorIndex, Signature>,
    proven: usize,
    resend_at: u64,
    resend_wait: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct OwnBatches(BTreeMap<BatchDigest, OwnBatch>);

impl OwnBatches {
    /// A batch just made.
    pub(crate) fn made(&mut self, reference: BatchRef, keys: Vec<Key>, tick: u64) {
        self.insert(reference, keys, tick + RESEND_TICKS);
    }

    /// A batch of an earlier run: its acknowledgements are collected anew, from the first tick on.
    pub(crate) fn found(&mut self, reference: BatchRef) {
        self.insert(reference, Vec::new(), 0);
    }

    fn insert(&mut self, reference: BatchRef, keys: Vec<Key>, resend_at: u64) {
        let acks = BTreeMap::new();
        let batch = OwnBatch { reference, keys, acks, proven: 0, resend_at, resend_wait: RESEND_TICKS };
        self.0.insert(reference.digest, batch);
    }

    /// Whether an acknowledgement of this by the signer would be new.
    pub(crate) fn awaits(&self, reference: &BatchRef, signer: ValidatorIndex) -> Awaited {
        match self.0.get(&reference.digest) {
            Some(batch) if batch.reference != *reference => Awaited::Wrong,
            Some(batch) if batch.acks.contains_key(&signer) => Awaited::Known,
            Some(_) => Awaited::Yes,
            None => Awaited::Known,
        }
    }

    /// Counts a verified acknowledgement. Gives a proof when f+1 are reached, and again at q.
    pub(crate) fn acknowledge(
        &mut self,
        digest: &BatchDigest,
        signer: ValidatorIndex,
        signature: Signature,
        set: &ValidatorSet,
    ) -> Option<AvailabilityProof> {
        let batch = self.0.get_mut(digest)?;
        batch.acks.insert(signer, signature);
        let reached =
            [set.quorum(), set.one_honest()].into_iter().find(|needed| batch.acks.len() >= *needed)?;
        if reached <= batch.proven {
            return None;
        }
        batch.proven = reached;
        let signatures = batch.acks.iter().map(|(signer, signature)| (*signer, *signature)).collect();
        Some(AvailabilityProof { reference: batch.reference, signatures })
    }

    /// Forgets a batch; its transactions' keys, if it was made in this run.
    pub(crate) fn remove(&mut self, digest: &BatchDigest) -> Option<Vec<Key>> {
        self.0.remove(digest).map(|batch| batch.keys)
    }

    /// How many count against W: a batch that cannot be proposed any more does not.
    pub(crate) fn live(&self, now: TimeMs) -> usize {
        self.0.values().filter(|batch| batch.reference.expires >= now).count()
    }

    /// All, for the load.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// To whom which batch is to be sent again now, oldest first, within `bytes_max`.
    pub(crate) fn resends(
        &mut self,
        tick: u64,
        now: TimeMs,
        others: &[ValidatorIndex],
        bytes_max: u64,
    ) -> Vec<(ValidatorIndex, BatchDigest)> {
        let mut due: Vec<_> = self
            .0
            .values_mut()
            .filter(|batch| batch.resend_at <= tick && batch.reference.expires >= now)
            .collect();
        due.sort_by_key(|batch| batch.reference.sequence);
        let mut resends = Vec::new();
        let mut bytes = 0;
        for batch in due {
            let missing: Vec<_> =
                others.iter().filter(|other| !batch.acks.contains_key(other)).copied().collect();
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

/// What an acknowledgement is to an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// New, if its signature is good.
    Yes,
    /// Counted already, or its batch is ordered or forgotten.
    Known,
    /// It names one of our digests with other fields.
    Wrong,
}
