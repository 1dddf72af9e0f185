//! New views (PBFT §4.4): what a view begins with follows from V alone, so everybody computes it.

use std::collections::BTreeMap;

use types::{Certificate, Height, Proposal, ProposalDigest, View};

use crate::{
    checkpoint::null_digest,
    effect::{Effect, Evidence, Halt, Notice, Persist},
    lone::KeptViewChange,
    message::{NewView, PreparedCertificate, SignedStatement, Statement, ViewChange},
    own::OwnKey,
    replica::Replica,
    voting::VotingState,
};

/// O: what a view must order first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) view: View,
    /// The highest certified checkpoint in V; heights up to it are not voted on.
    pub(crate) lo: Height,
    /// The highest prepared height in V; above it only fresh proposals.
    pub(crate) hi: Height,
    /// The digest of every height in (lo, hi].
    pub(crate) digests: BTreeMap<Height, ProposalDigest>,
    /// The certificate of `lo`.
    pub(crate) certificate: Option<Certificate>,
}

impl Order {
    /// lo = highest certified checkpoint in V (`base` where nothing of the epoch is certified), hi = highest
    /// prepared height in V, and for every height
    /// between them the digest with the highest view, else null.
    pub(crate) fn of(new_view: &NewView, base: Height) -> Result<Self, Halt> {
        let changes: Vec<&ViewChange> = new_view
            .view_changes
            .iter()
            .filter_map(|signed| {
                let Statement::ViewChange(change) = &signed.statement else { return None };
                Some(change)
            })
            .collect();
        let certificate = highest_certificate(&changes)?;
        let lo = certificate.as_ref().map_or(base, |certificate| certificate.height);
        let best = best_prepared(&changes)?;
        let hi = best.last_key_value().map_or(lo, |(height, _)| (*height).max(lo));
        let null = null_digest();
        let heights = (lo.get() + 1..=hi.get()).map(Height::new);
        let digests =
            heights.map(|h| (h, best.get(&h).map_or(null, |prepared| prepared.vote.digest))).collect();
        Ok(Self { view: new_view.view, lo, hi, digests, certificate })
    }
}

fn highest_certificate(changes: &[&ViewChange]) -> Result<Option<Certificate>, Halt> {
    let mut by_height: BTreeMap<Height, &Certificate> = BTreeMap::new();
    for certificate in changes.iter().filter_map(|change| change.stable.as_ref()) {
        let height = certificate.height;
        let first = by_height.entry(height).or_insert(certificate);
        if first.header_hash != certificate.header_hash {
            return Err(Halt::ConflictingCertificates {
                height,
                what: "two block certificates for one height",
            });
        }
    }
    Ok(by_height.into_values().next_back().cloned())
}

/// Of each height the prepared certificate with the highest view: not the latest to arrive.
fn best_prepared<'c>(changes: &[&'c ViewChange]) -> Result<BTreeMap<Height, &'c PreparedCertificate>, Halt> {
    let mut slots: BTreeMap<(Height, View), ProposalDigest> = BTreeMap::new();
    let mut best: BTreeMap<Height, &PreparedCertificate> = BTreeMap::new();
    for prepared in changes.iter().flat_map(|change| &change.prepared) {
        let (height, view) = (prepared.vote.height, prepared.vote.view);
        if *slots.entry((height, view)).or_insert(prepared.vote.digest) != prepared.vote.digest {
            return Err(Halt::ConflictingCertificates { height, what: "two digests prepared in one slot" });
        }
        let known = best.entry(height).or_insert(prepared);
        if view > known.vote.view {
            *known = prepared;
        }
    }
    Ok(best)
}

impl Replica {
    /// The primary of the view that we wait for begins it once q wish for exactly this view, itself among
    /// them. It never waits for batches.
    pub(crate) fn try_new_view(&mut self) {
        let view = self.view;
        if self.active || !self.is_primary() || self.own.contains(OwnKey::NewView(view)) {
            return;
        }
        let wishes = self.view_changes.values().filter(|kept| kept.view == view);
        let view_changes: Vec<_> = wishes.map(|kept| kept.signed.clone()).collect();
        let has_own = view_changes.iter().any(|signed| self.is_me(signed.signer));
        if has_own && view_changes.len() >= self.config.validators.quorum() {
            self.persist(Statement::NewView(NewView { view, view_changes }), None, None);
        }
    }

