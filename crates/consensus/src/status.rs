//! What the replica says of itself: to operators here, to its peers in status messages.

use std::fmt;

use types::{Epoch, Height, ValidatorIndex, View};

/// A picture for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplicaStatus {
    /// Its epoch.
    pub epoch: Epoch,
    /// The last height of that epoch, once a change is pending.
    pub boundary: Option<Height>,
    /// The view it is in, or waits for.
    pub view: View,
    /// Whether that view is installed.
    pub active: bool,
    /// Its primary.
    pub primary: ValidatorIndex,
    /// The low watermark: executed and certified durably.
    pub low: Height,
    /// The highest executed height.
    pub executed: Height,
    /// The height of the highest certificate held.
    pub certified: Height,
    /// Whether our votes count.
    pub voting: bool,
    /// Why not, in words.
    pub not_voting_reason: Option<&'static str>,
    /// View changes asked for since the start.
    pub view_changes: u64,
    /// Heights proposed and not yet below low.
    pub in_flight: u64,
    /// Pieces of evidence seen since the start.
    pub evidence: u64,
}

impl fmt::Display for ReplicaStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.active { "normal" } else { "view-change" };
        write!(
            f,
            "{mode} view={} primary={} low={} executed={} certified={} in_flight={}",
            self.view, self.primary, self.low, self.executed, self.certified, self.in_flight
        )?;
        if self.epoch > Epoch::ZERO {
            write!(f, " epoch={}", self.epoch)?;
        }
        if let Some(last) = self.boundary {
            write!(f, " boundary={last}")?;
        }
        match self.not_voting_reason {
            Some(reason) => write!(f, " not voting: {reason}"),
            None => Ok(()),
        }
    }
}
