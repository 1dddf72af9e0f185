//! Three ways to make the rounds of a scenario: counted, drawn, and traps. The first round is whole: everybody
//! starts, asks for its votes and begins to order.

use types::{ValidatorIndex, signing::Kind};

use super::{
    partition::{self, Partition},
    script::{Muted, Round},
};
use crate::{
    prng::Prng,
    queue::Place,
    time::{MILLISECOND, Micros},
};

/// Everybody has started and asked for its votes by then.
pub(super) const BEGIN: Micros = 150 * MILLISECOND;
pub(super) const VIEW_TIMEOUT_MS: u64 = 80;
/// A counted round is long enough for two views.
const COUNTED_ROUND: Micros = 220 * MILLISECOND;
/// More groups leave nobody with a quorum.
const GROUPS_MAX: u8 = 3;
/// What vanishes in a drawn round, if anything does.
const KINDS: [Kind; 6] =
    [Kind::PrePrepare, Kind::Prepare, Kind::Commit, Kind::Checkpoint, Kind::ViewChange, Kind::NewView];

fn whole(places: usize) -> Round {
    Round { until: BEGIN, groups: vec![0; places], leaders: None, muted: None, dying: Vec::new() }
}

fn validator(place: usize) -> ValidatorIndex {
    ValidatorIndex::new(u16::try_from(place).unwrap_or(u16::MAX))
}

/// All pairs of partitions, one after the other, with each validator as the twin; `None` after the last.
pub(super) fn counted(number: u64, n: usize) -> Option<(usize, Vec<Round>)> {
    let partitions = partition::all(n + 1, GROUPS_MAX);
    let place = usize::try_from(number).ok()?;
    let (twin, pair) = (place % n, place / n);
    let first = partitions.get(pair / partitions.len())?;
    let second = partitions.get(pair % partitions.len())?;
    let round = |(count, groups): (u64, &Partition)| Round {
        until: BEGIN + count * COUNTED_ROUND,
        groups: groups.clone(),
        ..whole(n + 1)
    };
    Some((twin, std::iter::once(whole(n + 1)).chain([(1, first), (2, second)].map(round)).collect()))
}

/// A few rounds of different lengths, the shortest ones as short as one phase of the protocol; some with
/// one leader.
pub(super) fn drawn(prng: &mut Prng, n: usize, pairs: usize) -> Vec<Round> {
    let mut rounds = vec![whole(n + pairs)];
    let mut until = BEGIN;
    for _ in 0..prng.range(2, 6) {
        let length = if prng.chance(400_000) { prng.range(1, 12) } else { prng.range(30, 360) };
        until += length * MILLISECOND;
        let groups = partition::draw(prng, n + pairs, GROUPS_MAX);
        let leader = validator(prng.index(n));
        let leaders = prng.chance(350_000).then(|| vec![leader]);
        let muted =
            prng.chance(300_000).then(|| Muted { kind: KINDS[prng.index(KINDS.len())], spared: None });
        let dying = dying(prng, n + pairs);
        rounds.push(Round { until, groups, leaders, muted, dying });
    }
    rounds
}

/// Sometimes a process dies as a round begins, seldom all of them.
fn dying(prng: &mut Prng, places: usize) -> Vec<Place> {
    match prng.below(10) {
        0 => (0..places).collect(),
        1 | 2 => vec![prng.index(places)],
        _ => Vec::new(),
    }
}

/// Somebody alone learns that a height is prepared, or decided; it is cut off, the primary is deposed, and
/// others go on; then another one is cut off. What was decided must survive (requirements 6, 7, 29).
pub(super) fn trap(prng: &mut Prng, n: usize, pairs: usize) -> Vec<Round> {
    let places = n + pairs;
    let mut rounds = vec![whole(places)];
    let mut until = BEGIN;
    let mut knows = None;
    for round in 0..prng.range(3, 6) {
        // The first round is over before anybody gives up on the view, the others last until a new one.
        let length = if round == 0 { prng.range(20, VIEW_TIMEOUT_MS) } else { prng.range(100, 300) };
        until += length * MILLISECOND;
        // Whoever knew something in the round before is mostly the one that is cut off now.
        let away = knows.filter(|_| prng.chance(700_000)).unwrap_or_else(|| prng.index(places));
        let groups = (0..places).map(|place| u8::from(round > 0 && place == away)).collect();
        // Round by round one more view has passed, if all goes as it is meant.
        let deposed = usize::try_from(round).unwrap_or(0).checked_sub(1).map(|view| view % n);
        let leaders = (0..n).filter(|place| Some(*place) != deposed).map(validator).collect();
        let kind = if prng.chance(500_000) { Kind::Prepare } else { Kind::Commit };
        knows = prng.chance(700_000).then(|| prng.index(places));
        let muted = knows.map(|spared| Muted { kind, spared: Some(spared) });
        let dying = dying(prng, places);
        rounds.push(Round { until, groups, leaders: Some(leaders), muted, dying });
    }
    rounds
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::counted;

    #[test]
    fn each_pair_of_partitions_is_counted_once_with_each_twin() {
        let all: Vec<_> = (0..).map_while(|number| counted(number, 4)).collect();
        assert_eq!(all.len(), 4 * 41 * 41);
        let distinct: BTreeSet<_> = all
            .iter()
            .map(|(twin, rounds)| (twin, rounds.iter().map(|round| &round.groups).collect::<Vec<_>>()))
            .collect();
        assert_eq!(distinct.len(), all.len());
    }
}
