//! A replica with its inbox and its disk: the same rules as in the exhaustive search, followed at once
//! whenever something arrives. Votes are asked for, written later, and only then counted and sent.

use crate::{
    inbox::{Inbox, Message, header},
    order::Order,
    replica::{Own, Replica},
    rules::Rule,
    terms::{Bounds, Height, Index, ONE_HONEST, PerSlot, View, ViewChange, at},
};

/// Something asked to be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// Own: it is sent once it is durable.
    Said(Message),
    /// Somebody's new view, before the first vote in it.
    Installed(View, Vec<ViewChange>),
}

/// One honest node.
#[derive(Debug, Clone)]
pub struct Node {
    bounds: Bounds,
    /// Its replica; `own` holds what is asked for, too.
    pub replica: Replica,
    inbox: Inbox,
    /// Asked for, not durable.
    pub pending: Vec<Record>,
    logged: Own,
    installed: Option<(Order, Vec<ViewChange>)>,
    /// Said since last looked at.
    pub said: Vec<Message>,
}

impl Node {
    /// At genesis.
    #[must_use]
    pub fn new(bounds: Bounds, index: Index) -> Self {
        Self {
            bounds,
            replica: Replica::new(index),
            inbox: Inbox::new(&bounds),
            pending: Vec::new(),
            logged: Own::default(),
            installed: None,
            said: Vec::new(),
        }
    }

    const fn me(&self) -> Index {
        self.replica.index
    }

    /// A message of somebody else arrives.
    pub fn deliver(&mut self, message: &Message) {
        match message {
            Message::ViewChange(change) => self.take_view_change(*change),
            Message::NewView(view, changes) => self.install(*view, changes, false),
            Message::Certificate(height) => self.replica.certify(*height),
            Message::PrePrepare(..)
            | Message::Prepare(..)
            | Message::Commit(..)
            | Message::Checkpoint(..) => {
                self.inbox.take(&self.bounds, self.replica.low, message);
            }
        }
        self.settle();
    }

    /// The wish counts first, then the checkpoint that it shows.
    fn take_view_change(&mut self, change: ViewChange) {
        let place = &mut self.inbox.changes[usize::from(change.signer)];
        if place.is_some_and(|kept| kept.view >= change.view) {
            return;
        }
        *place = Some(change);
        self.settle();
        self.replica.certify(change.stable);
    }

    fn install(&mut self, view: View, changes: &[ViewChange], is_own: bool) {
        if !self.replica.may_install(view) {
            return;
        }
        let order = Order::of(&self.bounds, view, changes);
        if !is_own {
            self.pending.push(Record::Installed(view, changes.to_vec()));
        }
        self.replica.follow(&self.bounds, Rule::Install(order));
        self.inbox.keep_all(self.me(), &order, changes);
    }

    /// The timer of the view, or the wait for the new view, runs out.
    pub fn time_out(&mut self) {
        self.ask(Rule::ViewChange(self.replica.view + 1));
        self.settle();
    }

    /// Whether that may be: there is a further view; nothing certified waits for our own work (a gap that only
    /// others can fill does not hold the timer); q wish for the view that is waited for.
    #[must_use]
    pub fn may_time_out(&self) -> bool {
        let replica = &self.replica;
        let wishes = self.inbox.changes.iter().flatten().filter(|change| change.view >= replica.view).count();
        let own =
            self.inbox.changes[usize::from(self.me())].is_some_and(|change| change.view == replica.view);
        let is_due = if replica.active {
            replica.certified() <= replica.executed && !replica.has_certificate(replica.low + 1)
        } else {
            own && wishes >= self.bounds.quorum()
        };
        replica.view + 1 < self.bounds.views && is_due
    }

    /// Where the primary would propose next, if it may.
    #[must_use]
    pub fn next_proposal(&self) -> Option<Height> {
        let replica = &self.replica;
        if !replica.active || Bounds::primary(replica.view) != replica.index {
            return None;
        }
        let own = &replica.own.pre_prepares[usize::from(replica.view)];
        let last =
            (1..=self.bounds.heights).rev().find(|height| own[at(*height)].is_some()).unwrap_or_default();
        let known = replica.executed.max(replica.certified()).max(replica.low);
        let next = replica.order.hi.max(replica.order.lo).max(known).max(last) + 1;
        replica.in_window(&self.bounds, next).then_some(next)
    }

    /// It proposes there.
    pub fn propose(&mut self, height: Height, digest: crate::terms::Digest) {
        self.ask(Rule::Propose(height, digest));
        self.settle();
    }

    /// A block comes from others with its certificate.
    pub fn sync(&mut self, digest: crate::terms::Digest) {
        let height = self.replica.executed + 1;
        self.replica.certify(height);
        self.replica.follow(&self.bounds, Rule::Sync(digest));
        self.checkpoint(height);
        self.settle();
    }

    /// Everything asked for so far becomes durable.
    pub fn write(&mut self) {
        for record in std::mem::take(&mut self.pending) {
            self.written(record);
            self.settle();
        }
    }

