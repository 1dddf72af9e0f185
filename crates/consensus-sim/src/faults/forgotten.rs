//! What a node said after its data were copied, and forgot when they were put back; whether it notices, and
//! whether it contradicts itself. Who forgot nothing is an honest node like any other.

use std::collections::BTreeMap;

use consensus::{Input, Message, SignedStatement, Statement, record::LogRecord, record::Voting};
use types::{Epoch, Signature, View};

use crate::{
    environment::Environment,
    invariants::{Slot, slot_of},
    node::Node,
    statistics::Rollbacks,
};

/// Statements that the vote log lacks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forgotten {
    slots: BTreeMap<(Epoch, Slot), Signature>,
    /// The highest views asked for: in no lower one may it vote.
    floors: BTreeMap<Epoch, View>,
    pub noticed: bool,
    contradicted: bool,
}

/// How a node learns that its log is not the one it voted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    /// A peer's answer to the query at the start.
    Answer,
    /// Anything else.
    Other,
}

impl Forgotten {
    fn keep(&mut self, signed: &SignedStatement) {
        let Some(slot) = slot_of(&signed.statement) else { return };
        self.slots.insert((signed.epoch, slot), signed.signature);
        if let Statement::ViewChange(change) = &signed.statement {
            let floor = self.floors.entry(signed.epoch).or_default();
            *floor = change.view.max(*floor);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether a statement breaks what was said.
    fn is_contradicted_by(&self, signed: &SignedStatement) -> bool {
        let Some(slot) = slot_of(&signed.statement) else { return false };
        let is_other = self.slots.get(&(signed.epoch, slot)).is_some_and(|known| *known != signed.signature);
        let floor = self.floors.get(&signed.epoch).copied().unwrap_or_default();
        let is_below = match &signed.statement {
            Statement::Prepare(vote) | Statement::Commit(vote) => vote.view < floor,
            Statement::PrePrepare(_)
            | Statement::Checkpoint(_)
            | Statement::ViewChange(_)
            | Statement::NewView(_)
            | Statement::EmptyRequest(_)
            | Statement::VoteQuery(_) => false,
        };
        is_other || is_below
    }
}

impl Node {
    /// A record is durable, and leaves.
    pub fn note_said(&mut self, env: &mut Environment, record: &LogRecord) {
        let LogRecord::Own { signed, .. } = record else { return };
        if self.forgetful {
            return self.note_contradiction(env, signed);
        }
        if self.copy.is_some() {
            self.said_since_copy.keep(signed);
        }
    }

    fn note_contradiction(&mut self, env: &mut Environment, signed: &SignedStatement) {
        if self.said_since_copy.contradicted || !self.said_since_copy.is_contradicted_by(signed) {
            return;
        }
        self.said_since_copy.contradicted = true;
        env.statistics.rolled.contradicted += 1;
        let place = self.place;
        env.say(|| format!("{place} contradicts what it forgot: {signed:?}"));
    }

    /// Older data were put back.
    pub fn note_rollback(&mut self, rolled: &mut Rollbacks) {
        if self.said_since_copy.is_empty() {
            rolled.harmless += 1;
        } else {
            self.forgetful = true;
            rolled.forgetful += 1;
        }
    }

    /// A replica that forgot what it said is about to learn this.
    pub fn note_hint(&mut self, input: &Input) {
        if self.forgetful
            && let Input::Message { message, .. } = input
        {
            let is_answer = matches!(message.message(), Message::VotesHeld { .. });
            self.hint = if is_answer { Hint::Answer } else { Hint::Other };
        }
    }

    /// It noticed. From then on it says nothing with this log.
    pub fn note_noticed(&mut self, rolled: &mut Rollbacks) {
        if !self.forgetful || std::mem::replace(&mut self.said_since_copy.noticed, true) {
            return;
        }
        let voted = self.said_since_copy.contradicted;
        match (self.voting, self.hint) {
            (Voting::MemoryLost(_), _) => rolled.noticed_by_id += 1,
            (_, Hint::Answer) => rolled.noticed_by_answers += 1,
            (_, Hint::Other) => rolled.noticed_by_own_message += 1,
        }
        rolled.noticed_too_late += u64::from(voted);
    }
}
