//! S9, monotone: on one node the view (of its epoch), the low watermark and the executed height never go back, and a
//! restart never loses a certified height (`threats.md` S9; concord #805). The executed height of a running
//! process may fall at a crash to what was durable, never below the certified one.

use std::collections::BTreeMap;

use types::{Epoch, Height, View};

use super::{Verdict, require};
use crate::queue::Place;

#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    view: (Epoch, View),
    low: Height,
    executed: Height,
}

/// Where each node stood last.
#[derive(Debug, Default)]
pub(super) struct Monotone {
    nodes: BTreeMap<Place, Standing>,
}

impl Monotone {
    /// A node says where it stands.
    pub fn stands(&mut self, place: Place, view: (Epoch, View), low: Height, executed: Height) -> Verdict {
        let before = self.nodes.entry(place).or_default();
        let was = *before;
        *before = Standing { view, low, executed };
        require(
            view >= was.view && low >= was.low && executed >= was.executed && low <= executed,
            "monotone",
            || format!("node {place} went from {was:?} to view {view:?}, low {low}, executed {executed}"),
        )
    }

    /// A node restarts: its view may have been volatile (a view entered without a vote), its certified
    /// height not.
    pub fn restarted(&mut self, place: Place, low: Height) -> Verdict {
        let before = self.nodes.entry(place).or_default();
        let was = *before;
        *before = Standing { view: (Epoch::ZERO, View::ZERO), low, executed: low };
        require(low >= was.low, "monotone", || {
            format!("node {place} restarts at low {low}, it had {}", was.low)
        })
    }

    /// A node lost everything.
    pub fn wiped(&mut self, place: Place) {
        self.nodes.remove(&place);
    }
}