    fn written(&mut self, record: Record) {
        let message = match record {
            Record::Installed(view, changes) => {
                self.installed = Some((Order::of(&self.bounds, view, &changes), changes));
                return;
            }
            Record::Said(message) => message,
        };
        let put = |votes: &mut PerSlot<_>, view: View, height, digest| {
            votes[usize::from(view)][at(height)] = Some(digest);
        };
        match &message {
            Message::PrePrepare(view, height, digest) => {
                put(&mut self.logged.pre_prepares, *view, *height, *digest)
            }
            Message::Prepare(_, view, height, digest) => {
                put(&mut self.logged.prepares, *view, *height, *digest)
            }
            Message::Commit(_, view, height, digest) => {
                put(&mut self.logged.commits, *view, *height, *digest)
            }
            Message::ViewChange(change) => {
                self.logged.view_changes[usize::from(change.view)] = Some(*change);
                self.inbox.changes[usize::from(change.signer)] = Some(*change);
            }
            Message::NewView(view, changes) => {
                let order = Order::of(&self.bounds, *view, changes);
                self.logged.new_views[usize::from(*view)] = Some(order);
                self.installed = Some((order, changes.clone()));
                self.install(*view, changes, true);
            }
            Message::Checkpoint(..) | Message::Certificate(_) => {}
        }
        self.inbox.take(&self.bounds, self.replica.low, &message);
        self.said.push(message);
    }

    /// kill -9, and a new start from what is durable.
    pub fn restart(&mut self) {
        self.pending.clear();
        self.replica.own = self.logged;
        self.replica.order = self.installed.as_ref().map(|(order, _)| *order).unwrap_or_default();
        self.replica = self.replica.restarted(&self.bounds);
        self.inbox = Inbox::new(&self.bounds);
        self.inbox.recall(&self.bounds, self.replica.low, self.me(), &self.logged);
        if let Some((order, changes)) = self.installed.clone() {
            self.inbox.keep_all(self.me(), &order, &changes);
        }
        for height in self.replica.low + 1..=self.replica.executed {
            let message = Message::Checkpoint(self.me(), height, header(&self.replica.decided, height));
            self.inbox.take(&self.bounds, self.replica.low, &message);
        }
        self.settle();
    }

    /// Follows every rule that can be followed, until none is left.
    fn settle(&mut self) {
        let mut rules = Vec::new();
        loop {
            rules.clear();
            self.replica.enabled(&self.bounds, &self.inbox, &mut rules);
            rules.extend((1..=self.bounds.heights).filter_map(|height| {
                Some(Rule::Propose(height, self.replica.reproposal(&self.bounds, height)?))
            }));
            rules.extend(self.view_rule());
            let Some(rule) = rules.first() else { return };
            self.ask(*rule);
        }
    }

    /// f+1 wish for higher views: the smallest of them. q wish for the view that is ours to begin: it begins.
    fn view_rule(&self) -> Option<Rule> {
        let ours = self.replica.view;
        let changes = self.inbox.changes.iter().flatten();
        let above: Vec<_> = changes.clone().map(|change| change.view).filter(|view| *view > ours).collect();
        if above.len() >= ONE_HONEST {
            return above.into_iter().min().map(Rule::ViewChange);
        }
        let begun = self.replica.own.new_views[usize::from(ours)].is_some();
        if self.replica.active || Bounds::primary(ours) != self.me() || begun {
            return None;
        }
        let wishes: Vec<_> = changes.filter(|change| change.view == ours).copied().collect();
        let has_own = wishes.iter().any(|change| change.signer == self.me());
        let order = Order::of(&self.bounds, ours, &wishes);
        (has_own && wishes.len() >= self.bounds.quorum()).then_some(Rule::NewView(order))
    }

    /// Follows one rule; what it says goes to the disk first.
    fn ask(&mut self, rule: Rule) {
        let (view, me) = (self.replica.view, self.me());
        self.replica.follow(&self.bounds, rule);
        let message = match rule {
            Rule::Propose(height, digest) => Message::PrePrepare(view, height, digest),
            Rule::Prepare(height, digest) => Message::Prepare(me, view, height, digest),
            Rule::Commit(height, digest) => Message::Commit(me, view, height, digest),
            Rule::ViewChange(wish) => {
                let Some(change) = self.replica.own.view_changes[usize::from(wish)] else { return };
                Message::ViewChange(change)
            }
            Rule::NewView(order) => {
                let changes = self.inbox.changes.iter().flatten();
                Message::NewView(order.view, changes.filter(|change| change.view == view).copied().collect())
            }
            Rule::Execute(_) => return self.checkpoint(self.replica.executed),
            Rule::Prepared(..) | Rule::Decide(..) | Rule::Certify(_) | Rule::Sync(_) | Rule::Install(_) => {
                return;
            }
        };
        self.pending.push(Record::Said(message));
    }

    /// The checkpoint of a block that just became durable leaves with it.
    fn checkpoint(&mut self, height: Height) {
        let message = Message::Checkpoint(self.me(), height, header(&self.replica.decided, height));
        self.inbox.take(&self.bounds, self.replica.low, &message);
        self.said.push(message);
    }
}
