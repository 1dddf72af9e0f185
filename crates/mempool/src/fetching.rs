//! Batches that consensus waits for: asked of few peers, then of many, again and again until held.
//!
//! A batch that is proven was sent to everybody by its author, and is mostly on its way or waits to be verified here:
//! asking all who hold it at once would make a loaded network carry it many times.

use std::collections::BTreeMap;

use types::{BatchDigest, BatchRef, ValidatorIndex};

use crate::message::FETCH_DIGESTS_MAX;

/// Ticks before anybody is asked: so long the batch may come by itself.
const GRACE_TICKS: u64 = 2;
/// But no more than this, however long proofs take.
const GRACE_TICKS_MAX: u64 = 20;
/// Peers asked first; then all that are known to hold it.
const FIRST_PEERS: usize = 2;
/// Ticks between two requests; the wait doubles up to the maximum.
const RETRY_TICKS: u64 = 4;
const RETRY_TICKS_MAX: u64 = 64;
/// Consensus repeats what it still wants; a wish not repeated for so long (30 s at 50 ms) is forgotten, so that
/// batches overtaken by sync, or invented by a liar, do not take the places of others.
const WANTED_TICKS: u64 = 600;

#[derive(Debug)]
struct Fetch {
    from: Vec<ValidatorIndex>,
    was_asked: bool,
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

    /// Begins, or adds peers to ask; nothing when too much is being fetched. `usual`: the ticks that a batch takes
    /// to its proof now.
    pub(crate) fn begin(&mut self, reference: &BatchRef, from: &[ValidatorIndex], tick: u64, usual: u64) {
        if self.fetches.len() >= self.fetches_max && !self.fetches.contains_key(&reference.digest) {
            return;
        }
        let retry_at = tick + usual.clamp(GRACE_TICKS, GRACE_TICKS_MAX);
        let fresh =
            Fetch { from: Vec::new(), was_asked: false, retry_at, wait: RETRY_TICKS, wanted_at: tick };
        let fetch = self.fetches.entry(reference.digest).or_insert(fresh);
        fetch.wanted_at = tick;
        for peer in from {
            if !fetch.from.contains(peer) {
                fetch.from.push(*peer);
                if fetch.was_asked {
                    // Whoever was asked before may not have it.
                    fetch.retry_at = fetch.retry_at.min(tick + RETRY_TICKS);
                }
            }
        }
    }

    pub(crate) fn contains(&self, digest: &BatchDigest) -> bool {
        self.fetches.contains_key(digest)
    }

    /// Held now, or no longer wanted.
    pub(crate) fn end(&mut self, digest: &BatchDigest) {
        self.fetches.remove(digest);
    }

    /// What is to be asked now, in messages of legal size.
    pub(crate) fn retries(&mut self, tick: u64) -> Vec<(ValidatorIndex, Vec<BatchDigest>)> {
        self.fetches.retain(|_, fetch| tick.saturating_sub(fetch.wanted_at) < WANTED_TICKS);
        let mut wanted: BTreeMap<ValidatorIndex, Vec<BatchDigest>> = BTreeMap::new();
        for (digest, fetch) in &mut self.fetches {
            if fetch.retry_at > tick {
                continue;
            }
            fetch.retry_at = tick + fetch.wait;
            fetch.wait = (fetch.wait * 2).min(RETRY_TICKS_MAX);
            // Different batches begin at different peers.
            let start = usize::from(digest.as_bytes()[0]) % fetch.from.len().max(1);
            let few = if fetch.was_asked { fetch.from.len() } else { FIRST_PEERS };
            for peer in fetch.from.iter().cycle().skip(start).take(few.min(fetch.from.len())) {
                wanted.entry(*peer).or_default().push(*digest);
            }
            fetch.was_asked = true;
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

    fn peers(indices: std::ops::Range<u16>) -> Vec<ValidatorIndex> {
        indices.map(ValidatorIndex::new).collect()
    }

    #[test]
    fn a_wish_that_is_not_repeated_gives_its_place_free() {
        let mut fetching = Fetching::new(1);
        fetching.begin(&reference(1), &peers(1..2), 0, 0);
        fetching.begin(&reference(2), &peers(1..2), 1, 0);
        assert!(!fetching.contains(&reference(2).digest), "the only place is taken");
        fetching.retries(WANTED_TICKS);
        fetching.begin(&reference(2), &peers(1..2), WANTED_TICKS, 0);
        assert!(fetching.contains(&reference(2).digest));
    }

    #[test]
    fn a_repeated_wish_stays() {
        let mut fetching = Fetching::new(1);
        fetching.begin(&reference(1), &peers(1..2), 0, 0);
        fetching.begin(&reference(1), &peers(1..2), WANTED_TICKS - 1, 0);
        fetching.retries(WANTED_TICKS);
        assert!(fetching.contains(&reference(1).digest));
    }

    /// Ticks at which somebody is asked, and how many.
    fn walk(fetching: &mut Fetching, ticks: std::ops::Range<u64>) -> Vec<(u64, usize)> {
        ticks.map(|tick| (tick, fetching.retries(tick).len())).filter(|(_, asked)| *asked > 0).collect()
    }

    #[test]
    fn two_are_asked_after_a_grace_and_then_all() {
        let mut fetching = Fetching::new(1);
        fetching.begin(&reference(1), &peers(1..12), 10, 0);
        assert_eq!(walk(&mut fetching, 10..30), [(12, FIRST_PEERS), (16, 11), (24, 11)]);
    }

    #[test]
    fn where_proofs_take_long_the_grace_is_longer_but_bounded() {
        for (usual, first) in [(7, 7), (1_000, GRACE_TICKS_MAX)] {
            let mut fetching = Fetching::new(1);
            fetching.begin(&reference(1), &peers(1..2), 0, usual);
            assert_eq!(walk(&mut fetching, 0..21)[0].0, first, "{usual}");
        }
    }

    #[test]
    fn who_is_named_later_is_asked_soon() {
        let mut fetching = Fetching::new(1);
        fetching.begin(&reference(1), &peers(1..2), 0, 0);
        assert_eq!(walk(&mut fetching, 0..20), [(2, 1), (6, 1), (14, 1)]);
        fetching.begin(&reference(1), &peers(2..3), 20, 0);
        assert_eq!(walk(&mut fetching, 20..31), [(24, 2)]);
    }
}
