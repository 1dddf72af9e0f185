//! Timers (PBFT §4.5.2). The ordering timer runs while something waits to be ordered; it accuses the primary
//! of the view, never our own slow execution. All times are of the monotonic clock that comes with ticks.

use types::Height;

use crate::{
    input::{Clock, Monotonic},
    replica::Replica,
    slots::popular,
};

/// What the ordering timer waits for. Another target restarts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The lowest proposed height that is not decided; and, where f+1 others are certified at or above it, how
    /// far they are: as long as they go on, that we do not is no fault of the primary.
    Ordered(Height, Option<Height>),
    /// An empty block that somebody awaits.
    Empty(Height),
    /// The next height up to a pending epoch boundary, which nobody proposed yet.
    Boundary(Height),
    /// Everything up to there is decided, or the window is full: certificates must follow. Not executed at
    /// those who need it, perhaps, and only a view change brings it to them. Holds low and executed.
    Drain(Height, Height),
}

#[derive(Debug, Default)]
pub(crate) struct Timers {
    pub(crate) ordering: Option<(Target, Monotonic)>,
    pub(crate) new_view: Option<Monotonic>,
    /// When the primary proposes what waits, however little it is.
    pub(crate) propose: Option<Monotonic>,
    pub(crate) status_at: Monotonic,
    /// When the view was installed, or the replica started, or woke.
    pub(crate) view_began: Monotonic,
    pub(crate) last_slow_check: Option<Monotonic>,
    /// Whether the primary could propose no more, the last time we looked, and until when it could not: no wait
    /// before that is its own.
    pub(crate) is_full: bool,
    pub(crate) full_until: Monotonic,
    /// Since when q validators other than the primary are fresh without a gap.
    pub(crate) others_since: Option<Monotonic>,
}

impl Timers {
    pub(crate) fn begin_view(&mut self, now: Monotonic) {
        self.ordering = None;
        self.new_view = None;
        self.propose = None;
        self.view_began = now;
    }
}

impl Replica {
    /// view_timeout, doubled for every view that failed in a row, up to the cap.
    pub(crate) fn patience(&self) -> u64 {
        let parameters = &self.config.parameters;
        let doublings = self.failed_views.saturating_sub(1).min(32);
        (parameters.view_timeout_ms << doublings).min(parameters.view_timeout_max_ms)
    }

    pub(crate) fn on_tick(&mut self, clock: Clock) {
        let gap = clock.monotonic.0.saturating_sub(self.clock.monotonic.0);
        let forward = self.clock.monotonic.max(clock.monotonic);
        self.clock = Clock { monotonic: forward, wall: clock.wall };
        if gap > self.config.parameters.view_timeout_ms / 2 {
            self.wake(gap);
        }
        let now = self.clock.monotonic;
        self.note_others();
        if now >= self.timers.status_at {
            self.timers.status_at = Monotonic(now.0 + self.status_interval());
            if self.ended {
                return self.send_statuses();
            }
            self.periodic();
        }
        if self.timers.new_view.is_some_and(|deadline| now >= deadline) {
            self.start_view_change(self.view.next(), "new_view_timeout");
        }
        self.update_ordering_timer();
        if self.timers.ordering.is_some_and(|(_, deadline)| now >= deadline) {
            self.start_view_change(self.view.next(), "ordering_timeout");
        }
        if self.batches.waiting.is_empty() {
            self.execute_ready();
        }
    }

    /// The process slept: what is queued is processed first, and nobody is accused for our sleep.
    fn wake(&mut self, gap: u64) {
        let now = self.clock.monotonic;
        self.timers.ordering = None;
        self.timers.view_began = now;
        if self.timers.new_view.is_some() {
            self.timers.new_view = Some(Monotonic(now.0.saturating_add(self.patience())));
        }
        for peer in self.peers.values_mut() {
            peer.seen = peer.seen.map(|seen| Monotonic(seen.0.saturating_add(gap)));
        }
        self.batches.excuse(gap, now);
    }

