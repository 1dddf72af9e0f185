//! Our own statements: created once, counted and sent only when durable, never decided anew.

use std::collections::BTreeMap;

use types::{Height, Proposal, View};

use crate::{
    effect::{Effect, Persist},
    message::{PreparedCertificate, SignedStatement, Statement},
    record::{LogRecord, Voting},
    replica::Replica,
};

/// What may be said only once. The order keeps view changes and new views before the votes of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OwnKey {
    ViewChange(View),
    NewView(View),
    PrePrepare(View, Height),
    Prepare(View, Height),
    Commit(View, Height),
}

#[derive(Debug, Clone)]
pub(crate) struct OwnRecord {
    pub(crate) statement: Statement,
    /// Once it is in the vote log.
    pub(crate) durable: Option<LogRecord>,
}

/// All own statements that still matter.
#[derive(Debug, Default)]
pub(crate) struct OwnVotes(pub(crate) BTreeMap<OwnKey, OwnRecord>);

impl OwnKey {
    /// The slot of a statement; `None` for those that may be said again.
    pub(crate) const fn of(statement: &Statement) -> Option<Self> {
        match statement {
            Statement::PrePrepare(vote) => Some(Self::PrePrepare(vote.view, vote.height)),
            Statement::Prepare(vote) => Some(Self::Prepare(vote.view, vote.height)),
            Statement::Commit(vote) => Some(Self::Commit(vote.view, vote.height)),
            Statement::ViewChange(change) => Some(Self::ViewChange(change.view)),
            Statement::NewView(new_view) => Some(Self::NewView(new_view.view)),
            Statement::Checkpoint(_) | Statement::EmptyRequest(_) | Statement::VoteQuery(_) => None,
        }
    }

    pub(crate) const fn view(&self) -> View {
        match self {
            Self::ViewChange(view) | Self::NewView(view) => *view,
            Self::PrePrepare(view, _) | Self::Prepare(view, _) | Self::Commit(view, _) => *view,
        }
    }

    pub(crate) const fn height(&self) -> Option<Height> {
        match self {
            Self::ViewChange(_) | Self::NewView(_) => None,
            Self::PrePrepare(_, height) | Self::Prepare(_, height) | Self::Commit(_, height) => Some(*height),
        }
    }
}

impl OwnVotes {
    pub(crate) fn contains(&self, key: OwnKey) -> bool {
        self.0.contains_key(&key)
    }

    /// The durable signed statement of a slot.
    pub(crate) fn signed(&self, key: OwnKey) -> Option<&SignedStatement> {
        match self.0.get(&key)?.durable.as_ref()? {
            LogRecord::Own { signed, .. } | LogRecord::Installed(signed) => Some(signed),
        }
    }

    /// Drops what can never matter again: heights up to `low`; votes of views below `floor`, but for the
    /// commit with the highest view of each height, which carries the prepared certificate (consensus.md,
    /// "kept across views").
    pub(crate) fn prune(&mut self, low: Height, floor: View, installed: View) {
        let mut last_commit = BTreeMap::new();
        for key in self.0.keys() {
            if let OwnKey::Commit(view, height) = key {
                last_commit.insert(*height, *view);
            }
        }
        self.0.retain(|key, _| match key {
            OwnKey::ViewChange(view) => *view >= floor,
            OwnKey::NewView(view) => *view >= installed,
            OwnKey::PrePrepare(view, height) | OwnKey::Prepare(view, height) => {
                *height > low && *view >= floor
            }
            OwnKey::Commit(view, height) => {
                *height > low && (*view >= floor || last_commit.get(height) == Some(view))
            }
        });
    }
}

impl Replica {
    /// Asks for one own statement to be signed and logged. Nothing happens where the slot is taken.
    pub(crate) fn persist(
        &mut self,
        statement: Statement,
        proposal: Option<Proposal>,
        prepared: Option<PreparedCertificate>,
    ) {
        if let Some(key) = OwnKey::of(&statement) {
            if self.own.contains(key) {
                return;
            }
            self.floor = self.floor.max(key.view());
            self.own.0.insert(key, OwnRecord { statement: statement.clone(), durable: None });
        }
        self.effects.push(Effect::Persist(Persist::Own { statement, proposal, prepared }));
    }

    /// An own statement came from outside (PBFT has no such case): one that our log lacks proves that the
    /// log is not the one with which it was signed.
    pub(crate) fn check_own(&mut self, signed: &SignedStatement) {
        let Some(key) = OwnKey::of(&signed.statement) else { return };
        let needed = match key {
            OwnKey::NewView(_) => self.floor.max(self.order.view),
            OwnKey::ViewChange(_) | OwnKey::PrePrepare(..) | OwnKey::Prepare(..) | OwnKey::Commit(..) => {
                self.floor
            }
        };
        let relevant = key.view() >= needed && key.height().is_none_or(|height| height > self.chain.low);
        if !relevant || self.own.0.get(&key).is_some_and(|own| own.statement == signed.statement) {
            return;
        }
        if matches!(self.config.voting, Voting::Override(_)) {
            return self.adopt_own(key, signed);
        }
        self.lose_memory(
            "a peer holds a vote of ours that our vote log lacks: it is not the log that we voted with",
        );
    }

    /// The operator's override: what a peer holds of ours was said, by the log that is gone. It takes its slot
    /// again and is logged; signing it anew gives the same bytes. What we said otherwise since stays.
    fn adopt_own(&mut self, key: OwnKey, signed: &SignedStatement) {
        if self.own.contains(key) {
            return;
        }
        if let OwnKey::ViewChange(view) = key
            && view > self.view
        {
            self.view = view;
            self.active = false;
        }
        self.persist(signed.statement.clone(), None, None);
    }
}
