//! Batches as ordering sees them: which are held here, which are certified and wait for their turn, which
//! heights wait for which. Every collection is bounded by what the validators may have alive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, Height, Proposal, TimeMs, ValidatorIndex,
};

use crate::{config::REFERENCES_MAX, input::Monotonic};

/// How many references the slow-primary rule looks at.
pub(crate) const DELAYS: usize = 64;

/// A certified batch that is not ordered yet.
#[derive(Debug, Clone)]
pub(crate) struct Certified {
    pub(crate) proof: AvailabilityProof,
    pub(crate) acks: usize,
    /// When we learnt of it.
    pub(crate) since: Monotonic,
    /// When we told the primary.
    pub(crate) relayed: Option<Relay>,
}

/// The primary was told of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relay {
    pub(crate) at: Monotonic,
    pub(crate) to_all: bool,
    /// References ordered until then.
    pub(crate) ordered: u64,
}

pub(crate) type Queue = BTreeMap<(BatchSequence, BatchDigest), Certified>;

#[derive(Debug, Default)]
pub(crate) struct Batches {
    /// n.
    validators: u16,
    /// W.
    pub(crate) per_author: usize,
    held: BTreeMap<BatchDigest, BatchRef>,
    pub(crate) certified: BTreeMap<ValidatorIndex, Queue>,
    /// In an accepted proposal of this view, or decided above low.
    proposed: BTreeMap<BatchDigest, Height>,
    /// Decided lately, newest last.
    ordered: BTreeSet<BatchDigest>,
    ordered_queue: VecDeque<BatchDigest>,
    /// Heights whose proposals name a batch that is not held.
    pub(crate) waiting: BTreeMap<BatchDigest, (BatchRef, BTreeSet<Height>)>,
    pub(crate) ordered_total: u64,
    pub(crate) last_ordered: Monotonic,
    /// Time from a proof to its pre-prepare, in ms, of the last references.
    pub(crate) delays: VecDeque<u64>,
}

impl Batches {
    pub(crate) fn new(validators: usize, per_author: u32) -> Self {
        let per_author = per_author as usize;
        Self { validators: u16::try_from(validators).unwrap_or(u16::MAX), per_author, ..Self::default() }
    }

    /// Whether this very batch is here. A digest alone says nothing: a Byzantine primary may name a real
    /// digest with another author, number, size or expiry, which no ledger would execute.
    pub(crate) fn is_held(&self, reference: &BatchRef) -> bool {
        self.held.get(&reference.digest) == Some(reference)
    }

    /// Whether the batch of this digest is here and is not what the reference says: fetching cannot help.
    pub(crate) fn contradicts(&self, reference: &BatchRef) -> bool {
        self.held.get(&reference.digest).is_some_and(|held| held != reference)
    }

    pub(crate) fn holds_all(&self, proposal: &Proposal) -> bool {
        proposal.references.iter().all(|reference| self.is_held(reference))
    }

    /// A batch is here; answers the heights that waited for it. When more is held than may be alive, the
    /// lowest digest that nobody waits for is forgotten: asking for it again costs one look into the store.
    pub(crate) fn hold(&mut self, reference: BatchRef) -> BTreeSet<Height> {
        self.held.insert(reference.digest, reference);
        if self.held.len() > 8 * self.bound() {
            let spare = self.held.keys().find(|digest| !self.proposed.contains_key(*digest)).copied();
            spare.and_then(|digest| self.held.remove(&digest));
        }
        self.waiting.remove(&reference.digest).map(|(_, heights)| heights).unwrap_or_default()
    }

    /// n·W: what may be alive at once.
    pub(crate) fn bound(&self) -> usize {
        usize::from(self.validators) * self.per_author
    }

    /// Books a certified batch; false when it is known, ordered or too much.
    pub(crate) fn certify(&mut self, proof: AvailabilityProof, acks: usize, now: Monotonic) -> bool {
        let reference = proof.reference;
        if self.ordered.contains(&reference.digest) {
            return false;
        }
        let per_author = self.per_author;
        let queue = self.certified.entry(reference.author).or_default();
        let key = (reference.sequence, reference.digest);
        if let Some(known) = queue.get_mut(&key) {
            known.acks = known.acks.max(acks);
            return false;
        }
        if queue.len() >= 2 * per_author {
            return false;
        }
        queue.insert(key, Certified { proof, acks, since: now, relayed: None });
        true
    }

