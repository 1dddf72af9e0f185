//! L6, bounded work: the effects of one input and the packets in flight have bounds that follow from n and
//! L (`threats.md` L6; monad #1969, celo #183, FISCO #2854).

use consensus::{Effect, Footprint};
use types::Parameters;

use super::{Verdict, require};
use crate::queue::Place;

/// One input may make a replica say something about every height of the window to every other, and ask for
/// every batch that waits: at each height, authors have only so many; and 2·W of each are certified (`config`),
/// all of which may be missing here after the batches were lost (seed 2000905).
pub(super) fn effects(
    place: Place,
    effects: &[Effect],
    validators: usize,
    parameters: &Parameters,
) -> Verdict {
    let number = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
    let window = number(parameters.window);
    let fetches = effects.iter().filter(|effect| matches!(effect, Effect::FetchBatch { .. })).count();
    let found = [effects.len() - fetches, fetches];
    let heights = window * validators;
    let per_author = number(parameters.batches_per_author.into());
    let bounds = [64 + 8 * validators + 8 * heights, (heights + 2 * validators) * per_author];
    let is_within = found.iter().zip(bounds).all(|(found, bound)| *found <= bound);
    require(is_within, "bounds", || {
        format!("node {place}: effects of one input, of them fetches: {found:?}, bounds {bounds:?}")
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
