//! Censorship and slowness: a certified batch that the primary leaves lying is overdue and changes the view.
//!
//! Every replica that holds a proof relays it to the primary, and to all at half the bound. Overdue is only
//! an author's oldest unordered batch, when our patience passed since the relay and meanwhile either nothing
//! was ordered or n·W references of other batches were. Our own backlog excuses the primary, and so does our
//! absence: a node that returns from isolation waits anew.

use std::collections::BTreeMap;

use crate::{
    batches::{Batches, DELAYS, Relay},
    config::RELAYED_MAX,
    effect::Effect,
    input::Monotonic,
    message::Message,
    propose::PIPELINE_DEPTH,
    replica::Replica,
};

/// The least time between two view changes because of slowness, in ms.
const SLOW_INTERVAL_MS: u64 = 60_000;

impl Replica {
    /// A batch became available.
    pub(crate) fn on_batch_certified(&mut self, proof: types::AvailabilityProof, acks: usize) {
        let reference = proof.reference;
        let is_known = usize::from(reference.author.get()) < self.config.validators.len();
        if !is_known || reference.epoch != self.config.epoch || reference.expires < self.clock.wall {
            return;
        }
        let ackers: Vec<_> = proof.signatures.iter().map(|(index, _)| *index).collect();
        self.propose_due = true;
        let is_new = self.batches.certify(proof, acks, self.clock.monotonic);
        if is_new && !self.batches.is_held(&reference) {
            self.fetch_batch(reference, ackers);
        }
    }

    /// Relays the oldest certified batches of each author that nobody proposes; fetches those we lack.
    pub(crate) fn relay_proofs(&mut self) {
        let (now, wall) = (self.clock.monotonic, self.clock.wall);
        let view_timeout = self.config.parameters.view_timeout_ms;
        let primary = self.primary();
        let may_relay = self.active && self.can_vote();
        if self.has_moving_backlog() {
            self.batches.last_ordered = now;
        }
        if self.is_out_of_touch() {
            self.batches.wait_anew(now);
        }
        let ordered = self.batches.ordered_total;
        let mut lacking = Vec::new();
        let mut effects = Vec::new();
        let mut queues = std::mem::take(&mut self.batches.certified);
        for queue in queues.values_mut() {
            queue.retain(|_, certified| certified.proof.reference.expires >= wall);
            let idle = queue.values_mut().filter(|c| !self.batches.is_proposed(&c.proof.reference.digest));
            for certified in idle.take(RELAYED_MAX) {
                let reference = certified.proof.reference;
                if !self.batches.is_held(&reference) {
                    lacking.push((
                        reference,
                        certified.proof.signatures.iter().map(|(i, _)| *i).collect::<Vec<_>>(),
                    ));
                }
                match &mut certified.relayed {
                    None if may_relay && now.0 >= certified.since.0 + view_timeout / 8 => {
                        certified.relayed = Some(Relay { at: now, to_all: false, ordered });
                        if !self.is_me(primary) {
                            let message = Message::BatchProof(certified.proof.clone());
                            effects.push(Effect::Send { to: primary, message });
                        }
                    }
                    Some(relay) if may_relay && !relay.to_all && now.0 >= relay.at.0 + view_timeout / 2 => {
                        relay.to_all = true;
                        effects.push(Effect::Broadcast(Message::BatchProof(certified.proof.clone())));
                    }
                    Some(_) | None => {}
                }
            }
        }
        self.batches.certified = queues;
        self.effects.extend(effects);
        for (reference, from) in lacking {
            self.fetch_batch(reference, from);
        }
    }

    /// Alone, or far behind: what we know of batches is old, and what we relayed may have reached nobody.
    fn is_out_of_touch(&self) -> bool {
        self.fresh_validators() < self.config.validators.quorum()
            || self.chain.certified() > self.chain.executed.plus(self.chain.window)
    }

    /// Decided heights wait for their execution or their certificates: no fault of the primary, as long as
    /// something moves. When nothing moved for `view_timeout_max`, a validator whose checkpoint is needed may
    /// sit in a higher view, which decided heights reach only by a view change.
    fn has_moving_backlog(&mut self) -> bool {
        let now = self.clock.monotonic;
        let standing = (self.chain.certified(), self.chain.executed);
        if self.backlog.0 != standing {
            self.backlog = (standing, now);
        }
        let since = now.0.saturating_sub(self.backlog.1.0);
        self.chain.first_undecided() > self.chain.low.next()
            && since < self.config.parameters.view_timeout_max_ms
    }