    /// Since when the one of these that waits longest is known to be certified.
    pub(crate) fn oldest(&self, references: &[BatchRef]) -> Option<Monotonic> {
        let since = |reference: &BatchRef| {
            let queue = self.certified.get(&reference.author)?;
            queue.get(&(reference.sequence, reference.digest)).map(|certified| certified.since)
        };
        references.iter().filter_map(since).min()
    }

    pub(crate) fn ackers(&self, reference: &BatchRef) -> Vec<ValidatorIndex> {
        let queue = self.certified.get(&reference.author);
        let certified = queue.and_then(|queue| queue.get(&(reference.sequence, reference.digest)));
        certified.map(|c| c.proof.signatures.iter().map(|(index, _)| *index).collect()).unwrap_or_default()
    }

    pub(crate) fn is_proposed(&self, digest: &BatchDigest) -> bool {
        self.proposed.contains_key(digest)
    }

    /// The references of a proposal that are missing here; its height waits for them.
    pub(crate) fn wait_for(&mut self, height: Height, proposal: &Proposal) -> Vec<BatchRef> {
        let missing: Vec<_> = proposal
            .references
            .iter()
            .filter(|reference| !self.held.contains_key(&reference.digest))
            .copied()
            .collect();
        for reference in &missing {
            let (_, heights) = self.waiting.entry(reference.digest).or_insert((*reference, BTreeSet::new()));
            heights.insert(height);
        }
        missing
    }

    /// The batches of an accepted proposal are under way. `sample`: the primary had no excuse, so the time it
    /// took counts, from then on.
    pub(crate) fn note_proposed(
        &mut self,
        height: Height,
        proposal: &Proposal,
        now: Monotonic,
        sample: Option<Monotonic>,
    ) {
        for reference in &proposal.references {
            self.name(reference, height);
            let queue = self.certified.get(&reference.author);
            let known = queue.and_then(|queue| queue.get(&(reference.sequence, reference.digest)));
            if let Some((certified, from)) = known.zip(sample) {
                self.delays.push_back(now.0.saturating_sub(certified.since.max(from).0));
                while self.delays.len() > DELAYS {
                    self.delays.pop_front();
                }
            }
        }
    }

    /// How many certified batches wait here.
    pub(crate) fn queued(&self) -> usize {
        self.certified.values().map(BTreeMap::len).sum()
    }

    pub(crate) fn note_ordered(&mut self, references: &[BatchRef], now: Monotonic) {
        if !references.is_empty() {
            self.last_ordered = now;
        }
        for reference in references {
            self.ordered_total += 1;
            if let Some(queue) = self.certified.get_mut(&reference.author) {
                queue.remove(&(reference.sequence, reference.digest));
            }
            if self.ordered.insert(reference.digest) {
                self.ordered_queue.push_back(reference.digest);
            }
        }
        while self.ordered_queue.len() > 4 * self.bound().max(1024) {
            if let Some(oldest) = self.ordered_queue.pop_front() {
                self.ordered.remove(&oldest);
            }
        }
    }

    /// A view begins: only `kept` (decided heights and what the view orders) stays proposed; the primary is
    /// told of the rest again.
    pub(crate) fn begin_view<'p>(
        &mut self,
        kept: impl Iterator<Item = (Height, &'p Proposal)>,
        now: Monotonic,
    ) {
        self.proposed.clear();
        self.delays.clear();
        for (height, proposal) in kept {
            proposal.references.iter().for_each(|reference| self.name(reference, height));
        }
        self.wait_anew(now);
    }

