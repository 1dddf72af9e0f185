//! The same traces through the model and through the real replicas: after every step both must stand at the
//! same place, have asked for the same votes and said the same.

use consensus_model::{
    Bounds, Fault,
    inbox::{Header, Message},
    terms::{Digest, HEIGHTS, Index, ViewChange},
};

use crate::pair::{Pair, Seen, header_of};

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() { None } else { Some(items[self.below(items.len())].clone()) }
    }
}

pub fn bounds(byzantine: Option<Index>) -> Bounds {
    Bounds {
        heights: 3,
        views: 3,
        window: 2,
        byzantine,
        equivocates_to: 3,
        checkpoints: true,
        crashes: true,
        fault: Fault::None,
    }
}

/// One random trace: the seed says who lies, how often timers run out, nodes are killed, messages are lost.
fn run(seed: u64) -> Seen {
    let mut random = Random(seed);
    let byzantine = [None, Some(0), Some(1), Some(3)][random.below(4)];
    let mut pair = Pair::new(bounds(byzantine));
    let honest: Vec<Index> = pair.bounds.honest().collect();
    let (timeouts, crashes) = ([0, 10, 30][random.below(3)], [0, 10, 30][random.below(3)]);
    let deaf = random.of(&honest).filter(|_| random.below(3) == 0);
    let mut arrived = std::collections::BTreeSet::new();
    for _ in 0..100 + 100 * random.below(5) {
        let me = random.of(&honest).unwrap();
        match random.below(1000) {
            dice if dice < timeouts => pair.time_out(me),
            dice if dice < timeouts + crashes => pair.restart(me),
            dice if dice < 100 => pair.propose(me),
            dice if dice < 120 => pair.sync(me),
            dice if dice < 140 => {
                let height = u8::try_from(1 + random.below(3)).unwrap();
                if header_of(&pair.soup, height).is_some() {
                    pair.deliver(me, &Message::Certificate(height));
                }
            }
            dice if dice < 300 && byzantine.is_some() => lie(&mut pair, &mut random),
            dice if dice < 500 => pair.write(me),
            _ => {
                let is_foreign = |place: &usize| crate::words::sender(&pair.soup[*place]) != me;
                let all: Vec<_> = (0..pair.soup.len()).filter(is_foreign).collect();
                let new: Vec<_> =
                    all.iter().copied().filter(|place| !arrived.contains(&(me, *place))).collect();
                let places = if random.below(10) == 0 { &all } else { &new };
                if let Some(place) = random.of(places).filter(|_| deaf != Some(me) || random.below(4) == 0) {
                    arrived.insert((me, place));
                    let message = pair.soup[place].clone();
                    pair.deliver(me, &message);
                }
            }
        }
        pair.check_agreement();
    }
    pair.seen.low_moves = pair.model.values().map(|node| u64::from(node.replica.low)).sum();
    pair.seen
}

/// The liar says one thing.
fn lie(pair: &mut Pair, random: &mut Random) {
    let liar = pair.bounds.byzantine.unwrap();
    let view = u8::try_from(random.below(3)).unwrap();
    let height = u8::try_from(1 + random.below(3)).unwrap();
    let digest = Digest::ALL[random.below(5)];
    let leads = Bounds::primary(view) == liar;
    let message = match random.below(8) {
        0 | 1 if leads => Message::PrePrepare(view, height, digest),
        2 if !leads => Message::Prepare(liar, view, height, digest),
        3 => Message::Commit(liar, view, height, digest),
        4 => {
            let bogus: Header = [None; HEIGHTS];
            let honest = pair.soup.iter().find_map(|message| match message {
                Message::Checkpoint(_, of, header) if *of == height => Some(*header),
                _ => None,
            });
            let header = honest.filter(|_| random.below(4) > 0).unwrap_or(bogus);
            Message::Checkpoint(liar, height, header)
        }
        5 if view > 0 => Message::ViewChange(pair.a_lie(view, |bound| random.below(bound))),
        6 | 7 if leads && view > 0 => {
            let lie = pair.a_lie(view, |bound| random.below(bound));
            let wishes = pair.soup.iter().filter_map(|message| match message {
                Message::ViewChange(change) if change.view == view && change.signer != liar => Some(*change),
                _ => None,
            });
            let mut changes: Vec<ViewChange> = wishes.collect();
            if changes.len() > 2 && random.below(2) == 0 {
                changes.remove(random.below(changes.len()));
            }
            changes.push(lie);
            changes.sort_by_key(|change| change.signer);
            if changes.len() < 3 {
                return;
            }
            pair.lie(Message::ViewChange(lie));
            Message::NewView(view, changes)
        }
        _ => return,
    };
    pair.lie(message);
}

#[test]
fn random_traces_keep_model_and_code_in_step() {
    let mut all = Seen::default();
    let seeds = std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2_000);
    for seed in 0..seeds {
        let seen = std::panic::catch_unwind(|| run(seed)).unwrap_or_else(|_| panic!("seed {seed}"));
        all.commits_in_new_views += seen.commits_in_new_views;
        all.ordered_again += seen.ordered_again;
        all.gaps_filled += seen.gaps_filled;
        all.checkpoints_in_new_views += seen.checkpoints_in_new_views;
        all.low_moves += seen.low_moves;
        all.restarts += seen.restarts;
        all.lost_votes += seen.lost_votes;
        all.synced += seen.synced;
        all.steps += seen.steps;
    }
    println!("{all:?}");
    // The traces go where it matters.
    assert!(all.commits_in_new_views > 500 && all.ordered_again > 300 && all.gaps_filled > 30, "{all:?}");
    assert!(all.checkpoints_in_new_views > 50 && all.low_moves > 1_000 && all.synced > 10, "{all:?}");
    assert!(all.restarts > 1_000 && all.lost_votes > 500, "{all:?}");
}
