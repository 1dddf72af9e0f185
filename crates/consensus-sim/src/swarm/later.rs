//! Faults that came after the first seeds had found theirs. They are drawn from a stream of their own, so
//! that the first ones stay what they were.

use types::quorum;

use crate::{
    faults::disks::Medium,
    prng::Prng,
    scenario::{Broken, Older, Rollback, Scenario, Start},
    sync_lies::SyncLie,
    time::{MILLISECOND, Micros, SECOND},
};

/// How many seeds run on the real vote log.
const REAL_LOG_PPM: u64 = 900_000;

impl Scenario {
    /// Adds a random subset of the later faults.
    pub(super) fn draw_later_faults(&mut self) {
        let prng = &mut Prng::stream(self.seed, "later faults");
        self.thorough = true;
        self.draw_length(prng);
        self.draw_rates(prng);
        self.medium = match prng.below(4) {
            0 => Medium::Nothing,
            1 => Medium::Everything,
            2 => Medium::Torn,
            _ => Medium::Prefix,
        };
        self.hearing = hearing(&mut Prng::stream(self.seed, "hearing drawn"));
        self.real_vote_log = Prng::stream(self.seed, "vote log").chance(REAL_LOG_PPM);
        if prng.chance(200_000) {
            self.start = start(prng);
        }
        if prng.chance(120_000) {
            self.crash_loop = Some((prng.index(self.n), prng.range(30, 900) * MILLISECOND));
        }
        // Who is broken in the first liveness phase is whole before and after, but counts in it.
        let mut budget = quorum::faulty_max(self.n) - self.byzantine.len() - self.broken.len();
        budget -= usize::from(self.wipe.is_some());
        self.draw_rollback(prng, &mut budget);
        self.draw_sync_lies(prng, &mut budget);
        self.draw_broken_later(prng);
    }

    /// A few runs last minutes: what is slow to show needs time. They get no more load than others.
    fn draw_length(&mut self, prng: &mut Prng) {
        if prng.chance(40_000) {
            let longer = prng.range(30, 150) * SECOND;
            self.faults_end += longer;
            self.healed_by += longer;
            self.load.interval *= 8;
            self.rates.long_pause = Some(20 * SECOND);
        }
    }

    fn draw_rates(&mut self, prng: &mut Prng) {
        let mut sometimes =
            |ppm: u64, low: u64, high: u64| prng.chance(ppm).then(|| prng.range(low, high) * MILLISECOND);
        let rates = &mut self.rates;
        rates.swizzle = sometimes(150_000, 1_000, 5_000);
        rates.ring = sometimes(120_000, 800, 5_000);
        rates.one_way = sometimes(200_000, 800, 5_000);
        rates.long_pause = rates.long_pause.or(sometimes(100_000, 2_000, 8_000));
        rates.far_clock = sometimes(100_000, 1_000, 6_000);
        rates.dead_primaries = sometimes(150_000, 1_500, 6_000);
        rates.no_quorum = sometimes(100_000, 2_000, 8_000);
        rates.disk_full = sometimes(120_000, 1_000, 5_000);
    }

    fn draw_rollback(&mut self, prng: &mut Prng, budget: &mut usize) {
        let (place, copied) = (prng.index(self.n), prng.below(self.faults_end * 2 / 3));
        let restored = prng.range(copied, self.faults_end.saturating_sub(SECOND));
        let older = match prng.below(5) {
            0 => Older::VoteLog,
            1 | 2 => Older::Ledger,
            _ => Older::Directory,
        };
        let needed = usize::from(older.counts());
        let is_broken = self.broken.iter().any(|(other, _)| *other == place);
        if prng.chance(150_000) && *budget >= needed && !self.is_faulty(place) && !is_broken {
            *budget -= needed;
            self.rollback = Some(Rollback { place, older, copied, restored });
        }
    }

    /// Byzantine validators may lie to those who fetch blocks; and so may others, up to f in all.
    fn draw_sync_lies(&mut self, prng: &mut Prng, budget: &mut usize) {
        for (place, _) in &self.byzantine {
            if prng.chance(500_000) {
                self.sync_lies.push((*place, SyncLie::draw(prng)));
            }
        }
        let place = prng.index(self.n);
        let is_broken = self.broken.iter().any(|(other, _)| *other == place);
        if *budget > 0 && prng.chance(200_000) && !self.is_faulty(place) && !is_broken {
            *budget -= 1;
            self.sync_lies.push((place, SyncLie::draw(prng)));
        }
    }

    /// As many as f allows beside those who are faulty for good.
    fn draw_broken_later(&mut self, prng: &mut Prng) {
        let faulty = (0..self.n).filter(|place| self.is_faulty(*place)).count();
        let count = quorum::faulty_max(self.n).saturating_sub(faulty);
        let sound: Vec<usize> = (0..self.n).filter(|place| !self.is_faulty(*place)).collect();
        let chosen = prng.subset(sound.len(), prng.clone().index(count + 1));
        for place in chosen {
            let how = match prng.below(5) {
                0 => Broken::Crashed,
                1 => Broken::Isolated,
                2 => Broken::ReceiveOnly,
                3 => Broken::SendOnly,
                _ => Broken::CrashLoop,
            };
            self.broken_later.push((sound[place], how));
        }
    }
}

fn start(prng: &mut Prng) -> Start {
    let stagger: Micros = prng.range(1, 8) * SECOND;
    let partial = prng.chance(600_000);
    Start {
        stagger,
        partial_until: if partial { prng.range(1, 10) * SECOND } else { 0 },
        link_ppm: prng.range(100_000, 800_000),
    }
}

/// In half of the seeds the replica is busy when a message was verified, or the verifier with others.
fn hearing(prng: &mut Prng) -> Option<(Micros, Micros)> {
    let longest = if prng.chance(300_000) { 400 * MILLISECOND } else { 5 * MILLISECOND };
    prng.chance(500_000).then(|| (10, prng.range(MILLISECOND, longest)))
}
