//! What a seed says of epochs: which sets follow one another, who is a candidate, and what strikes at the
//! boundaries.

use types::quorum;

use crate::{
    prng::Prng,
    queue::Place,
    scenario::Scenario,
    time::{MILLISECOND, Micros, SECOND},
};

/// One set after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct EpochPlan {
    /// Persons that are no validators at the beginning; they follow as observers.
    pub candidates: usize,
    /// When each set is proposed, and its members.
    pub changes: Vec<(Micros, Vec<Place>)>,
    /// Whether whoever is removed stops; otherwise it follows as an observer.
    pub removed_stop: bool,
    /// How often something strikes at a height near a boundary.
    pub strike_ppm: u64,
    /// Whether what a wiped validator once said is said again by others.
    pub ghost: bool,
}

/// Sizes that follow one another, smallest steps and largest.
const STEPS: [(usize, usize); 8] = [(4, 5), (5, 4), (6, 7), (7, 6), (7, 4), (4, 7), (4, 4), (7, 7)];

impl Scenario {
    /// Draws the epochs of a seed, from a stream of their own.
    pub fn draw_epochs(&mut self) {
        let prng = &mut Prng::stream(self.seed, "epochs");
        self.epochs.ghost = prng.chance(500_000);
        self.draw_early_wipe(prng);
        if !prng.chance(550_000) {
            return;
        }
        self.epochs.removed_stop = prng.chance(500_000);
        self.epochs.strike_ppm = if prng.chance(600_000) { prng.range(100_000, 700_000) } else { 0 };
        let count = prng.range(1, 3);
        let mut at = prng.range(300, 2_500) * MILLISECOND;
        let mut members: Vec<Place> = (0..self.n).collect();
        let mut persons = self.n;
        for _ in 0..count {
            let Some(next) = self.draw_set(prng, &members, &mut persons) else { continue };
            members.clone_from(&next);
            self.epochs.changes.push((at, next));
            at += prng.range(300, 5_000) * MILLISECOND;
        }
        self.epochs.candidates = persons - self.n;
        self.healed_by += 15 * SECOND * self.epochs.changes.len() as u64;
    }

    /// A disk that is lost right at the beginning, before anything was decided, or at any other time.
    fn draw_early_wipe(&mut self, prng: &mut Prng) {
        let place = prng.index(self.n);
        let at =
            if prng.chance(300_000) { prng.below(200) * MILLISECOND } else { prng.below(self.faults_end) };
        let is_broken = self.broken.iter().chain(&self.broken_later).any(|(other, _)| *other == place);
        let faulty = (0..self.n).filter(|place| self.is_faulty(*place)).count();
        let broken = self.broken.len().max(self.broken_later.len());
        let fits = faulty + broken < quorum::faulty_max(self.n);
        if prng.chance(200_000) && self.wipe.is_none() && fits && !self.is_faulty(place) && !is_broken {
            self.wipe = Some((place, at));
        }
    }

    /// A set of a size that a step leads to, in which no more than f are faulty or broken.
    fn draw_set(&self, prng: &mut Prng, members: &[Place], persons: &mut usize) -> Option<Vec<Place>> {
        let sizes: Vec<usize> =
            STEPS.iter().filter(|(from, _)| *from == members.len()).map(|(_, to)| *to).collect();
        for _ in 0..8 {
            let size = if sizes.is_empty() {
                (members.len() + prng.index(3)).saturating_sub(1).clamp(4, 10)
            } else {
                sizes[prng.index(sizes.len())]
            };
            let mut next = members.to_vec();
            let mut fresh = *persons;
            // Somebody is replaced, too, sometimes.
            if size == members.len() || prng.chance(150_000) {
                next.remove(prng.index(next.len()));
            }
            while next.len() > size {
                next.remove(prng.index(next.len()));
            }
            while next.len() < size {
                let back: Vec<Place> = (0..*persons).filter(|person| !next.contains(person)).collect();
                if !back.is_empty() && prng.chance(300_000) {
                    next.push(back[prng.index(back.len())]);
                } else {
                    next.push(fresh);
                    fresh += 1;
                }
            }
            if self.is_bearable(&next) && fresh <= 14 {
                *persons = fresh;
                return Some(next);
            }
        }
        None
    }

    fn is_bearable(&self, members: &[Place]) -> bool {
        let bad = |broken: &[(usize, crate::scenario::Broken)]| {
            let is_bad =
                |place: &&Place| self.is_faulty(**place) || broken.iter().any(|(other, _)| other == *place);
            members.iter().filter(is_bad).count()
        };
        bad(&self.broken).max(bad(&self.broken_later)) <= quorum::faulty_max(members.len())
    }
}
