//! Batches that consensus waits for: asked of several peers at once, again and again until held.

use std::collections::BTreeMap;

use types::{BatchDigest, BatchRef, ValidatorIndex};

use crate::message::FETCH_DIGESTS_MAX;

/// Ticks between two requests; the wait doubles up to the maximum.
const RETRY_TICKS: u64 = 4;
const RETRY_TICKS_MAX: u64 = 64;
/// Consensus repeats what it still wants; a wish not repeated for so long (30 s at 50 ms) is forgotten, so that
/// batches overtaken by sync, or invented by a liar, do not take the places of others.
const WANTED_TICKS: u64 = 600;

#[derive(Debug)]
struct Fetch {
    from: Vec<ValidatorIndex>,
    retry_at: u64,
    wait: u64,
    wanted_at: u64,
}

/// What is being fetched.
#[derive(Debug)]
pub(crate) struct Fetching {
    fetches: BTreeMap<BatchDigest, Fetch>,
    fetches_max: usize,
}

impl Fetching {
    pub(crate) const fn new(fetches_max: usize) -> Self {
        Self { fetches: BTreeMap::new(), fetches_max }
    }

    /// Begins, or adds peers to ask; returns whom to ask now. Nothing when too much is being fetched.
    pub(crate) fn begin(
        &mut self,
        reference: &BatchRef,
        from: &[ValidatorIndex],
        tick: u64,
    ) -> Vec<ValidatorIndex> {
        if self.fetches.len() >= self.fetches_max && !self.fetches.contains_key(&reference.digest) {
            return Vec::new();
        }
        let fresh =
            Fetch { from: Vec::new(), retry_at: tick + RETRY_TICKS, wait: RETRY_TICKS, wanted_at: tick };
        let fetch = self.fetches.entry(reference.digest).or_insert(fresh);
        fetch.wanted_at = tick;
        let mut asked = Vec::new();
        for peer in from {
            if !fetch.from.contains(peer) {
                fetch.from.push(*peer);
                asked.push(*peer);
            }
        }
        asked
    }

    pub(crate) fn contains(&self, digest: &BatchDigest) -> bool {
        self.fetches.contains_key(digest)
    }

    /// Held now, or no longer wanted.
    pub(crate) fn end(&mut self, digest: &BatchDigest) {
        self.fetches.remove(digest);
    }

    /// What is to be asked again now, in messages of legal size.
    pub(crate) fn retries(&mut self, tick: u64) -> Vec<(ValidatorIndex, Vec<BatchDigest>)> {
        self.fetches.retain(|_, fetch| tick.saturating_sub(fetch.wanted_at) < WANTED_TICKS);
        let mut wanted: BTreeMap<ValidatorIndex, Vec<BatchDigest>> = BTreeMap::new();
        for (digest, fetch) in &mut self.fetches {
            if fetch.retry_at > tick {
                continue;
            }
            fetch.retry_at = tick + fetch.wait;
            fetch.wait = (fetch.wait * 2).min(RETRY_TICKS_MAX);
            for peer in &fetch.from {
                wanted.entry(*peer).or_default().push(*digest);
            }
        }
        let split = |(peer, digests): (ValidatorIndex, Vec<BatchDigest>)| {
            digests.chunks(FETCH_DIGESTS_MAX).map(|chunk| (peer, chunk.to_vec())).collect::<Vec<_>>()
        };
        wanted.into_iter().flat_map(split).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(byte: u8) -> BatchRef {
        let digest = BatchDigest::new([byte; 32]);
        let (author, sequence) = (ValidatorIndex::ZERO, types::BatchSequence::ZERO);
        let (epoch, expires) = (types::Epoch::ZERO, types::TimeMs::ZERO);
        BatchRef { author, sequence, digest, epoch, bytes: 1, count: 1, expires }
    }

    #[test]
    fn a_wish_that_is_not_repeated_gives_its_place_free() {
        let mut fetching = Fetching::new(1);
        let from = [ValidatorIndex::new(1)];
        assert_eq!(fetching.begin(&reference(1), &from, 0), from);
        assert!(fetching.begin(&reference(2), &from, 1).is_empty(), "the only place is taken");
        fetching.retries(WANTED_TICKS);
        assert_eq!(fetching.begin(&reference(2), &from, WANTED_TICKS), from);
    }

    #[test]
    fn a_repeated_wish_stays() {
        let mut fetching = Fetching::new(1);
        let from = [ValidatorIndex::new(1)];
        fetching.begin(&reference(1), &from, 0);
        fetching.begin(&reference(1), &from, WANTED_TICKS - 1);
        fetching.retries(WANTED_TICKS);
        assert!(fetching.contains(&reference(1).digest));
    }
}
