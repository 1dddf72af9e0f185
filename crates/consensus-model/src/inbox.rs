//! What arrived at one replica: the first vote of each validator in each slot wins, for heights in
//! (low, low+2L]; of view changes each validator's highest is kept.

use crate::{
    order::Order,
    replica::Own,
    rules::Evidence,
    terms::{
        Bounds, Digest, Digests, HEIGHTS, Height, Index, PerHeight, PerSlot, VALIDATORS, View, ViewChange, at,
    },
};

/// A block's header: what is executed at each height up to its own.
pub type Header = PerHeight<Option<Digest>>;

/// What validators say to each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// Of the primary of the view.
    PrePrepare(View, Height, Digest),
    /// Of a backup.
    Prepare(Index, View, Height, Digest),
    /// Of anybody.
    Commit(Index, View, Height, Digest),
    /// A block is executed.
    Checkpoint(Index, Height, Header),
    /// A wish for a view.
    ViewChange(ViewChange),
    /// A view begins, with V.
    NewView(View, Vec<ViewChange>),
    /// q equal checkpoints.
    Certificate(Height),
}

type Votes = PerSlot<[Option<Digest>; VALIDATORS]>;

/// What is kept of it.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    quorum: usize,
    /// Of the primary of each view.
    pub offers: PerSlot<Option<Digest>>,
    prepares: Votes,
    commits: Votes,
    checkpoints: PerHeight<[Option<Header>; VALIDATORS]>,
    /// Each validator's highest.
    pub changes: [Option<ViewChange>; VALIDATORS],
}

impl Inbox {
    /// Empty.
    #[must_use]
    pub fn new(bounds: &Bounds) -> Self {
        Self { quorum: bounds.quorum(), ..Self::default() }
    }

    /// A vote or checkpoint arrives at a replica with this low mark.
    pub fn take(&mut self, bounds: &Bounds, low: Height, message: &Message) {
        let is_kept = |height: Height| height > low && height <= low + 2 * bounds.window;
        let first = |place: &mut Option<Digest>, digest: Digest| *place = place.or(Some(digest));
        match *message {
            Message::PrePrepare(view, height, digest) if is_kept(height) => {
                first(&mut self.offers[usize::from(view)][at(height)], digest);
            }
            Message::Prepare(signer, view, height, digest) if is_kept(height) => {
                first(&mut self.prepares[usize::from(view)][at(height)][usize::from(signer)], digest);
            }
            Message::Commit(signer, view, height, digest) if is_kept(height) => {
                first(&mut self.commits[usize::from(view)][at(height)][usize::from(signer)], digest);
            }
            Message::Checkpoint(signer, height, header) if is_kept(height) => {
                let place = &mut self.checkpoints[at(height)][usize::from(signer)];
                *place = place.or(Some(header));
            }
            Message::PrePrepare(..)
            | Message::Prepare(..)
            | Message::Commit(..)
            | Message::Checkpoint(..)
            | Message::ViewChange(_)
            | Message::NewView(..)
            | Message::Certificate(_) => {}
        }
    }

    /// After a restart: own votes above low, and the pre-prepares that own commits prove.
    pub fn recall(&mut self, bounds: &Bounds, low: Height, index: Index, own: &Own) {
        for (view, slot) in (0..bounds.views).zip(0..) {
            for height in low + 1..=bounds.heights {
                let of = |votes: &PerSlot<Option<Digest>>| votes[slot][at(height)];
                let commit = of(&own.commits);
                if let Some(digest) = of(&own.pre_prepares).or(commit) {
                    self.take(bounds, low, &Message::PrePrepare(view, height, digest));
                }
                if let Some(digest) = of(&own.prepares) {
                    self.take(bounds, low, &Message::Prepare(index, view, height, digest));
                }
                if let Some(digest) = commit {
                    self.take(bounds, low, &Message::Commit(index, view, height, digest));
                }
            }
        }
        let newest = own.view_changes.iter().flatten().max_by_key(|change| change.view);
        self.changes[usize::from(index)] = newest.copied();
    }

    /// V of a view that begins is kept like any other view change.
    pub fn keep_all(&mut self, me: Index, order: &Order, changes: &[ViewChange]) {
        for change in changes.iter().filter(|change| change.signer != me) {
            let place = &mut self.changes[usize::from(change.signer)];
            if place.is_none_or(|kept| kept.view < order.view) {
                *place = Some(*change);
            }
        }
    }
}

impl Evidence for Inbox {
    fn offers(&self, view: View, height: Height) -> Digests {
        Digests::of(self.offers[usize::from(view)][at(height)])
    }

    fn prepares(&self, view: View, height: Height, digest: Digest) -> usize {
        let votes = &self.prepares[usize::from(view)][at(height)];
        votes.iter().filter(|vote| **vote == Some(digest)).count()
    }

    fn commits(&self, view: View, height: Height, digest: Digest) -> usize {
        let votes = &self.commits[usize::from(view)][at(height)];
        votes.iter().filter(|vote| **vote == Some(digest)).count()
    }

    fn certified(&self, height: Height) -> Option<Digest> {
        let checkpoints = &self.checkpoints[at(height)];
        let equal = |header: &Header| checkpoints.iter().flatten().filter(|other| *other == header).count();
        let header = checkpoints.iter().flatten().find(|header| equal(header) >= self.quorum)?;
        header[at(height)]
    }
}

/// The header after a replica executed up to `height`.
#[must_use]
pub fn header(decided: &PerHeight<Option<Digest>>, height: Height) -> Header {
    let mut header = [None; HEIGHTS];
    header[..usize::from(height)].copy_from_slice(&decided[..usize::from(height)]);
    header
}
