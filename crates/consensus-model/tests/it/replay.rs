//! Paths that the search found, replayed as deliveries: counterexamples of broken protocols (neither the
//! sound model nor the code may fork on them) and examples of what must be possible (the code must get
//! there, too).

use consensus_model::{
    Action, Bounds, Check, Fault,
    checks::QUICK,
    inbox::Message,
    order::Order,
    rules::Rule,
    soup::State,
    terms::{Digest, HEIGHTS, Height, Index, Prepared, View, ViewChange, at},
};
use stateright::Model;

use crate::{in_step, pair::Pair};

/// What the search calls A, B, C has these names in a trace: C is what the primary of that view makes.
fn name(digest: Digest, view: View) -> Digest {
    match digest {
        Digest::Null => Digest::Null,
        Digest::A => Digest::A,
        Digest::B => Digest::D,
        Digest::C | Digest::D => Digest::ALL[usize::from(view) + 1],
    }
}

/// A pair that follows a path of the search as far as sound replicas go.
struct Replay {
    pair: Pair,
    state: State,
    bounds: Bounds,
}

impl Replay {
    fn new(bounds: Bounds) -> Self {
        let mut pair = Pair::new(in_step::bounds(bounds.byzantine));
        if !bounds.is_liar(0) {
            (0..bounds.heights).for_each(|_| pair.propose(0));
            pair.write(0);
        }
        Self { pair, state: bounds.init_states().remove(0), bounds }
    }

    fn follow(&mut self, action: Action) {
        match action {
            Action::Restart(me) => self.pair.restart(me),
            Action::Follow(me, rule) => {
                let replica = &self.state.replicas[usize::from(me)];
                let view = replica.voting_view(&self.bounds).unwrap_or(replica.view);
                self.bring(me, view, rule);
                self.pair.write(me);
                for _ in 0..self.bounds.heights {
                    self.pair.propose(me);
                }
                self.pair.write(me);
            }
        }
        self.state = self.bounds.next_state(&self.state, action).unwrap();
        self.pair.check_agreement();
    }

    /// Lets arrive what the rule needs.
    fn bring(&mut self, me: Index, view: View, rule: Rule) {
        match rule {
            Rule::Prepare(height, digest) => self.bring_offer(me, view, height, digest),
            Rule::Prepared(height, digest) => {
                self.bring_offer(me, view, height, digest);
                if let Some(liar) = self.bounds.byzantine.filter(|liar| *liar != Bounds::primary(view)) {
                    self.pair.lie(Message::Prepare(liar, view, height, name(digest, view)));
                }
                self.bring_all(
                    me,
                    |message| matches!(message, Message::Prepare(_, v, h, _) if (*v, *h) == (view, height)),
                );
            }
            Rule::Decide(height, digest) => {
                if let Some(liar) = self.bounds.byzantine {
                    self.pair.lie(Message::Commit(liar, view, height, name(digest, view)));
                }
                self.bring_all(
                    me,
                    |message| matches!(message, Message::Commit(_, v, h, _) if (*v, *h) == (view, height)),
                );
            }
            Rule::ViewChange(wish) => {
                let waits = !self.state.replicas[usize::from(me)].active;
                if waits && self.bounds.byzantine.is_some() {
                    let view = wish - 1;
                    let lie = self.lie_for(Order { view, ..Order::default() });
                    self.pair.lie(Message::ViewChange(lie));
                    self.bring_all(
                        me,
                        |message| matches!(message, Message::ViewChange(change) if change.view == view),
                    );
                }
                self.pair.time_out(me);
            }
            Rule::NewView(order) => {
                if self.bounds.byzantine.is_some() {
                    let lie = self.lie_for(order);
                    self.pair.lie(Message::ViewChange(lie));
                }
                self.bring_all(
                    me,
                    |message| matches!(message, Message::ViewChange(change) if change.view == order.view),
                );
            }
            Rule::Install(order) => {
                self.bring_all(
                    me,
                    |message| matches!(message, Message::NewView(view, _) if *view == order.view),
                );
            }
            Rule::Certify(height) => {
                self.bring_all(me, |message| matches!(message, Message::Checkpoint(_, h, _) if *h == height))
            }
            Rule::Sync(_) => self.pair.sync(me),
            Rule::Propose(..) | Rule::Commit(..) | Rule::Execute(_) => {}
        }
    }

