//! Links that are cut: halves, bridges, rings, one way only (`threats.md` F2, F3).

use crate::{
    queue::{Event, Place},
    time::MILLISECOND,
    world::World,
};

/// Directed links.
pub(crate) type Links = Vec<(Place, Place)>;

/// All links but those to keep.
pub(crate) fn all_but(count: usize, keep: impl Fn(Place, Place) -> bool) -> Links {
    let pairs = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
    pairs.filter(|(from, to)| from != to && !keep(*from, *to)).collect()
}

/// All links from and to one place.
pub(crate) fn around(count: usize, place: Place) -> Links {
    all_but(count, |from, to| from != place && to != place)
}

/// All links to one place: it is heard, but hears nobody.
pub(crate) fn towards(count: usize, place: Place) -> Links {
    all_but(count, |_, to| to != place)
}

/// All links from one place: it hears, but nobody hears it.
pub(crate) fn out_of(count: usize, place: Place) -> Links {
    all_but(count, |from, _| from != place)
}

impl World {
    /// Cuts links: one node off, two halves, a bridge, some one-way links.
    pub(super) fn cut_links(&mut self) {
        let count = self.nodes.len();
        let prng = &mut self.env.fault_prng;
        let one = prng.index(count);
        let links = match prng.below(6) {
            0 => around(count, one),
            1 => out_of(count, one),
            2 => towards(count, one),
            3 => {
                let side = 1 + prng.index(count - 1);
                let half = prng.subset(count, side);
                all_but(count, |from, to| half.contains(&from) == half.contains(&to))
            }
            4 => {
                let half = prng.subset(count, count / 2);
                let joins = |place: Place| place == one;
                all_but(count, |from, to| {
                    joins(from) || joins(to) || half.contains(&from) == half.contains(&to)
                })
            }
            _ => {
                let cut: Vec<bool> = (0..count * count).map(|_| prng.chance(350_000)).collect();
                all_but(count, |from, to| !cut[from * count + to])
            }
        };
        self.cut_for_a_while(links, (30, 4_000));
    }

    /// Everybody hears only its neighbours in a ring of random order.
    pub(super) fn cut_to_ring(&mut self) {
        let count = self.nodes.len();
        let start = self.env.later_prng.index(count);
        let step = if count % 2 == 1 && self.env.later_prng.chance(500_000) { 2 } else { 1 };
        let next = |place: Place| (place + step) % count;
        let links = all_but(count, |from, to| next(from) == to || next(to) == from);
        let wait = self.a_while(500, 10_000);
        self.env.statistics.rings += 1;
        self.env.say(|| format!("a ring by steps of {step}, seen from {start}"));
        self.cut_for(links, wait);
    }

    /// One is for long only heard, or only hears.
    pub(super) fn cut_one_way(&mut self, place: Place) {
        let (count, place) = (self.nodes.len(), self.mostly_primary(place));
        let is_heard = self.env.later_prng.chance(500_000);
        let links = if is_heard { towards(count, place) } else { out_of(count, place) };
        let wait = self.a_while(1_000, 15_000);
        self.env.statistics.one_ways += 1;
        self.cut_for(links, wait);
    }

    /// Cuts these links for so many ms, at least and at most.
    pub fn cut_for_a_while(&mut self, links: Links, (shortest, longest): (u64, u64)) {
        let wait = self.env.fault_prng.range(shortest, longest) * MILLISECOND;
        self.cut_for(links, wait);
    }

    /// Cuts these links for this time.
    pub fn cut_for(&mut self, links: Links, wait: u64) {
        self.env.say(|| format!("links are cut: {links:?}"));
        self.env.statistics.link_faults += 1;
        let change = self.env.network.cut(links);
        self.env.queue.push(self.env.now + wait, Event::Heal { change });
    }
}
