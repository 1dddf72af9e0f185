//! The model as stateright explores it: every rule that any honest replica may follow now, one at a time.
//!
//! Two reductions, both exact. An honest primary proposes at once (a late proposal is one that arrives
//! late). What arrived and is not acted upon is no state: guards look at all that was said.

use stateright::{Model, Property};

use crate::{
    properties::properties,
    replica::Replica,
    rules::{Evidence, Rule},
    soup::{Soup, State},
    terms::{Bounds, Digest, Fault, Index, ONE_HONEST, VALIDATORS, View},
};

/// One step of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A replica follows a rule.
    Follow(Index, Rule),
    /// A replica is killed and started again.
    Restart(Index),
}

impl Model for Bounds {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut replicas: [Replica; VALIDATORS] = Default::default();
        for (index, replica) in (0..).zip(&mut replicas) {
            *replica = Replica::new(index);
            self.propose(replica);
        }
        let has_twins = self.views == 2 && !self.is_liar(2) && !self.is_liar(3);
        vec![State { replicas, lost: Vec::new(), has_twins }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let soup = Soup { bounds: self, state };
        let mut rules = Vec::new();
        for index in self.honest() {
            let replica = &state.replicas[usize::from(index)];
            replica.enabled(self, &soup, &mut rules);
            if !self.crashes {
                rules.retain(|rule| !matches!(rule, Rule::Commit(..)));
            }
            self.sync_rules(replica, &soup, &mut rules);
            self.view_rules(replica, &soup, &mut rules);
            actions.extend(rules.drain(..).map(|rule| Action::Follow(index, rule)));
            if self.may_crash(state) && replica.restarted(self) != *replica {
                actions.push(Action::Restart(index));
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Follow(index, rule) => {
                let replica = &mut state.replicas[usize::from(index)];
                replica.follow(self, rule);
                if let (Rule::Prepared(height, digest), false) = (rule, self.crashes) {
                    replica.follow(self, Rule::Commit(height, digest));
                }
                if let Rule::NewView(order) = rule {
                    replica.follow(self, Rule::Install(order));
                }
                self.propose(replica);
            }
            Action::Restart(index) => {
                let replica = &mut state.replicas[usize::from(index)];
                if self.fault == Fault::LogLost {
                    state.lost.push((index, replica.own));
                }
                *replica = replica.restarted(self);
                self.propose(replica);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties(self)
    }
}

impl Bounds {
    /// One lost log is enough of that.
    fn may_crash(&self, state: &State) -> bool {
        if self.fault == Fault::LogLost { state.lost.is_empty() } else { self.crashes }
    }

    /// A primary says all that it has to say.
    fn propose(&self, replica: &mut Replica) {
        if !replica.active || Self::primary(replica.view) != replica.index || self.is_liar(replica.index) {
            return;
        }
        let fresh = if replica.view == 0 { Digest::A } else { Digest::C };
        for height in 1..=self.heights {
            let is_fresh = height > replica.order.hi || self.fault == Fault::OrderIgnored;
            let is_free =
                replica.own.pre_prepares[usize::from(replica.view)][usize::from(height) - 1].is_none();
            let known = replica.executed.max(replica.certified());
            if let Some(digest) = replica.reproposal(self, height).filter(|_| !is_fresh) {
                replica.follow(self, Rule::Propose(height, digest));
            } else if is_fresh && is_free && replica.is_open(self, height) && height > known {
                replica.follow(self, Rule::Propose(height, fresh));
            }
        }
    }

    /// Blocks that come from others.
    fn sync_rules(&self, replica: &Replica, soup: &Soup<'_>, rules: &mut Vec<Rule>) {
        let next = replica.executed + 1;
        if self.checkpoints && next <= self.heights && replica.has_certificate(next) {
            rules.extend(soup.certified(next).map(Rule::Sync));
        }
    }

    /// Timers may run out at any time, messages about views arrive at any time.
    fn view_rules(&self, replica: &Replica, soup: &Soup<'_>, rules: &mut Vec<Rule>) {
        let (next, ours) = (replica.view + 1, replica.view);
        let is_due = replica.active || soup.wishes(ours) >= self.quorum();
        if next < self.views && is_due {
            rules.push(Rule::ViewChange(next));
        }
        let joined = |view: &View| soup.wishes(*view) >= ONE_HONEST && soup.is_wished(*view);
        rules.extend((next + 1..self.views).filter(joined).map(Rule::ViewChange));
        let leads = Self::primary(ours) == replica.index && !replica.active;
        if leads && replica.own.new_views[usize::from(ours)].is_none() {
            rules.extend(soup.orders(ours).into_iter().map(Rule::NewView));
        }
        for view in (ours.max(1)..self.views).filter(|view| replica.may_install(*view)) {
            rules.extend(soup.new_views(view).into_iter().map(Rule::Install));
        }
    }
}
