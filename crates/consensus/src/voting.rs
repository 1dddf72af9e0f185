//! Whether we may sign, and the recall query: at every start a validator asks q−1 peers for every vote of
//! its own that they hold. One that our log lacks proves a rolled-back image. This is detection, not proof:
//! an undetected one counts against f. With the operator's override such votes are taken into the log.

use std::collections::BTreeSet;

use types::ValidatorIndex;

use crate::{
    effect::{Effect, Notice},
    message::{Message, SignedStatement, Statement, VoteQuery},
    record::Voting,
    replica::Replica,
};

/// Whether our votes count now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VotingState {
    /// They do.
    Active,
    /// Not yet: peers are asked which votes of ours they hold.
    Asking,
    /// No: for this reason.
    Never(&'static str),
}

/// The query under way.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    pub(crate) nonce: u64,
    pub(crate) query: Option<SignedStatement>,
    answered: BTreeSet<ValidatorIndex>,
}

impl Replica {
    /// Who we are in the set, voting or not.
    pub(crate) const fn me(&self) -> Option<ValidatorIndex> {
        self.config.voting.index()
    }

    pub(crate) fn is_me(&self, index: ValidatorIndex) -> bool {
        self.me() == Some(index)
    }

    pub(crate) fn can_vote(&self) -> bool {
        self.voting == VotingState::Active && !self.ended
    }

    /// Whether the recall query is answered (or was not needed): a replica of the next epoch in this process
    /// need not ask again.
    #[must_use]
    pub fn has_recalled(&self) -> bool {
        self.voting == VotingState::Active
    }

    /// Begins to ask, or to vote where there is nobody to ask.
    pub(crate) fn begin_voting(&mut self) {
        self.voting = match self.config.voting {
            Voting::Observer => VotingState::Never("it is no validator"),
            Voting::MemoryLost(_) => {
                let reason = "its vote log is new or was lost; it follows until Rejoin";
                self.notice(Notice::NotVoting { reason });
                VotingState::Never(reason)
            }
            Voting::Active(_) | Voting::Override(_) => {
                let has_peers = self.config.validators.quorum() > 1;
                if self.config.recall && has_peers { VotingState::Asking } else { VotingState::Active }
            }
        };
        match self.voting {
            VotingState::Active => self.resume_voting(),
            VotingState::Asking => {
                self.recall.nonce = self.clock.wall.get();
                self.persist(Statement::VoteQuery(VoteQuery { nonce: self.recall.nonce }), None, None);
            }
            VotingState::Never(_) => {}
        }
    }

    pub(crate) fn repeat_recall(&mut self) {
        let Some(query) = self.recall.query.as_ref().filter(|_| self.voting == VotingState::Asking) else {
            return;
        };
        let silent = self.peers.keys().filter(|index| !self.recall.answered.contains(index));
        let sends = silent.map(|to| Effect::Send { to: *to, message: Message::Signed(query.clone()) });
        self.effects.extend(sends.collect::<Vec<_>>());
    }

    /// Answered also while we ask ourselves; a peer may ask only for its own votes.
    pub(crate) fn on_vote_query(&mut self, from: ValidatorIndex, signed: &SignedStatement) {
        let Statement::VoteQuery(VoteQuery { nonce }) = signed.statement else { return };
        if from != signed.signer || self.is_me(from) {
            return;
        }
        let Some(peer) = self.peers.get_mut(&from).filter(|peer| peer.vote_answers > 0) else { return };
        peer.vote_answers -= 1;
        let epoch = self.config.epoch;
        let mut votes = self.slots.signed_by(from, epoch, |view| self.config.validators.primary(epoch, view));
        votes.extend(self.view_changes.get(&from).map(|kept| kept.signed.clone()));
        votes.extend(self.new_view.clone().filter(|new_view| new_view.signer == from));
        self.effects.push(Effect::Send { to: from, message: Message::VotesHeld { nonce, votes } });
    }

    pub(crate) fn on_votes_held(&mut self, from: ValidatorIndex, nonce: u64, votes: &[SignedStatement]) {
        for vote in votes {
            if self.is_me(vote.signer) {
                self.check_own(vote);
            }
        }
        if self.voting != VotingState::Asking || nonce != self.recall.nonce || !self.peers.contains_key(&from)
        {
            return;
        }
        self.recall.answered.insert(from);
        if self.recall.answered.len() + 1 >= self.config.validators.quorum() {
            self.voting = VotingState::Active;
            self.resume_voting();
        }
    }

    /// Our votes count from now on: the same bytes as before leave again, and everything that waited for
    /// our vote is looked at.
    fn resume_voting(&mut self) {
        self.timers.view_began = self.clock.monotonic;
        self.propose_due = true;
        self.resend_all();
        self.evaluate_view_changes();
        self.repropose();
        self.consider_window();
    }

    pub(crate) fn lose_memory(&mut self, reason: &'static str) {
        if matches!(self.voting, VotingState::Active | VotingState::Asking) {
            self.voting = VotingState::Never(reason);
            self.notice(Notice::NotVoting { reason });
            self.effects.push(Effect::MemoryLost);
        }
    }
}
