//! L6, bounded work: the effects of one input and the packets in flight have bounds that follow from n and
//! L (`threats.md` L6; monad #1969, celo #183, FISCO #2854).

use consensus::Footprint;

use super::{Verdict, require};
use crate::queue::Place;

/// One input may make a replica say something about every height of the window to every other.
pub(super) fn effects(place: Place, effects: usize, validators: usize, window: u64) -> Verdict {
    let window = usize::try_from(window).unwrap_or(usize::MAX);
    let bound = 64 + 8 * validators + 8 * window * validators;
    require(effects <= bound, "bounds", || {
        format!("node {place}: {effects} effects of one input, bound {bound}")
    })
}

/// Pending events of the whole world.
pub(super) fn events(events: usize, places: usize) -> Verdict {
    let bound = 20_000 * places;
    require(events <= bound, "bounds", || format!("{events} events are pending, bound {bound}"))
}

/// What a replica keeps.
pub(super) fn footprint(place: Place, found: &Footprint, bound: &Footprint) -> Verdict {
    let excess = found.excess(bound);
    require(excess.is_empty(), "bounds", || {
        format!("node {place} keeps too much (kind, found, bound): {excess:?}")
    })
}