    /// Heights up to `low` are blocks now; what they held is forgotten.
    /// Answers which of these batches are done with: one that a higher height names, too (another view had
    /// proposed it), is needed there again.
    pub(crate) fn release(&mut self, low: Height, mut references: Vec<BatchRef>) -> Vec<BatchRef> {
        references
            .retain(|reference| self.proposed.get(&reference.digest).is_none_or(|height| *height <= low));
        for reference in &references {
            self.held.remove(&reference.digest);
        }
        self.proposed.retain(|_, height| *height > low);
        self.waiting.retain(|_, (_, heights)| {
            *heights = heights.split_off(&low.next());
            !heights.is_empty()
        });
        references
    }

    /// Whether a batch is held although it is ordered, and no proposal names it that may still be ordered.
    pub(crate) fn is_left_over(&self, digest: &BatchDigest) -> bool {
        self.held.contains_key(digest) && self.ordered.contains(digest) && !self.proposed.contains_key(digest)
    }

    /// Takes all such batches but those that are needed.
    pub(crate) fn take_left_over(&mut self, is_needed: impl Fn(&BatchDigest) -> bool) -> Vec<BatchRef> {
        let is_left = |held: &&BatchRef| self.is_left_over(&held.digest) && !is_needed(&held.digest);
        let left: Vec<_> = self.held.values().filter(is_left).copied().collect();
        for reference in &left {
            self.held.remove(&reference.digest);
        }
        left
    }

    /// The highest height that names a batch is what counts.
    fn name(&mut self, reference: &BatchRef, height: Height) {
        let named = self.proposed.entry(reference.digest).or_insert(height);
        *named = height.max(*named);
    }

    /// Whether anything known here expired before `bound`.
    pub(crate) fn has_expired(&self, bound: TimeMs) -> bool {
        let certified = self.certified.values().flat_map(BTreeMap::values).map(|c| &c.proof.reference);
        self.held.values().chain(certified).any(|reference| reference.expires < bound)
    }

    /// Batches that can never be ordered any more: their expiry is before `bound` and nothing above low
    /// names them.
    pub(crate) fn take_expired(
        &mut self,
        bound: TimeMs,
        is_named: impl Fn(&BatchDigest) -> bool,
    ) -> Vec<BatchRef> {
        let dead = |reference: &BatchRef| reference.expires < bound;
        for queue in self.certified.values_mut() {
            queue.retain(|_, certified| !dead(&certified.proof.reference));
        }
        let gone: Vec<_> =
            self.held.values().filter(|held| dead(held) && !is_named(&held.digest)).copied().collect();
        for reference in &gone {
            self.held.remove(&reference.digest);
        }
        gone
    }

    /// A fair choice: oldest first of each author, one author after the other, first those that q hold;
    /// only what is held here, not under way, and alive at `time`.
    pub(crate) fn select(
        &self,
        height: Height,
        time: TimeMs,
        bytes_max: u64,
        quorum: usize,
    ) -> Vec<BatchRef> {
        let mut chosen = Vec::new();
        let mut bytes = 0;
        for acks_wanted in [quorum, 0] {
            let is_wanted = |certified: &&Certified| {
                let reference = &certified.proof.reference;
                (certified.acks >= quorum) == (acks_wanted > 0)
                    && self.is_held(reference)
                    && !self.is_proposed(&reference.digest)
                    && time <= reference.expires
            };
            let n = self.validators.max(1);
            let first = u16::try_from(height.get() % u64::from(n)).unwrap_or(0);
            let authors = (0..n).map(|place| ValidatorIndex::new((first + place) % n));
            let queues: Vec<_> = authors.filter_map(|author| self.certified.get(&author)).collect();
            let mut turns: Vec<_> = queues.iter().map(|queue| queue.values().filter(is_wanted)).collect();
            while !turns.is_empty() {
                turns.retain_mut(|turn| {
                    let Some(certified) = turn.next() else { return false };
                    let reference = certified.proof.reference;
                    if bytes + u64::from(reference.bytes) > bytes_max || chosen.len() >= REFERENCES_MAX {
                        return false;
                    }
                    bytes += u64::from(reference.bytes);
                    chosen.push(reference);
                    true
                });
            }
        }
        chosen
    }
}