    pub(crate) fn on_new_view(&mut self, signed: SignedStatement) {
        if self.is_me(signed.signer) {
            return self.check_own(&signed);
        }
        self.install(signed, false);
    }

    /// Installed iff its view is not below anything we said and not installed yet; it proves itself, so a
    /// sleeper installs it directly. Logged before the first vote in it: the log keeps the order of effects.
    pub(crate) fn install(&mut self, signed: SignedStatement, is_own: bool) {
        let Statement::NewView(new_view) = &signed.statement else { return };
        let view = new_view.view;
        if view < self.view || view < self.floor || self.is_halted() {
            return;
        }
        if self.active && view == self.view {
            if let Some(first) = self.new_view.as_ref().filter(|first| first.statement != signed.statement) {
                let (first, second) = (Box::new(first.clone()), Box::new(signed));
                self.accuse(Evidence::Equivocation { first, second });
            }
            return;
        }
        let order = match Order::of(new_view, self.chain.base) {
            Ok(order) => order,
            Err(halt) => return self.halt(halt),
        };
        if !is_own && matches!(self.voting, VotingState::Active | VotingState::Asking) {
            self.effects.push(Effect::Persist(Persist::Installed(signed.clone())));
        }
        self.enter_view(signed, order);
    }

    pub(crate) fn enter_view(&mut self, signed: SignedStatement, order: Order) {
        let Statement::NewView(new_view) = &signed.statement else { return };
        self.view = order.view;
        self.active = true;
        self.propose_due = true;
        let changes = new_view.view_changes.clone();
        self.new_view = Some(signed);
        self.order = order;
        self.last_proposed = Height::ZERO;
        self.highest_proposed = self.order.hi;
        self.timed_proposed = Height::ZERO;
        self.noticed_difference.clear();
        self.timers.begin_view(self.clock.monotonic);
        self.proposals.forget_wishes();
        let oldest = self.view.minus(crate::config::VIEWS_BACK);
        self.slots.prune(self.chain.low, oldest);
        self.own.prune(self.chain.low, self.floor, self.view);
        self.restart_batches();
        for change in changes {
            let newer = |kept: &KeptViewChange| kept.view >= self.view;
            if !self.is_me(change.signer) && !self.view_changes.get(&change.signer).is_some_and(newer) {
                self.keep_silently(change);
            }
        }
        let primary = self.primary();
        self.notice(Notice::ViewInstalled { view: self.view, primary });
        if let Some(certificate) = self.order.certificate.clone() {
            self.adopt_certificate(certificate, &[]);
        }
        self.restore_own_pre_prepares();
        self.repropose();
        self.consider_window();
    }

    /// V's view changes are kept like any other, for peers that ask which of their votes we hold.
    fn keep_silently(&mut self, signed: SignedStatement) {
        let Statement::ViewChange(change) = &signed.statement else { return };
        let (signer, view) = (signed.signer, change.view);
        self.view_changes.insert(signer, KeptViewChange::new(signed, view, self.clock.monotonic));
    }

    /// What an earlier view proposed and this one does not order may be proposed again.
    fn restart_batches(&mut self) {
        let committed =
            self.chain.committed.iter().map(|(height, c)| (*height, Proposal::clone(&c.proposal)));
        let ordered =
            self.order.digests.iter().filter_map(|(h, digest)| Some((*h, self.proposals.get(*digest)?)));
        let kept: Vec<_> = committed.chain(ordered).collect();
        self.batches
            .begin_view(kept.iter().map(|(height, proposal)| (*height, proposal)), self.clock.monotonic);
    }

    /// Tries every height of the window again.
    pub(crate) fn consider_window(&mut self) {
        let (first, last) = (self.chain.low.next(), self.chain.low.plus(self.chain.window));
        for height in first.get()..=last.get() {
            self.consider(Height::new(height));
        }
    }
}
