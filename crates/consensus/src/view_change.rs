//! View changes (PBFT §4.4): the wish for a higher view with everything that must survive into it, and the
//! join rule.

use types::{ValidatorIndex, View};

use crate::{
    effect::{Evidence, Halt, Notice},
    input::Monotonic,
    lone::KeptViewChange,
    message::{SignedStatement, Statement, ViewChange},
    own::OwnKey,
    replica::Replica,
};

impl Replica {
    /// Stops preparing and committing in the present view and asks for `view`. From here on nothing of a
    /// lower view is prepared or committed, also after a restart: the log knows the floor.
    pub(crate) fn start_view_change(&mut self, view: View, reason: &'static str) {
        if !self.can_vote() || view <= self.view || view < self.floor || self.is_halted() {
            return;
        }
        self.view = view;
        self.active = false;
        self.failed_views = self.failed_views.saturating_add(1);
        self.timers.ordering = None;
        self.timers.new_view = None;
        self.timers.propose = None;
        self.view_changes_started += 1;
        let stable = self.chain.stable().cloned();
        let above = stable.as_ref().map_or(self.chain.base, |certificate| certificate.height).next();
        let prepared =
            self.prepared.range(above..above.plus(self.chain.window)).map(|(_, p)| p.clone()).collect();
        self.persist(Statement::ViewChange(ViewChange { view, stable, prepared }), None, None);
        self.notice(Notice::ViewChangeStarted { view, reason });
    }

    pub(crate) fn on_view_change(&mut self, from: ValidatorIndex, signed: SignedStatement) {
        let Statement::ViewChange(change) = &signed.statement else { return };
        if self.is_me(signed.signer) {
            return self.check_own(&signed);
        }
        let known = self.view_changes.get(&signed.signer);
        if let Some(known) = known.filter(|known| known.view == change.view) {
            if known.signed.statement != signed.statement {
                let (first, second) = (Box::new(known.signed.clone()), Box::new(signed));
                self.accuse(Evidence::Equivocation { first, second });
            }
            return self.evaluate_view_changes();
        }
        if known.is_some_and(|known| known.view > change.view) {
            return;
        }
        let (change, now) = (change.clone(), self.clock.monotonic);
        for prepared in &change.prepared {
            let height = prepared.vote.height;
            let ours = self.prepared.get(&height).map(|ours| ours.vote);
            if ours.is_some_and(|ours| ours.view == prepared.vote.view && ours.digest != prepared.vote.digest)
            {
                return self.halt(Halt::ConflictingCertificates {
                    height,
                    what: "two digests prepared in one slot",
                });
            }
        }
        self.keep_view_change(signed, now);
        if let Some(certificate) = change.stable {
            self.adopt_certificate(certificate, &[from]);
        }
    }

    /// One slot per validator, for its highest view.
    pub(crate) fn keep_view_change(&mut self, signed: SignedStatement, now: Monotonic) {
        let Statement::ViewChange(change) = &signed.statement else { return };
        let (signer, view) = (signed.signer, change.view);
        let standing = self.view_changes.get(&signer).filter(|known| known.view > self.view);
        let kept = KeptViewChange::new(signed, view, now).after(standing);
        self.view_changes.insert(signer, kept);
        self.evaluate_view_changes();
    }

    /// Join rule, new-view timer, new view: evaluated at every view change received, duplicates included,
    /// and again when the recall query ends.
    pub(crate) fn evaluate_view_changes(&mut self) {
        if !self.can_vote() || self.is_halted() {
            return;
        }
        let ours = self.view;
        let above: Vec<_> =
            self.view_changes.values().map(|kept| kept.view).filter(|view| *view > ours).collect();
        let enough = above.len() >= self.config.validators.one_honest();
        if let Some(smallest) = above.into_iter().min().filter(|_| enough) {
            self.book_lone_view_changes();
            self.start_view_change(smallest, "joined");
        }
        self.start_new_view_timer();
        self.try_new_view();
    }

    /// PBFT §4.5.2: the wait for the new view begins when q validators wish for it or more, so that fast
    /// replicas do not run ahead; it is not stopped when one of them wishes for more.
    fn start_new_view_timer(&mut self) {
        if self.active
            || self.timers.new_view.is_some()
            || self.own.signed(OwnKey::ViewChange(self.view)).is_none()
        {
            return;
        }
        let wishes = self.view_changes.values().filter(|kept| kept.view >= self.view).count();
        if wishes >= self.config.validators.quorum() {
            self.timers.new_view = Some(Monotonic(self.clock.monotonic.0.saturating_add(self.patience())));
        }
    }
}
