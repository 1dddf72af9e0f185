//! The lone view-changer (a deviation from the paper). Whoever asked for a higher view alone votes in no lower
//! one any more, so it stays mute for as long as the present view works for the others. Its wish is told to
//! all when it stands for half of `view_timeout_max`, and joined when it stands for all of it: one view
//! change, and everybody votes again.
//!
//! So that no liar changes views for ever, each validator has an allowance: [`AT_ONCE`] such wishes, and one
//! more for each [`INTERVAL`]. Whoever moves because of it books it, not only who moves first.

use std::collections::BTreeMap;

use types::{ValidatorIndex, View};

use crate::{
    config::LONE_JUMP_MAX,
    effect::Effect,
    input::Monotonic,
    message::{Message, SignedStatement},
    replica::Replica,
};

/// Between two lone wishes of one validator in the long run, in `view_timeout_max`.
const INTERVAL: u64 = 10;
/// So many of them may come without a pause.
const AT_ONCE: u64 = 4;

/// The highest view change of one validator.
#[derive(Debug, Clone)]
pub(crate) struct KeptViewChange {
    pub(crate) signed: SignedStatement,
    pub(crate) view: View,
    /// Since when it asks for views above ours.
    pub(crate) since: Monotonic,
    /// Whether we told all that it does.
    relayed: bool,
}

/// Until when the lone wishes of each validator are paid for.
#[derive(Debug, Default)]
pub(crate) struct Allowances(BTreeMap<ValidatorIndex, Monotonic>);

impl KeptViewChange {
    pub(crate) const fn new(signed: SignedStatement, view: View, since: Monotonic) -> Self {
        Self { signed, view, since, relayed: false }
    }

    /// In place of an older wish: where that one stood, the wait goes on, and is told only once.
    pub(crate) fn after(self, standing: Option<&Self>) -> Self {
        match standing {
            Some(known) => Self { since: known.since, relayed: known.relayed, ..self },
            None => self,
        }
    }
}

impl Allowances {
    fn permits(&self, validator: ValidatorIndex, now: Monotonic, interval: u64) -> bool {
        let paid_until = self.0.get(&validator).map_or(0, |until| until.0);
        paid_until <= now.0.saturating_add((AT_ONCE - 1).saturating_mul(interval))
    }

    fn book(&mut self, validator: ValidatorIndex, now: Monotonic, interval: u64) {
        let until = self.0.entry(validator).or_default();
        let most = now.0.saturating_add(AT_ONCE.saturating_mul(interval));
        *until = Monotonic(until.0.max(now.0).saturating_add(interval).min(most));
    }
}

impl Replica {
    /// Told at half of the wait, joined after the whole of it: the smallest such view. Not while we are out of
    /// touch: alone we would only become a second lone view-changer.
    pub(crate) fn consider_lone_view_change(&mut self) {
        if !self.active || !self.can_vote() || self.fresh_validators() < self.config.validators.quorum() {
            return;
        }
        self.relay_lone_view_changes();
        let (ours, now, wait) = (self.view, self.clock.monotonic, self.config.parameters.view_timeout_max_ms);
        let interval = wait.saturating_mul(INTERVAL);
        let is_due = |(validator, kept): &(&ValidatorIndex, &KeptViewChange)| {
            kept.view > ours
                && kept.view <= ours.plus(LONE_JUMP_MAX)
                && now.0 >= kept.since.0.saturating_add(wait)
                && self.allowances.permits(**validator, now, interval)
        };
        let due = self.view_changes.iter().filter(is_due);
        let Some(view) = due.map(|(_, kept)| kept.view).min() else { return };
        self.book_lone_view_changes();
        self.start_view_change(view, "lone_view_change");
    }

    fn relay_lone_view_changes(&mut self) {
        let (ours, now, me) = (self.view, self.clock.monotonic.0, self.me());
        let half = self.config.parameters.view_timeout_max_ms / 2;
        let standing = self.view_changes.iter_mut().filter(|(validator, kept)| {
            Some(**validator) != me
                && kept.view > ours
                && !kept.relayed
                && now >= kept.since.0.saturating_add(half)
        });
        for (_, kept) in standing {
            kept.relayed = true;
            self.effects.push(Effect::Broadcast(Message::Signed(kept.signed.clone())));
        }
    }

    /// We go to a higher view on the wish of others: it is booked to those who stood alone for a while.
    pub(crate) fn book_lone_view_changes(&mut self) {
        let (ours, now, wait) = (self.view, self.clock.monotonic, self.config.parameters.view_timeout_max_ms);
        let stood = |kept: &KeptViewChange| {
            kept.view > ours && now.0 >= kept.since.0.saturating_add((wait / 4).max(1))
        };
        for (validator, _) in self.view_changes.iter().filter(|(_, kept)| stood(kept)) {
            self.allowances.book(*validator, now, wait.saturating_mul(INTERVAL));
        }
    }
}
