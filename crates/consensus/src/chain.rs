//! What is committed, executed and certified: everything between the low watermark and the newest
//! certificate.

use std::{collections::BTreeMap, sync::Arc};

use types::{Certificate, Height, Proposal, ProposalDigest, TimeMs};

use crate::{config::kept, record::ExecutedBlock};

/// A height that is decided here.
#[derive(Debug, Clone)]
pub(crate) struct Committed {
    pub(crate) digest: ProposalDigest,
    pub(crate) proposal: Arc<Proposal>,
}

#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// L.
    pub(crate) window: u64,
    /// The last height of the epoch before.
    pub(crate) base: Height,
    /// The last height of this epoch, once a change is pending.
    pub(crate) boundary: Option<Height>,
    /// Executed durably and certified durably, with all below.
    pub(crate) low: Height,
    pub(crate) low_time: TimeMs,
    /// Highest executed height.
    pub(crate) executed: Height,
    /// Up to here execution was asked for.
    pub(crate) requested: Height,
    /// Up to here certificates are durable.
    pub(crate) certificate_durable: Height,
    /// Up to here the storing of certificates was asked for.
    pub(crate) stored: Height,
    /// Certificates of the last 2·L heights below low, and of those above that are kept.
    pub(crate) certificates: BTreeMap<Height, Certificate>,
    /// The highest certificate held, executed or not.
    pub(crate) highest: Option<Certificate>,
    /// Executed blocks above low.
    pub(crate) blocks: BTreeMap<Height, ExecutedBlock>,
    /// Decided heights above low.
    pub(crate) committed: BTreeMap<Height, Committed>,
    /// The highest decided or executed height that is not null: it moved block time.
    pub(crate) last_timed: Height,
}

impl Chain {
    /// Inside (low, low+L] and not beyond the epoch.
    pub(crate) fn in_window(&self, height: Height) -> bool {
        height > self.low && height <= self.top()
    }

    /// The highest height that may be voted on now. Whoever has not executed the block that ordered a change
    /// needs no boundary to stay below it: D >= L.
    pub(crate) fn top(&self) -> Height {
        self.within_epoch(self.low.plus(self.window))
    }

    /// The height, or the last one of the epoch where that is known and lower.
    pub(crate) fn within_epoch(&self, height: Height) -> Height {
        self.boundary.map_or(height, |last| height.min(last))
    }

    /// Inside (low, low + [`kept`]] and not beyond the epoch.
    pub(crate) fn is_kept(&self, height: Height) -> bool {
        height > self.low && height <= self.within_epoch(self.low.plus(kept(self.window)))
    }

    /// The height of the highest certificate of this epoch, or its base.
    pub(crate) fn certified(&self) -> Height {
        self.highest.as_ref().map_or(self.base, |certificate| certificate.height)
    }

    /// The stable checkpoint of a view change: the highest certificate below which none is missing. A higher
    /// one with a gap beneath it is not taken, because the heights of the gap could then neither be voted
    /// on (they would be at or below lo) nor be fetched (nobody need hold their certificates).
    pub(crate) fn stable(&self) -> Option<&Certificate> {
        let mut stable = self.certificates.get(&self.low);
        let mut height = self.low.next();
        while let Some(certificate) = self.certificates.get(&height) {
            stable = Some(certificate);
            height = height.next();
        }
        stable.or_else(|| self.highest.as_ref().filter(|highest| highest.height <= self.low))
    }

    /// Whether the next certificate to store is missing, though a higher one is here.
    pub(crate) fn lacks_certificates(&self) -> bool {
        let next = self.stored.next();
        next <= self.executed && next < self.certified() && !self.certificates.contains_key(&next)
    }

    /// Whether the height is decided here, in whatever way.
    pub(crate) fn is_decided(&self, height: Height) -> bool {
        height <= self.executed || self.committed.contains_key(&height)
    }

    /// The digest executed at a height above low, where it is known.
    pub(crate) fn executed_digest(&self, height: Height) -> Option<ProposalDigest> {
        self.blocks.get(&height).map(|block| block.proposal)
    }

    /// The lowest height above `executed` that is not decided.
    pub(crate) fn first_undecided(&self) -> Height {
        let mut height = self.executed.next();
        while self.committed.contains_key(&height) {
            height = height.next();
        }
        height
    }
}
