//! What is known of batches: held, on their way, acknowledged, proven, ordered. Behind one lock.

use std::collections::{BTreeMap, BTreeSet};

use types::{BatchDigest, BatchRef, TimeMs, ValidatorIndex};

use crate::{
    MempoolConfig, authors::Authors, fetching::Fetching, intake::Arrival, own::OwnBatches, recent::Recent,
};

/// Digests of ordered or dropped batches remembered, so that a late copy is not stored again.
const DONE_MAX: usize = 65_536;
/// Proofs remembered by their number of signatures, so that none is verified twice.
const PROVEN_MAX: usize = 65_536;

/// A batch that is durable here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) reference: BatchRef,
    pub(crate) ordered: bool,
}

/// All that is known of batches.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) held: BTreeMap<BatchDigest, Held>,
    /// Being verified or written.
    pub(crate) underway: BTreeSet<BatchDigest>,
    pub(crate) authors: Authors,
    pub(crate) own: OwnBatches,
    pub(crate) proven: Recent<BatchDigest, usize>,
    pub(crate) done: Recent<BatchDigest, ()>,
    pub(crate) fetching: Fetching,
    /// Bytes sent on request since the last tick.
    pub(crate) served: BTreeMap<ValidatorIndex, u64>,
    pub(crate) tick: u64,
}

impl Exchange {
    pub(crate) fn new(config: &MempoolConfig, window: usize) -> Self {
        Self {
            held: BTreeMap::new(),
            underway: BTreeSet::new(),
            authors: Authors::new(window, config.author_bytes_max),
            own: OwnBatches::default(),
            proven: Recent::new(PROVEN_MAX),
            done: Recent::new(DONE_MAX),
            fetching: Fetching::new(config.fetches_max),
            served: BTreeMap::new(),
            tick: 0,
        }
    }

    /// A batch of an earlier run. Others' are taken as acknowledged, which errs on the side of fewer.
    pub(crate) fn found(&mut self, reference: BatchRef, own: Option<ValidatorIndex>, now: TimeMs) {
        self.held.insert(reference.digest, Held { reference, ordered: false });
        if Some(reference.author) == own {
            self.own.found(reference);
        } else {
            self.authors.add(reference.author, reference.digest, reference.bytes);
            self.authors.acknowledge(reference.author, reference.digest, reference.expires, now);
        }
    }

    /// Decides on a batch before its signatures are looked at; a taken one is under way from here on.
    pub(crate) fn arrive(&mut self, from: Option<ValidatorIndex>, arrival: &Arrival) -> Judged {
        let digest = &arrival.digest;
        if let Some(held) = self.held.get(digest) {
            let ask = from == Some(held.reference.author) && !held.ordered;
            return if ask { Judged::AcknowledgeAgain(held.reference) } else { Judged::Known };
        }
        if self.underway.contains(digest) {
            return Judged::Known;
        }
        let asked = self.fetching.contains(digest);
        let by_author = from == Some(arrival.author)
            && self.done.get(digest).is_none()
            && self.authors.has_room(arrival.author, arrival.bytes);
        if !asked && !by_author {
            return Judged::Refused;
        }
        self.underway.insert(*digest);
        self.authors.add(arrival.author, *digest, arrival.bytes);
        Judged::Taken
    }

    /// A batch under way turned out invalid.
    pub(crate) fn abandon(&mut self, arrival: &Arrival) {
        self.underway.remove(&arrival.digest);
        self.authors.remove(arrival.author, &arrival.digest);
    }

    /// A batch is durable now. Says whether it was ordered meanwhile.
    pub(crate) fn hold(&mut self, reference: &BatchRef) -> bool {
        let digest = reference.digest;
        self.underway.remove(&digest);
        self.fetching.end(&digest);
        let ordered = self.done.get(&digest).is_some();
        if ordered {
            self.authors.remove(reference.author, &digest);
        }
        self.held.insert(digest, Held { reference: *reference, ordered });
        ordered
    }

    /// A batch was ordered, held or not.
    pub(crate) fn order(&mut self, reference: &BatchRef) {
        self.done.insert(reference.digest, ());
        self.authors.remove(reference.author, &reference.digest);
        if let Some(held) = self.held.get_mut(&reference.digest) {
            held.ordered = true;
        }
    }
}

/// What becomes of an arriving batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// To be verified.
    Taken,
    /// Held, and its author asks again: the acknowledgement may have been lost.
    AcknowledgeAgain(BatchRef),
    /// Held or under way.
    Known,
    /// Not asked for and beyond the bounds.
    Refused,
}