    fn periodic(&mut self) {
        self.send_statuses();
        self.repeat_recall();
        self.repeat_wishes();
        self.relay_proofs();
        self.consider_sync();
        self.consider_lone_view_change();
        self.retry_empty();
        self.retry_offers();
        if !self.active || !self.can_vote() || self.is_held() {
            return;
        }
        if self.is_primary_silent() {
            self.start_view_change(self.view.next(), "silent_primary");
        } else if self.is_batch_overdue() {
            self.start_view_change(self.view.next(), "overdue_batch");
        } else if self.is_primary_slow() {
            self.start_view_change(self.view.next(), "slow_primary");
        }
    }

    /// Fewer than q are fresh: a view change could not succeed. A certificate above what is executed, or one
    /// that waits to be durable: our own work is behind, that is not the primary's fault.
    pub(crate) fn is_held(&self) -> bool {
        let is_behind = self.chain.certified() > self.chain.executed;
        let is_storing = self.chain.certificates.contains_key(&self.chain.low.next());
        is_behind || is_storing || self.fresh_validators() < self.config.validators.quorum()
    }

    /// The lowest height in (low, highest proposed] that is not decided here; else an empty block that is
    /// awaited at the next height (not above it: a liar may ask for any); else a pending boundary.
    fn target(&self) -> Option<Target> {
        let first =
            self.chain.first_undecided().max(self.chain.low.next()).max(self.chain.certified().next());
        let mut undecided = (first.get()..=self.highest_proposed.get()).map(Height::new);
        let lowest = undecided.find(|height| !self.chain.is_decided(*height) && self.is_votable(*height));
        let elsewhere = self.certified_elsewhere();
        lowest
            .map(|height| Target::Ordered(height, elsewhere.filter(|others| *others >= height)))
            .or_else(|| self.awaited_empty().filter(|wanted| *wanted <= first).map(Target::Empty))
            .or_else(|| self.boundary_target(first))
    }

    /// A pending boundary must be reached, whether or not there is anything to order.
    fn boundary_target(&self, first: Height) -> Option<Target> {
        let last = self.chain.boundary.filter(|last| self.chain.low < *last)?;
        let is_next = first <= last && self.chain.in_window(first) && self.is_votable(first);
        let drain = Target::Drain(self.chain.low, self.chain.executed);
        Some(if is_next { Target::Boundary(first) } else { drain })
    }

    /// A height at which the view orders another digest than we executed never completes here, by rule.
    fn is_votable(&self, height: Height) -> bool {
        height > self.order.lo && !self.noticed_difference.contains(&height)
    }

    pub(crate) fn update_ordering_timer(&mut self) {
        self.note_full();
        if !self.active || !self.can_vote() || self.is_held() {
            self.timers.ordering = None;
            return;
        }
        let target = self.target();
        if self.timers.ordering.map(|(target, _)| target) != target {
            let patience = match target {
                Some(Target::Drain(..)) => self.config.parameters.view_timeout_max_ms,
                Some(Target::Ordered(..) | Target::Empty(_) | Target::Boundary(_)) | None => self.patience(),
            };
            let deadline = Monotonic(self.clock.monotonic.0.saturating_add(patience));
            self.timers.ordering = target.map(|target| (target, deadline));
        }
    }

    pub(crate) fn deadline(&self) -> Monotonic {
        let ordering = self.timers.ordering.map(|(_, deadline)| deadline);
        let earliest = [ordering, self.timers.new_view, self.timers.propose].into_iter().flatten().min();
        earliest.map_or(self.timers.status_at, |deadline| deadline.min(self.timers.status_at))
    }

    /// Offers that were refused for their time or purpose are judged again.
    fn retry_offers(&mut self) {
        if !self.active {
            return;
        }
        let first = self.chain.first_undecided();
        let last = self.highest_offered.min(self.chain.top());
        for height in first.get()..=last.get() {
            self.consider(Height::new(height));
        }
    }

    /// Notes what the slots of a height say about how far the view has proposed.
    pub(crate) fn note_offered(&mut self, height: Height) {
        self.highest_offered = self.highest_offered.max(height);
        let enough = self.config.validators.one_honest();
        let slot = self.slots.get(height, self.view);
        if self.chain.in_window(height) && slot.is_some_and(|slot| popular(&slot.commits, enough).is_some()) {
            self.highest_proposed = self.highest_proposed.max(height);
        }
    }
}
