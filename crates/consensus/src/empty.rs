//! Empty blocks: valid only up to a pending epoch boundary (see `boundary`) and where an outcome is awaited
//! past its expiry (block time must move on). Any validator may ask for the latter, signed; at most one per
//! second is asked for, proposed, and accepted from one asker.

use types::{Height, ValidatorIndex};

use crate::{
    effect::Effect,
    input::Monotonic,
    message::{EmptyRequest, Message, SignedStatement, Statement},
    replica::Replica,
};

/// Between two empty blocks, in ms.
const EMPTY_INTERVAL_MS: u64 = 1_000;

/// The newest wish of one validator.
#[derive(Debug, Clone)]
pub(crate) struct KeptRequest {
    pub(crate) height: Height,
    at: Monotonic,
    signed: SignedStatement,
}

/// All wishes: one per validator.
#[derive(Debug, Default)]
pub(crate) struct EmptyRequests {
    kept: std::collections::BTreeMap<ValidatorIndex, KeptRequest>,
    last_asked: Option<Monotonic>,
    last_proposed: Option<Monotonic>,
}

impl Replica {
    pub(crate) fn on_empty_wanted(&mut self) {
        let now = self.clock.monotonic.0;
        let is_early = self.empty.last_asked.is_some_and(|last| now < last.0 + EMPTY_INTERVAL_MS);
        if is_early || !self.can_vote() {
            return;
        }
        self.empty.last_asked = Some(self.clock.monotonic);
        let height = self.chain.executed.next();
        let own = self.me().and_then(|me| self.empty.kept.get(&me));
        if own.is_none_or(|kept| kept.height < height) {
            self.persist(Statement::EmptyRequest(EmptyRequest { height }), None, None);
        }
    }

    /// The first wish for a height wins; the next one of the same validator must be for a later block and
    /// come no sooner than half the interval after it (clocks and links differ).
    pub(crate) fn keep_empty_request(&mut self, signed: SignedStatement) {
        let Statement::EmptyRequest(EmptyRequest { height }) = signed.statement else { return };
        let at = self.clock.monotonic;
        let known = self.empty.kept.get(&signed.signer);
        let is_early =
            |known: &KeptRequest| at.0 < known.at.0 + EMPTY_INTERVAL_MS / 2 || height <= known.height;
        if known.is_some_and(is_early) || !self.chain.is_kept(height) {
            return;
        }
        self.propose_due = true;
        self.empty.kept.insert(signed.signer, KeptRequest { height, at, signed });
        for height in self.chain.first_undecided().get()..=self.highest_offered.get() {
            self.consider(Height::new(height));
        }
    }

    /// The lowest wish that no proposal with a time at or above its height has fulfilled or will.
    pub(crate) fn awaited_empty(&self) -> Option<Height> {
        let timed = self.chain.last_timed.max(self.timed_proposed);
        self.empty.kept.values().map(|kept| kept.height).filter(|height| *height > timed).min()
    }

    /// Whether a backup sees a purpose in an empty proposal at `height`.
    pub(crate) fn is_empty_wanted_at(&self, height: Height) -> bool {
        if self.fills_epoch(height) {
            return true;
        }
        let below = |timed: Height| if timed < height { timed } else { Height::ZERO };
        let timed = below(self.chain.last_timed).max(below(self.timed_proposed));
        self.empty.kept.values().any(|kept| kept.height > timed && kept.height <= height)
    }

    pub(crate) fn may_propose_empty(&self, height: Height) -> bool {
        let now = self.clock.monotonic.0;
        let is_early = self.empty.last_proposed.is_some_and(|last| now < last.0 + EMPTY_INTERVAL_MS);
        !is_early && self.awaited_empty().is_some_and(|wanted| wanted <= height)
    }

    /// The primary passes on the wishes that justify its proposal: their signers may not have reached all.
    pub(crate) fn note_empty_proposed(&mut self) {
        self.empty.last_proposed = Some(self.clock.monotonic);
        let wishes = self.empty.kept.values().filter(|kept| kept.height > self.chain.last_timed);
        let relayed: Vec<_> =
            wishes.map(|kept| Effect::Broadcast(Message::Signed(kept.signed.clone()))).collect();
        self.effects.extend(relayed);
    }

    /// Our own unfulfilled wish is said again.
    pub(crate) fn retry_empty(&mut self) {
        let own = self.me().and_then(|me| self.empty.kept.get(&me));
        if let Some(kept) = own.filter(|kept| kept.height > self.chain.last_timed && self.can_vote()) {
            self.effects.push(Effect::Broadcast(Message::Signed(kept.signed.clone())));
        }
    }
}
