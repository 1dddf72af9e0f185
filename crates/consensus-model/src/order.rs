//! O: what a new view begins with follows from V alone (consensus.md, "NewView").

use crate::terms::{Bounds, Digest, Fault, Height, PerHeight, Prepared, View, ViewChange, at};

/// lo, hi and the digest of every height in (lo, hi].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Order {
    /// The view that begins with it.
    pub view: View,
    /// The highest certified checkpoint in V: heights up to it are not voted on.
    pub lo: Height,
    /// The highest prepared height in V: above it only fresh proposals.
    pub hi: Height,
    /// One digest for each height in (lo, hi].
    pub digests: PerHeight<Option<Digest>>,
}

impl Order {
    /// Computes it from the view changes of V.
    #[must_use]
    pub fn of(bounds: &Bounds, view: View, changes: &[ViewChange]) -> Self {
        let lo = changes.iter().map(|change| change.stable).max().unwrap_or_default();
        let mut best: PerHeight<Option<Prepared>> = [None; crate::terms::HEIGHTS];
        for (place, best) in best.iter_mut().enumerate() {
            let found = changes.iter().filter_map(|change| change.prepared[place]);
            *best = if bounds.fault == Fault::LowestViewWins {
                found.min_by_key(|prepared| prepared.view)
            } else {
                found.max_by_key(|prepared| prepared.view)
            };
        }
        let highest = (1..=bounds.heights).rev().find(|height| best[at(*height)].is_some());
        let hi = highest.unwrap_or_default().max(lo);
        let mut digests = [None; crate::terms::HEIGHTS];
        for height in lo + 1..=hi {
            digests[at(height)] = Some(best[at(height)].map_or(Digest::Null, |prepared| prepared.digest));
        }
        Self { view, lo, hi, digests }
    }
}
