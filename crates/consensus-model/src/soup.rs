//! All that was ever said, as a checker sees it: a message may be lost, late, doubled or out of order, so a
//! replica may act on anything said at any time, and need not. A liar says everything that one key can sign.

use crate::{
    order::Order,
    replica::{Own, Replica},
    rules::Evidence,
    terms::{
        Bounds, Digest, Digests, HEIGHTS, Height, Index, PerSlot, Prepared, VALIDATORS, View, ViewChange, at,
    },
};

/// A state of the whole network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// By index; the liar's stays blank.
    pub replicas: [Replica; VALIDATORS],
    /// What was said by logs that were lost since (never in a correct protocol).
    pub lost: Vec<(Index, Own)>,
    /// Whether validators 2 and 3 play the same part.
    pub has_twins: bool,
}

/// One kind of vote in a log.
type Phase = fn(&Own) -> &PerSlot<Option<Digest>>;

/// A state under its bounds.
#[derive(Debug, Clone, Copy)]
pub struct Soup<'s> {
    /// The bounds.
    pub bounds: &'s Bounds,
    /// The state.
    pub state: &'s State,
}

impl Soup<'_> {
    /// Every log there ever was of one honest validator.
    fn logs(&self, of: Index) -> impl Iterator<Item = &Own> {
        let lost = self.state.lost.iter().filter(move |(index, _)| *index == of).map(|(_, own)| own);
        lost.chain(std::iter::once(&self.state.replicas[usize::from(of)].own))
    }

    fn said(
        &self,
        of: Index,
        votes: impl Fn(&Own) -> &PerSlot<Option<Digest>>,
        slot: (View, Height),
    ) -> Digests {
        let found = self.logs(of).map(|own| votes(own)[usize::from(slot.0)][at(slot.1)]);
        found.fold(Digests::default(), Digests::with)
    }

    fn count(
        &self,
        votes: impl Fn(&Own) -> &PerSlot<Option<Digest>> + Copy,
        slot: (View, Height),
        digest: Digest,
    ) -> usize {
        self.bounds.honest().filter(|index| self.said(*index, votes, slot).contains(digest)).count()
    }

    /// Two proposals of a liar are alike until somebody takes one: that one is called A.
    fn liars_offers(&self, view: View, height: Height) -> Digests {
        let first = Digests::of(Some(Digest::A));
        let is_taken = self
            .bounds
            .honest()
            .any(|index| !self.said(index, |own| &own.prepares, (view, height)).is_empty());
        if height <= self.bounds.equivocates_to && (view > 0 || is_taken) {
            first.with(Some(Digest::B))
        } else {
            first
        }
    }

    /// Whether a prepared certificate can be made of what was said.
    #[must_use]
    pub fn is_prepared(&self, view: View, height: Height, digest: Digest) -> bool {
        let primary = Bounds::primary(view);
        let is_offered = self.bounds.is_liar(primary)
            || self.said(primary, |own| &own.pre_prepares, (view, height)).contains(digest);
        is_offered && self.prepares(view, height, digest) + 1 >= self.bounds.quorum()
    }

    /// Whether q committed.
    #[must_use]
    pub fn is_chosen(&self, view: View, height: Height, digest: Digest) -> bool {
        self.commits(view, height, digest) >= self.bounds.quorum()
    }

    /// What q committed at a height in views below `view`.
    #[must_use]
    pub fn chosen_below(&self, view: View, height: Height) -> Digests {
        let mut found = Digests::default();
        for below in 0..view {
            for digest in Digest::ALL.into_iter().filter(|digest| self.is_chosen(below, height, *digest)) {
                found = found.with(Some(digest));
            }
        }
        found
    }

    /// The digests that q validators executed and signed at a height.
    #[must_use]
    pub fn certified_digests(&self, height: Height) -> Digests {
        let executed = |index: Index| {
            let replica = &self.state.replicas[usize::from(index)];
            (replica.executed >= height).then(|| &replica.decided[..usize::from(height)])
        };
        let liar = usize::from(self.bounds.byzantine.is_some());
        let mut found = Digests::default();
        for header in self.bounds.honest().filter_map(executed) {
            let equal = self.bounds.honest().filter(|index| executed(*index) == Some(header)).count();
            if equal + liar >= self.bounds.quorum() {
                found = found.with(header[at(height)]);
            }
        }
        found
    }

    /// How many validators wish for `view` or more.
    #[must_use]
    pub fn wishes(&self, view: View) -> usize {
        let wishes = |index: Index| {
            self.logs(index).flat_map(|own| own.view_changes).flatten().any(|change| change.view >= view)
        };
        self.bounds.honest().filter(|index| wishes(*index)).count()
            + usize::from(self.bounds.byzantine.is_some())
    }

    /// Whether somebody wishes for exactly this view.
    #[must_use]
    pub fn is_wished(&self, view: View) -> bool {
        let exactly = |own: &Own| own.view_changes[usize::from(view)].is_some();
        self.bounds.byzantine.is_some() || self.bounds.honest().any(|index| self.logs(index).any(exactly))
    }

    /// The view changes for `view` that one validator signs.
    fn changes_of(&self, index: Index, view: View) -> Vec<ViewChange> {
        if self.bounds.is_liar(index) {
            return self.lies(index, view);
        }
        self.logs(index).filter_map(|own| own.view_changes[usize::from(view)]).collect()
    }

    /// A liar cannot forge: it leaves out what it likes, and shows what can be shown.
    fn lies(&self, signer: Index, view: View) -> Vec<ViewChange> {
        let newest = (1..=self.bounds.heights).rev().find(|height| self.certified(*height).is_some());
        let mut lies = Vec::new();
        for stable in 0..=newest.unwrap_or_default() {
            let blank = ViewChange { signer, view, stable, prepared: [None; HEIGHTS] };
            let mut of_stable = vec![blank];
            for height in stable + 1..=(stable + self.bounds.window).min(self.bounds.heights) {
                let certificates = self.certificates_of(view, height);
                let longer = of_stable.iter().flat_map(|lie| {
                    certificates.iter().map(|certificate| {
                        let mut lie = *lie;
                        lie.prepared[at(height)] = Some(*certificate);
                        lie
                    })
                });
                let longer: Vec<_> = longer.collect();
                of_stable.extend(longer);
            }
            lies.extend(of_stable);
        }
        lies
    }

    fn certificates_of(&self, below: View, height: Height) -> Vec<Prepared> {
        let slots = (0..below).flat_map(|view| Digest::ALL.map(|digest| Prepared { view, digest }));
        slots.filter(|prepared| self.is_prepared(prepared.view, height, prepared.digest)).collect()
    }

    /// Every O with which the primary of `view` can prove that it begins.
    #[must_use]
    pub fn orders(&self, view: View) -> Vec<Order> {
        let primary = Bounds::primary(view);
        let of_each: Vec<_> = (0..4).map(|index| (index, self.changes_of(index, view))).collect();
        let mut sets: Vec<Vec<ViewChange>> = vec![Vec::new()];
        for (index, changes) in of_each {
            let mut more = Vec::new();
            for set in &sets {
                more.extend(changes.iter().map(|change| {
                    let mut set = set.clone();
                    set.push(*change);
                    set
                }));
            }
            if index == primary { sets = more } else { sets.extend(more) }
        }
        sets.retain(|set| set.len() >= self.bounds.quorum());
        let mut orders: Vec<_> = sets.iter().map(|set| Order::of(self.bounds, view, set)).collect();
        orders.sort_unstable();
        orders.dedup();
        orders
    }

    /// Every new view of `view` that is there to be installed.
    #[must_use]
    pub fn new_views(&self, view: View) -> Vec<Order> {
        let primary = Bounds::primary(view);
        if self.bounds.is_liar(primary) {
            return self.orders(view);
        }
        self.logs(primary).filter_map(|own| own.new_views[usize::from(view)]).collect()
    }

    /// Whether an honest validator said two things in one slot.
    #[must_use]
    pub fn has_double_vote(&self) -> bool {
        let phases: [Phase; 3] = [|own| &own.pre_prepares, |own| &own.prepares, |own| &own.commits];
        let slots = (0..self.bounds.views).flat_map(|view| (1..=self.bounds.heights).map(move |h| (view, h)));
        slots.into_iter().any(|slot| {
            self.bounds
                .honest()
                .any(|index| phases.iter().any(|votes| self.said(index, votes, slot).len() > 1))
        })
    }
}

impl Evidence for Soup<'_> {
    fn offers(&self, view: View, height: Height) -> Digests {
        let primary = Bounds::primary(view);
        if self.bounds.is_liar(primary) {
            let ordered =
                |replica: &Replica| replica.order.digests[at(height)].filter(|_| replica.order.view == view);
            let again = self.state.replicas.iter().map(ordered);
            return again.fold(self.liars_offers(view, height), Digests::with);
        }
        self.said(primary, |own| &own.pre_prepares, (view, height))
    }

    fn prepares(&self, view: View, height: Height, digest: Digest) -> usize {
        let liar = self.bounds.byzantine.is_some_and(|liar| liar != Bounds::primary(view));
        self.count(|own| &own.prepares, (view, height), digest) + usize::from(liar)
    }

    fn commits(&self, view: View, height: Height, digest: Digest) -> usize {
        let liar = usize::from(self.bounds.byzantine.is_some());
        self.count(|own| &own.commits, (view, height), digest) + liar
    }

    fn certified(&self, height: Height) -> Option<Digest> {
        self.certified_digests(height).iter().next()
    }
}
