//! One honest replica: what it said (its vote log), and what it holds in memory.

use crate::{
    order::Order,
    terms::{
        Bounds, Digest, Fault, HEIGHTS, Height, Index, PerHeight, PerSlot, Prepared, VIEWS, ViewChange, at,
    },
};

/// Own statements, one per slot for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Own {
    /// As primary.
    pub pre_prepares: PerSlot<Option<Digest>>,
    /// As backup.
    pub prepares: PerSlot<Option<Digest>>,
    /// Each logged with its prepared certificate.
    pub commits: PerSlot<Option<Digest>>,
    /// By the view wished for.
    pub view_changes: [Option<ViewChange>; VIEWS],
    /// As primary of a view that begins: what it begins with.
    pub new_views: [Option<Order>; VIEWS],
}

/// The state of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Replica {
    /// Who it is.
    pub index: Index,
    /// The view it is in, or waits for.
    pub view: u8,
    /// Whether that view is installed.
    pub active: bool,
    /// What the last installed view began with.
    pub order: Order,
    /// The vote log; durable.
    pub own: Own,
    /// Above low, the prepared certificate with the highest view.
    pub prepared: PerHeight<Option<Prepared>>,
    /// What is decided at a height; durable up to `executed`.
    pub decided: PerHeight<Option<Digest>>,
    /// The highest executed height; durable.
    pub executed: Height,
    /// A bit for each height whose block certificate is held; durable up to `low`.
    pub certificates: u8,
    /// Executed and certified, with all below; durable.
    pub low: Height,
}

impl Replica {
    /// At genesis.
    #[must_use]
    pub fn new(index: Index) -> Self {
        Self { index, active: true, ..Self::default() }
    }

    /// Inside (low, low+L].
    #[must_use]
    pub fn in_window(&self, bounds: &Bounds, height: Height) -> bool {
        height > self.low && height <= (self.low + bounds.window).min(bounds.heights)
    }

    /// The view in which it votes now, if any.
    #[must_use]
    pub fn voting_view(&self, bounds: &Bounds) -> Option<u8> {
        match (self.active, bounds.fault) {
            (true, _) => Some(self.view),
            (false, Fault::OldViewKept) => Some(self.order.view),
            (false, _) => None,
        }
    }

    /// Whether it may vote at a height: inside the window and above what the view began with.
    #[must_use]
    pub fn is_open(&self, bounds: &Bounds, height: Height) -> bool {
        self.in_window(bounds, height) && height > self.order.lo
    }

    /// Whether a block certificate of this height is held.
    #[must_use]
    pub const fn has_certificate(&self, height: Height) -> bool {
        height == 0 || self.certificates & (1 << height) != 0
    }

    /// The highest block certificate held.
    #[must_use]
    pub fn certified(&self) -> Height {
        (1..8).rev().find(|height| self.certificates & (1 << height) != 0).unwrap_or_default()
    }

    /// The highest certificate with none missing beneath it: the stable checkpoint of a view change.
    #[must_use]
    pub fn stable(&self, bounds: &Bounds) -> Height {
        let gap = (self.low + 1..=bounds.heights).find(|height| !self.has_certificate(*height));
        gap.unwrap_or(bounds.heights + 1) - 1
    }

    /// What must survive into `view`.
    #[must_use]
    pub fn view_change(&self, bounds: &Bounds, view: u8) -> ViewChange {
        let stable = self.stable(bounds);
        let mut prepared = [None; HEIGHTS];
        for height in stable + 1..=(stable + bounds.window).min(bounds.heights) {
            prepared[at(height)] = self.prepared[at(height)];
        }
        if bounds.fault == Fault::NothingCarried {
            prepared = [None; HEIGHTS];
        }
        ViewChange { signer: self.index, view, stable, prepared }
    }

    /// Executes or imports the next block.
    pub fn execute(&mut self, digest: Digest) {
        self.executed += 1;
        self.decided[at(self.executed)] = Some(digest);
        self.move_low();
    }

    /// A block certificate is here.
    pub fn certify(&mut self, height: Height) {
        if height > self.low {
            self.certificates |= 1 << height;
            self.move_low();
        }
    }

    /// Low rises over heights that are executed and certified; what is beneath is forgotten.
    fn move_low(&mut self) {
        while self.low < self.executed && self.has_certificate(self.low + 1) {
            self.low += 1;
            self.prepared[at(self.low)] = None;
        }
    }

    /// Killed and started again: memory is read anew from what is durable.
    #[must_use]
    pub fn restarted(&self, bounds: &Bounds) -> Self {
        let mut replica = Self { index: self.index, executed: self.executed, ..Self::default() };
        replica.low = self.low;
        replica.certificates = self.certificates & ((2 << self.low) - 1);
        let ledger = usize::from(self.executed);
        replica.decided[..ledger].copy_from_slice(&self.decided[..ledger]);
        if bounds.fault == Fault::LogLost {
            replica.active = true;
            return replica;
        }
        replica.own = self.own;
        // An installed view is logged before the first vote in it.
        replica.order = self.order;
        let asked = self.own.view_changes.iter().flatten().map(|change| change.view).max();
        let asked = asked.unwrap_or_default();
        replica.active = asked <= replica.order.view;
        replica.view = asked.max(replica.order.view);
        if bounds.fault != Fault::CertificateNotLogged {
            replica.recall_prepared(bounds);
        }
        replica
    }

    /// Commits are logged together with what made them prepared.
    fn recall_prepared(&mut self, bounds: &Bounds) {
        for (view, commits) in (0..).zip(&self.own.commits) {
            for height in self.low + 1..=bounds.heights {
                if let Some(digest) = commits[at(height)] {
                    self.prepared[at(height)] = Some(Prepared { view, digest });
                }
            }
        }
    }
}
