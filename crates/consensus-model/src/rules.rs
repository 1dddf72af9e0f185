//! The rules of consensus.md that let a replica say or decide something: when (guards) and what then
//! (effects). Guards look at what arrived through [`Evidence`]; they are monotone, more never forbids.

use crate::{
    order::Order,
    replica::Replica,
    terms::{Bounds, Digest, Digests, Fault, Height, Prepared, View, at},
};

/// What a replica learnt from others and itself.
pub trait Evidence {
    /// Digests of pre-prepares of the primary of `view` that may be taken.
    fn offers(&self, view: View, height: Height) -> Digests;
    /// How many validators other than the primary prepared it.
    fn prepares(&self, view: View, height: Height, digest: Digest) -> usize;
    /// How many committed it.
    fn commits(&self, view: View, height: Height, digest: Digest) -> usize;
    /// The block of which a certificate can be had (q equal checkpoints).
    fn certified(&self, height: Height) -> Option<Digest>;
}

/// One step of one replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The primary orders a digest.
    Propose(Height, Digest),
    /// A backup accepts it and agrees.
    Prepare(Height, Digest),
    /// q are bound to it.
    Prepared(Height, Digest),
    /// The promise that it is prepared and durable.
    Commit(Height, Digest),
    /// q promised.
    Decide(Height, Digest),
    /// The next height is decided: its block becomes durable, the checkpoint leaves.
    Execute(Digest),
    /// A block certificate is here.
    Certify(Height),
    /// The next block comes from others, with its certificate.
    Sync(Digest),
    /// It wishes for a view: its timer, or f+1 others.
    ViewChange(View),
    /// The primary of a view begins it.
    NewView(Order),
    /// A view begins here.
    Install(Order),
}

impl Replica {
    /// Every rule of the normal case that may be followed now; nothing about views.
    pub fn enabled(&self, bounds: &Bounds, seen: &impl Evidence, rules: &mut Vec<Rule>) {
        if let Some(view) = self.voting_view(bounds) {
            for height in (1..=bounds.heights).filter(|height| self.is_open(bounds, *height)) {
                self.enabled_at(bounds, seen, view, height, rules);
            }
        }
        if !bounds.checkpoints {
            return;
        }
        if self.executed < bounds.heights
            && let Some(digest) = self.decided[at(self.executed + 1)]
        {
            rules.push(Rule::Execute(digest));
        }
        let missing = (self.low + 1..=bounds.heights).filter(|height| !self.has_certificate(*height));
        rules.extend(missing.filter(|height| seen.certified(*height).is_some()).map(Rule::Certify));
    }

    fn enabled_at(
        &self,
        bounds: &Bounds,
        seen: &impl Evidence,
        view: View,
        height: Height,
        rules: &mut Vec<Rule>,
    ) {
        let is_primary = Bounds::primary(view) == self.index;
        let slot = |votes: &crate::terms::PerSlot<Option<Digest>>| votes[usize::from(view)][at(height)];
        for digest in seen.offers(view, height).iter() {
            if !self.is_acceptable(bounds, view, height, digest) {
                continue;
            }
            if !is_primary && slot(&self.own.prepares).is_none() {
                rules.push(Rule::Prepare(height, digest));
            }
            let is_accepted = is_primary || slot(&self.own.prepares) == Some(digest);
            let known = self.prepared[at(height)];
            if is_accepted
                && known.is_none_or(|known| known.view < view)
                && seen.prepares(view, height, digest) + 1 >= bounds.quorum()
            {
                rules.push(Rule::Prepared(height, digest));
            }
        }
        if let Some(Prepared { digest, .. }) = self.prepared[at(height)].filter(|known| known.view == view) {
            if slot(&self.own.commits).is_none() {
                rules.push(Rule::Commit(height, digest));
            }
            if bounds.checkpoints
                && self.decided[at(height)].is_none()
                && seen.commits(view, height, digest) >= bounds.quorum()
            {
                rules.push(Rule::Decide(height, digest));
            }
        }
    }

    /// What a backup demands of a digest: O's up to hi, fresh above; never another than what is decided or
    /// was voted for in this view.
    fn is_acceptable(&self, bounds: &Bounds, view: View, height: Height, digest: Digest) -> bool {
        let own = [&self.own.prepares, &self.own.commits];
        let voted = own.into_iter().filter_map(|votes| votes[usize::from(view)][at(height)]);
        if voted.chain(self.decided[at(height)]).any(|other| other != digest) {
            return false;
        }
        match self.order.digests[at(height)] {
            _ if bounds.fault == Fault::OrderIgnored => digest != Digest::Null,
            Some(ordered) => ordered == digest,
            None => height > self.order.hi && digest != Digest::Null,
        }
    }

    /// What the primary re-orders of O at a height, once.
    #[must_use]
    pub fn reproposal(&self, bounds: &Bounds, height: Height) -> Option<Digest> {
        let leads = self.active && Bounds::primary(self.view) == self.index && self.is_open(bounds, height);
        let is_free = self.own.pre_prepares[usize::from(self.view)][at(height)].is_none();
        let ordered = self.order.digests[at(height)].filter(|_| leads && is_free);
        ordered.filter(|digest| self.decided[at(height)].is_none_or(|decided| decided == *digest))
    }

    /// Follows a rule.
    pub fn follow(&mut self, bounds: &Bounds, rule: Rule) {
        let view = self.voting_view(bounds).unwrap_or(self.view);
        let slot = usize::from(view);
        match rule {
            Rule::Propose(height, digest) => self.own.pre_prepares[slot][at(height)] = Some(digest),
            Rule::Prepare(height, digest) => self.own.prepares[slot][at(height)] = Some(digest),
            Rule::Prepared(height, digest) => self.prepared[at(height)] = Some(Prepared { view, digest }),
            Rule::Commit(height, digest) => self.own.commits[slot][at(height)] = Some(digest),
            Rule::Decide(height, digest) => self.decided[at(height)] = Some(digest),
            Rule::Execute(digest) | Rule::Sync(digest) => self.execute(digest),
            Rule::Certify(height) => self.certify(height),
            Rule::ViewChange(wish) => {
                let change = self.view_change(bounds, wish);
                self.own.view_changes[usize::from(wish)] = Some(change);
                self.view = wish;
                self.active = false;
            }
            Rule::NewView(order) => {
                self.own.new_views[usize::from(order.view)] = Some(order);
            }
            Rule::Install(order) => {
                self.view = order.view;
                self.active = true;
                self.order = order;
                self.certify(order.lo);
            }
        }
    }

    /// Whether a new view may be installed: it is not below anything said, and not installed yet.
    #[must_use]
    pub const fn may_install(&self, view: View) -> bool {
        view > self.view || (view == self.view && !self.active)
    }
}
