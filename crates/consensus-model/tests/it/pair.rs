//! Model and code side by side: every step is taken by both, and both must stand at the same place.

use std::collections::{BTreeMap, BTreeSet};

use consensus_model::{
    Bounds,
    inbox::{Header, Message},
    node::Node,
    terms::{Digest, Height, Index, PerHeight, Prepared, at},
};

use crate::{
    code::Code,
    words::{h, n, sender},
};

/// Both, and what all said.
pub struct Pair {
    pub bounds: Bounds,
    pub model: BTreeMap<Index, Node>,
    pub code: Code,
    /// Everything said, in order.
    pub soup: Vec<Message>,
    /// What was done, for the report of a failure.
    pub trace: Vec<String>,
    pub seen: Seen,
}

/// What happened in a run, so that a test can say that something did.
#[derive(Debug, Default, Clone, Copy)]
pub struct Seen {
    pub commits_in_new_views: u64,
    pub ordered_again: u64,
    pub gaps_filled: u64,
    pub checkpoints_in_new_views: u64,
    pub low_moves: u64,
    pub restarts: u64,
    pub lost_votes: u64,
    pub synced: u64,
    pub steps: u64,
}

impl Pair {
    pub fn new(bounds: Bounds) -> Self {
        let model = bounds.honest().map(|index| (index, Node::new(bounds, index))).collect();
        let (code, seen) = (Code::new(bounds), Seen::default());
        let mut pair = Self { bounds, model, code, soup: Vec::new(), trace: Vec::new(), seen };
        bounds.honest().for_each(|me| pair.compare(me));
        pair
    }

    fn step(&mut self, me: Index, what: String) {
        self.trace.push(what);
        self.seen.steps += 1;
        let low = self.model[&me].replica.low;
        self.compare(me);
        self.seen.low_moves +=
            u64::from(self.code.node(me).replica.status().low > types::Height::new(low.into()));
    }

    pub fn deliver(&mut self, me: Index, message: &Message) {
        let order = self.model[&me].replica.order;
        self.model.get_mut(&me).unwrap().deliver(message);
        let real = match message {
            Message::Certificate(height) => consensus::Message::Certificate(self.certificate(*height)),
            _ => self.code.soup[message].clone(),
        };
        self.code.receive(me, sender(message), real);
        self.step(me, format!("{me} receives {message:?}"));
        let new = self.model[&me].replica.order;
        if new != order {
            self.seen.ordered_again += u64::from(new.digests.iter().flatten().any(|d| *d != Digest::Null));
            self.seen.gaps_filled += u64::from(new.digests.contains(&Some(Digest::Null)));
            self.seen.checkpoints_in_new_views += u64::from(new.lo > 0);
        }
    }

    pub fn write(&mut self, me: Index) {
        let before = self.soup.len();
        self.model.get_mut(&me).unwrap().write();
        self.code.write(me);
        self.step(me, format!("{me} writes"));
        let new = self.soup[before..].iter();
        let commits = new.filter(|message| matches!(message, Message::Commit(_, view, ..) if *view > 0));
        self.seen.commits_in_new_views += commits.count() as u64;
    }

    /// The code's timer runs out or not; where it does the model's must be able to, and where only silence
    /// of the primary is needed it must.
    pub fn time_out(&mut self, me: Index) {
        let node = self.model.get_mut(&me).unwrap();
        let leads = node.replica.active && Bounds::primary(node.replica.view) == me;
        let may = node.may_time_out();
        if !may && (node.replica.view + 1 >= self.bounds.views) {
            return;
        }
        let did = self.code.time_out(me);
        assert!(may || !did, "{me}: only the code's timer ran out");
        assert!(did || !may || leads, "{me}: the code's timer does not run out");
        if did {
            self.model.get_mut(&me).unwrap().time_out();
        }
        self.step(me, format!("{me} times out: {did}"));
    }

    pub fn restart(&mut self, me: Index) {
        let node = self.model.get_mut(&me).unwrap();
        self.seen.restarts += 1;
        self.seen.lost_votes += node.pending.len() as u64;
        node.restart();
        self.code.restart(me);
        self.step(me, format!("{me} restarts"));
    }