    /// The liar shows what the path's O orders, and hides everything else.
    fn lie_for(&self, order: Order) -> ViewChange {
        let mut prepared = [None; HEIGHTS];
        for height in 1..=self.bounds.heights {
            let shows = |prepared: &Prepared| {
                order.digests[at(height)].is_some_and(|digest| name(digest, prepared.view) == prepared.digest)
            };
            prepared[at(height)] = self.pair.certificates(order.view, height).into_iter().rfind(shows);
        }
        ViewChange { signer: self.bounds.byzantine.unwrap(), view: order.view, stable: 0, prepared }
    }

    fn bring_offer(&mut self, me: Index, view: View, height: Height, digest: Digest) {
        if self.bounds.is_liar(Bounds::primary(view)) {
            self.pair.lie(Message::PrePrepare(view, height, name(digest, view)));
        }
        let wanted = Message::PrePrepare(view, height, name(digest, view));
        self.bring_all(me, |message| *message == wanted);
    }

    fn bring_all(&mut self, me: Index, is_wanted: impl Fn(&Message) -> bool) {
        let wanted: Vec<_> = self.pair.soup.iter().filter(|message| is_wanted(message)).cloned().collect();
        for message in wanted.iter().filter(|message| crate::words::sender(message) != me) {
            self.pair.deliver(me, message);
        }
    }

    /// Everything said arrives everywhere.
    fn finish(&mut self) {
        for _ in 0..4 {
            for me in self.bounds.honest() {
                self.bring_all(me, |_| true);
                self.pair.write(me);
                self.pair.check_agreement();
            }
        }
    }
}

fn path_of(name: &str, fault: Fault, property: &'static str) -> (Bounds, Vec<Action>) {
    let check = QUICK.iter().find(|check| check.name == name).unwrap();
    let check = Check { bounds: Bounds { fault, ..check.bounds }, ..*check };
    (check.bounds, check.look_for(property).path(property).unwrap().to_vec())
}

fn replay(name: &str, fault: Fault, property: &'static str) -> Replay {
    let (bounds, path) = path_of(name, fault, property);
    println!("{property}: {} steps {path:?}", path.len());
    let mut replay = Replay::new(bounds);
    path.into_iter().for_each(|action| replay.follow(action));
    replay.finish();
    replay
}

#[test]
fn counterexamples_of_broken_protocols_do_not_fork_the_code() {
    let two = "two proposals";
    for (check, fault) in [
        (two, Fault::SmallQuorum),
        ("three views", Fault::LowestViewWins),
        (two, Fault::OldViewKept),
        (two, Fault::NothingCarried),
        (two, Fault::CertificateNotLogged),
        (two, Fault::LogLost),
        (two, Fault::OrderIgnored),
    ] {
        let replay = replay(check, fault, "agreement");
        println!("{fault:?}: {:?}", replay.pair.seen);
        assert!(replay.pair.seen.steps > 10, "{fault:?}");
    }
}

#[test]
fn what_must_be_possible_is_possible_for_the_code() {
    for (check, property) in [
        ("two proposals", "a view above 0 commits"),
        ("crashes", "a prepared digest is ordered and committed again"),
        ("two proposals", "a fresh digest is committed in a new view"),
        ("gaps", "null fills a gap"),
        ("three views", "view 2 commits"),
    ] {
        let replay = replay(check, Fault::None, property);
        let seen = replay.pair.seen;
        println!("{property}: {seen:?}");
        assert!(seen.commits_in_new_views >= 2, "{property}: {}", replay.pair.trace.join("\n"));
        let is_null = property == "null fills a gap";
        assert_eq!(seen.gaps_filled > 0, is_null, "{property}: {}", replay.pair.trace.join("\n"));
    }
}
