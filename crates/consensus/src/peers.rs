//! What we know of the other validators: their status (a hint, never a proof) and our budgets for them.

use types::{Height, ValidatorIndex};

use crate::{input::Monotonic, message::Status, replica::Replica};

/// Answers to late votes per peer and status interval.
const COURTESIES: u32 = 8;
/// Proposals answered per peer and status interval.
const FETCHES: u32 = 64;

#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    pub(crate) status: Option<Status>,
    pub(crate) seen: Option<Monotonic>,
    /// Statuses in a row without progress, for the back-off of resends.
    pub(crate) stagnant: u32,
    /// Statuses in a row that name the same view in the same state.
    pub(crate) stagnant_view: u32,
    /// Statuses in a row that name the same low.
    pub(crate) stagnant_low: u32,
    pub(crate) round_trip_ms: Option<u64>,
    /// It signed or sent a certificate of this height.
    pub(crate) has_blocks_to: Height,
    pub(crate) courtesies: u32,
    pub(crate) fetches: u32,
    pub(crate) vote_answers: u32,
}

impl Peer {
    pub(crate) fn new() -> Self {
        let mut peer = Self::default();
        peer.refill();
        peer
    }

    /// A new interval begins.
    pub(crate) fn refill(&mut self) {
        self.courtesies = COURTESIES;
        self.fetches = FETCHES;
        self.vote_answers = 1;
    }
}

impl Replica {
    /// How often we say where we stand: a quarter of the patience with a primary.
    pub(crate) fn status_interval(&self) -> u64 {
        (self.config.parameters.view_timeout_ms / 4).max(1)
    }

    /// To each peer its own, as the echo measures the round trip.
    pub(crate) fn send_statuses(&mut self) {
        let now = self.clock.monotonic;
        let template = Status {
            epoch: self.config.epoch,
            view: self.view,
            view_active: self.active,
            low: self.chain.low,
            executed: self.chain.executed,
            certified: self.chain.certified(),
            sent_at_ms: now.0.max(1),
            echo_ms: 0,
        };
        for (index, peer) in &mut self.peers {
            peer.refill();
            let echo = |(status, seen): (Status, Monotonic)| {
                if status.sent_at_ms == 0 {
                    0
                } else {
                    status.sent_at_ms.saturating_add(now.0.saturating_sub(seen.0))
                }
            };
            let echo_ms = peer.status.zip(peer.seen).map_or(0, echo);
            let message = crate::Message::Status(Status { echo_ms, ..template });
            self.effects.push(crate::Effect::Send { to: *index, message });
        }
    }

    pub(crate) fn on_status(&mut self, from: ValidatorIndex, status: Status) {
        if status.epoch != self.config.epoch {
            return self.on_status_of_other_epoch(from, status.epoch);
        }
        let now = self.clock.monotonic;
        let Some(peer) = self.peers.get_mut(&from) else { return };
        let standing = |status: &Status| {
            (status.view, status.view_active, status.low, status.executed, status.certified)
        };
        let is_stagnant = peer.status.as_ref().is_some_and(|last| standing(last) == standing(&status));
        peer.stagnant = if is_stagnant { peer.stagnant.saturating_add(1) } else { 0 };
        let viewing = |status: &Status| (status.view, status.view_active);
        let keeps_view = peer.status.as_ref().is_some_and(|last| viewing(last) == viewing(&status));
        peer.stagnant_view = if keeps_view { peer.stagnant_view.saturating_add(1) } else { 0 };
        let keeps_low = peer.status.as_ref().is_some_and(|last| last.low == status.low);
        peer.stagnant_low = if keeps_low { peer.stagnant_low.saturating_add(1) } else { 0 };
        peer.seen = Some(now);
        peer.status = Some(status);
        if status.echo_ms > 0 && status.echo_ms <= now.0 {
            peer.round_trip_ms = Some(now.0 - status.echo_ms);
        }
        self.resend_to(from, status);
    }

    fn is_fresh_peer(&self, peer: &Peer) -> bool {
        let now = self.clock.monotonic.0;
        peer.seen.is_some_and(|seen| now.saturating_sub(seen.0) <= self.config.parameters.view_timeout_ms)
    }

    /// How many validators, self included, have fresh status.
    pub(crate) fn fresh_validators(&self) -> usize {
        usize::from(self.me().is_some()) + self.peers.values().filter(|peer| self.is_fresh_peer(peer)).count()
    }

    /// As far as f+1 others say that they are certified: one of them is honest.
    pub(crate) fn certified_elsewhere(&self) -> Option<Height> {
        let mut claims: Vec<_> =
            self.peers.values().filter_map(|peer| Some(peer.status?.certified)).collect();
        claims.sort_unstable_by(|one, other| other.cmp(one));
        claims.get(self.config.validators.one_honest() - 1).copied()
    }

    /// Keeps since when q others are fresh.
    pub(crate) fn note_others(&mut self) {
        let primary = self.peers.get(&self.primary()).is_some_and(|primary| self.is_fresh_peer(primary));
        let are_enough = self.fresh_validators() - usize::from(primary) >= self.config.validators.quorum();
        let since = self.timers.others_since.unwrap_or(self.clock.monotonic);
        self.timers.others_since = are_enough.then_some(since);
    }

    /// Whether the primary said nothing for as long as we are patient, while q others were fresh all the
    /// time: to whoever comes back from isolation the others are fresh one by one, the primary perhaps last.
    pub(crate) fn is_primary_silent(&self) -> bool {
        let Some(primary) = self.peers.get(&self.primary()) else { return false };
        let Some(since) = self.timers.others_since else { return false };
        let heard = primary.seen.unwrap_or_default().max(self.timers.view_began).max(since);
        self.clock.monotonic.0.saturating_sub(heard.0) > self.patience()
    }

    /// The q-th smallest round trip, self counted with none.
    pub(crate) fn quorum_round_trip_ms(&self) -> Option<u64> {
        let mut trips: Vec<_> = self.peers.values().filter_map(|peer| peer.round_trip_ms).collect();
        trips.push(0);
        trips.sort_unstable();
        trips.get(self.config.validators.quorum() - 1).copied()
    }
}