    pub fn propose(&mut self, me: Index) {
        let node = self.model.get_mut(&me).unwrap();
        let Some(height) = node.next_proposal() else { return };
        let digest = Digest::ALL[usize::from(node.replica.view) + 1];
        if self.code.proposals.contains_key(&(height, digest)) {
            return;
        }
        node.propose(height, digest);
        self.code.propose(me, height, digest);
        self.step(me, format!("{me} proposes {digest:?} at {height}"));
    }

    pub fn sync(&mut self, me: Index) {
        let node = self.model.get_mut(&me).unwrap();
        let height = node.replica.executed + 1;
        let wants = node.replica.certified() >= height;
        let Some(header) = header_of(&self.soup, height).filter(|_| wants) else { return };
        let digest = header[at(height)].unwrap();
        node.sync(digest);
        let certificate = self.certificate(height);
        self.code.sync(me, height, digest, certificate);
        self.seen.synced += 1;
        self.step(me, format!("{me} syncs {height}"));
    }

    /// The certificate of q equal checkpoints.
    pub fn certificate(&self, height: Height) -> types::Certificate {
        let header = header_of(&self.soup, height).expect("certified");
        self.code.certificate(&self.soup, height, header)
    }

    /// Both stand at the same place and said the same.
    fn compare(&mut self, me: Index) {
        let node = self.model.get_mut(&me).unwrap();
        let said: BTreeSet<_> = std::mem::take(&mut node.said).into_iter().collect();
        let replica = &node.replica;
        let model = (replica.view, replica.active, replica.low, replica.executed, replica.certified());
        let above = |height: Height| height > replica.low;
        let mut pending = node.pending.clone();
        pending.sort();
        let mut prepared = replica.prepared;
        let mut decided = replica.decided;
        for height in (1..=self.bounds.heights).filter(|height| !above(*height)) {
            (prepared[at(height)], decided[at(height)]) = (None, None);
        }
        let trace = || self.trace.join("\n");
        let real = &self.code.nodes[&me].replica;
        let status = real.status();
        let code = (n(status.view), status.active, h(status.low), h(status.executed), h(status.certified));
        assert_eq!(model, code, "view, active, low, executed, certified of {me} after\n{}", trace());
        assert!(status.voting, "{me} does not vote after\n{}", trace());
        assert_eq!(prepared, self.prepared(me), "prepared of {me} after\n{}", trace());
        assert_eq!(decided, self.decided(me), "decided of {me} after\n{}", trace());
        assert_eq!(pending, self.code.pending(me), "asked for by {me} after\n{}", trace());
        let real_said: BTreeSet<_> = std::mem::take(&mut self.code.node(me).said).into_iter().collect();
        assert_eq!(said, real_said, "said by {me} after\n{}", self.trace.join("\n"));
        self.soup.extend(said);
    }

    fn prepared(&self, me: Index) -> PerHeight<Option<Prepared>> {
        let mut prepared = PerHeight::default();
        for vote in self.code.nodes[&me].replica.prepared() {
            let (view, digest) = (n(vote.view), self.code.label(vote.digest));
            prepared[at(h(vote.height))] = Some(Prepared { view, digest });
        }
        prepared
    }

    fn decided(&self, me: Index) -> PerHeight<Option<Digest>> {
        let mut decided = PerHeight::default();
        for (height, digest) in self.code.nodes[&me].replica.decided() {
            decided[at(h(height))] = Some(self.code.label(digest));
        }
        decided
    }

    /// No two validators decided differently, and none decided what another did not execute.
    pub fn check_agreement(&self) {
        for height in 1..=self.bounds.heights {
            let decided: BTreeSet<_> =
                self.model.values().filter_map(|node| node.replica.decided[at(height)]).collect();
            assert!(decided.len() <= 1, "fork at {height}: {decided:?}\n{}", self.trace.join("\n"));
        }
    }
}

/// The header that q validators signed at a height.
pub fn header_of(soup: &[Message], height: Height) -> Option<Header> {
    let headers: Vec<_> = soup
        .iter()
        .filter_map(|message| match message {
            Message::Checkpoint(_, of, header) if *of == height => Some(*header),
            _ => None,
        })
        .collect();
    headers.iter().find(|header| headers.iter().filter(|other| other == header).count() >= 3).copied()
}
