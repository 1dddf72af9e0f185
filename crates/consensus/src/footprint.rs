//! How much a replica keeps in memory, by kind: what tests hold against the bounds of the crate's
//! documentation, and what must be gone when nothing is under way (`threats.md` L6).

use crate::{
    config::{VIEWS_AHEAD, VIEWS_BACK, kept},
    replica::Replica,
};

/// Numbers of entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// (height, view) pairs with a vote or a pre-prepare.
    pub slots: usize,
    /// Own statements that still matter.
    pub own: usize,
    /// Prepared certificates.
    pub prepared: usize,
    /// Proposals, known or wanted.
    pub proposals: usize,
    /// Decided heights above low.
    pub committed: usize,
    /// Executed blocks above low.
    pub blocks: usize,
    /// Block certificates.
    pub certificates: usize,
    /// Heights with checkpoints of others.
    pub checkpoints: usize,
    /// View changes, one a validator.
    pub view_changes: usize,
    /// Certified batches that nobody ordered yet.
    pub certified_batches: usize,
    /// Heights that wait for a batch.
    pub waiting_batches: usize,
}

impl Footprint {
    /// The most that a replica of `n` validators with this window may ever keep; `batches_per_author` is W.
    #[must_use]
    pub fn bound(n: usize, window: u64, batches_per_author: u32) -> Self {
        let of = |heights: u64| usize::try_from(heights).unwrap_or(usize::MAX / 64);
        let (window, kept) = (of(window), of(kept(window)));
        let views = usize::try_from(VIEWS_BACK + VIEWS_AHEAD + 1).unwrap_or(usize::MAX);
        let slots = kept * views;
        Self {
            slots,
            own: 3 * slots + 2 * views,
            prepared: kept,
            // Not bound by the window alone: a proposal that was accepted in any view since low may still be
            // ordered again, by a prepared certificate that only a faulty validator holds. It goes with low.
            proposals: usize::MAX,
            committed: kept,
            blocks: usize::MAX,
            certificates: 2 * window + kept + 2,
            checkpoints: kept + 1,
            view_changes: n,
            certified_batches: 2 * n * batches_per_author as usize,
            waiting_batches: usize::MAX,
        }
    }

    /// The kinds of which there is more than `bound` allows.
    #[must_use]
    pub fn excess(&self, bound: &Self) -> Vec<(&'static str, usize, usize)> {
        let all = self.named().into_iter().zip(bound.named());
        all.filter(|((_, found), (_, most))| found > most)
            .map(|((name, found), (_, most))| (name, found, most))
            .collect()
    }

    /// Each number with the name of its kind.
    #[must_use]
    pub fn named(&self) -> [(&'static str, usize); 11] {
        [
            ("slots", self.slots),
            ("own statements", self.own),
            ("prepared certificates", self.prepared),
            ("proposals", self.proposals),
            ("decided heights", self.committed),
            ("executed blocks", self.blocks),
            ("certificates", self.certificates),
            ("heights with checkpoints", self.checkpoints),
            ("view changes", self.view_changes),
            ("certified batches", self.certified_batches),
            ("batches waited for", self.waiting_batches),
        ]
    }
}

impl Replica {
    /// How much it keeps now.
    #[must_use]
    pub fn footprint(&self) -> Footprint {
        Footprint {
            slots: self.slots.iter().count(),
            own: self.own.0.len(),
            prepared: self.prepared.len(),
            proposals: self.proposals.len(),
            committed: self.chain.committed.len(),
            blocks: self.chain.blocks.len(),
            certificates: self.chain.certificates.len(),
            checkpoints: self.checkpoints.len(),
            view_changes: self.view_changes.len(),
            certified_batches: self.batches.queued(),
            waiting_batches: self.batches.waiting.len(),
        }
    }
}