    /// Whether an author's oldest unordered batch is overdue.
    pub(crate) fn is_batch_overdue(&self) -> bool {
        let now = self.clock.monotonic.0;
        let patience = self.patience();
        let idle_for = now.saturating_sub(self.batches.last_ordered.0);
        let many = u64::try_from(self.batches.bound()).unwrap_or(u64::MAX);
        let is_overdue = |relay: &Relay| {
            let waited = now.saturating_sub(relay.at.0) >= patience;
            let passed_over = self.batches.ordered_total.saturating_sub(relay.ordered) >= many;
            waited && (passed_over || (idle_for >= patience && !self.is_held()))
        };
        !self.is_primary()
            && self.batches.certified.values().any(|queue| {
                let oldest = queue.values().find(|c| !self.batches.is_proposed(&c.proof.reference.digest));
                oldest.and_then(|certified| certified.relayed.as_ref()).is_some_and(is_overdue)
            })
    }

    /// Whether delays now are the primary's own: the window is not full and our queues are below half.
    pub(crate) fn primary_has_no_excuse(&self) -> bool {
        let is_full = self.highest_proposed >= self.chain.top();
        !is_full && !self.is_primary() && !self.is_held() && self.batches.queued() < self.batches.bound() / 2
    }

    /// While the window is full, or so many proposals are undecided that the next must be half a block
    /// (`propose`), batches wait for votes and checkpoints, not for the primary.
    pub(crate) fn note_full(&mut self) {
        let undecided = self.highest_proposed.next().since(self.chain.first_undecided());
        let is_full = self.highest_proposed >= self.chain.top() || undecided >= PIPELINE_DEPTH;
        if is_full || self.timers.is_full {
            self.timers.full_until = self.clock.monotonic;
        }
        self.timers.is_full = is_full;
    }

    /// The median delay of the last 64 references, and that of the newest 16 of them (else what was once worked
    /// off accuses later), exceeds max(view_timeout/4, 10 × the q-th smallest round trip). At most one such view
    /// change per minute.
    pub(crate) fn is_primary_slow(&mut self) -> bool {
        let now = self.clock.monotonic;
        let is_early = self.timers.last_slow_check.is_some_and(|last| now.0 < last.0 + SLOW_INTERVAL_MS);
        if is_early || self.batches.delays.len() < DELAYS || !self.primary_has_no_excuse() {
            return false;
        }
        let Some(round_trip) = self.quorum_round_trip_ms() else { return false };
        let bound = (self.config.parameters.view_timeout_ms / 4).max(10 * round_trip);
        let is_slow = [DELAYS, DELAYS / 4].iter().all(|newest| self.batches.median_delay(*newest) > bound);
        if is_slow {
            self.timers.last_slow_check = Some(now);
        }
        is_slow
    }
}

impl Batches {
    /// The median of so many of the newest delays.
    fn median_delay(&self, newest: usize) -> u64 {
        let mut delays: Vec<_> = self.delays.iter().rev().take(newest).copied().collect();
        delays.sort_unstable();
        delays.get(newest / 2).copied().unwrap_or(0)
    }

    /// We slept for `gap`: nobody else's fault.
    pub(crate) fn excuse(&mut self, gap: u64, now: Monotonic) {
        self.last_ordered = now;
        for certified in self.certified.values_mut().flat_map(BTreeMap::values_mut) {
            certified.since = Monotonic(certified.since.0.saturating_add(gap));
            if let Some(relay) = &mut certified.relayed {
                relay.at = Monotonic(relay.at.0.saturating_add(gap));
            }
        }
    }

    /// Nobody is late yet: every wait begins now, with a relay of its own.
    pub(crate) fn wait_anew(&mut self, now: Monotonic) {
        self.last_ordered = now;
        for certified in self.certified.values_mut().flat_map(BTreeMap::values_mut) {
            certified.relayed = None;
            certified.since = now;
        }
    }
}
