//! What a seed says of epochs: which sets follow one another, who is a candidate, and what strikes at the
//! boundaries.

use std::rc::Rc;

use types::{Parameters, quorum};

use crate::{
    prng::Prng,
    queue::Place,
    scenario::Scenario,
    swarm,
    time::{MILLISECOND, Micros, SECOND},
};

/// A set, and parameters.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// When it is proposed.
    pub at: Micros,
    pub members: Vec<Place>,
    /// Those that follow; `None`: the same.
    pub parameters: Option<Rc<Parameters>>,
}

/// One set after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct EpochPlan {
    /// Persons that are no validators at the beginning; they follow as observers.
    pub candidates: usize,
    pub changes: Vec<Change>,
    /// Whether whoever is removed stops; otherwise it follows as an observer.
    pub removed_stop: bool,
    /// Whether each is proposed at its time, and not some time later.
    pub is_prompt: bool,
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
        if prng.chance(550_000) {
            self.draw_sets(prng);
        }
        self.draw_parameters(&mut Prng::stream(self.seed, "epoch parameters"));
        self.healed_by += 15 * SECOND * self.epochs.changes.len() as u64;
    }

    fn draw_sets(&mut self, prng: &mut Prng) {
        self.epochs.removed_stop = prng.chance(500_000);
        self.epochs.strike_ppm = if prng.chance(600_000) { prng.range(100_000, 700_000) } else { 0 };
        let count = prng.range(1, 3);
        let mut at = prng.range(300, 2_500) * MILLISECOND;
        let mut members: Vec<Place> = (0..self.n).collect();
        let mut persons = self.n;
        for _ in 0..count {
            let Some(next) = self.draw_set(prng, &members, &mut persons) else { continue };
            members.clone_from(&next);
            self.epochs.changes.push(Change { at, members: next, parameters: None });
            at += prng.range(300, 5_000) * MILLISECOND;
        }
        self.epochs.candidates = persons - self.n;
    }

    /// In half of the seeds the sets that follow come with parameters of their own; in some, another change
    /// brings nothing else.
    fn draw_parameters(&mut self, prng: &mut Prng) {
        if prng.chance(500_000) {
            return;
        }
        if prng.chance(400_000) {
            let last = self.epochs.changes.last();
            let at = last.map_or(0, |change| change.at) + prng.range(300, 4_000) * MILLISECOND;
            let members = last.map_or_else(|| (0..self.n).collect(), |change| change.members.clone());
            self.epochs.changes.push(Change { at, members, parameters: None });
        }
        let mut present = Rc::new(self.parameters.clone());
        for change in &mut self.epochs.changes {
            if prng.chance(700_000) {
                present = Rc::new(following(prng, &present));
                change.parameters = Some(Rc::clone(&present));
            }
        }
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

/// Others, that may follow these. Clocks are what they were, so their bounds stay.
fn following(prng: &mut Prng, present: &Parameters) -> Parameters {
    let drawn = swarm::parameters(prng);
    let window = drawn.window.min(present.activation_delay);
    let max_batch_bytes = if prng.chance(500_000) { 2_048 } else { drawn.max_batch_bytes };
    let max_block_bytes =
        if prng.chance(300_000) { u64::from(max_batch_bytes) } else { drawn.max_block_bytes };
    Parameters {
        window,
        activation_delay: window * prng.range(1, 4),
        max_batch_bytes,
        max_block_bytes,
        clock_drift_ms: present.clock_drift_ms,
        ..drawn
    }
}
