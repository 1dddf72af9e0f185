//! What a seed enables: a random subset of faults at random rates ("swarm testing", Groce et al. 2012).

mod later;

use types::{Parameters, quorum};

use crate::{
    byzantine::Behaviour,
    epochs::plan::EpochPlan,
    faults::disks::Medium,
    prng::Prng,
    scenario::{Broken, Load, Machine, NetworkFaults, Rates, Repertoire, Scenario, Start},
    time::{MILLISECOND, Micros, SECOND},
};

impl Scenario {
    /// What this seed means.
    pub fn from_seed(seed: u64, repertoire: Repertoire) -> Self {
        let mut scenario = Self::first_faults(seed);
        match repertoire {
            Repertoire::First => {}
            Repertoire::All => {
                scenario.draw_actors();
                scenario.draw_later_faults();
                scenario.draw_epochs();
            }
        }
        scenario
    }

    /// In half of the seeds, actors of any kind in the same places; from a stream of their own, so that the
    /// other half means what it meant.
    fn draw_actors(&mut self) {
        let prng = &mut Prng::stream(self.seed, "actors");
        if prng.chance(500_000) {
            return;
        }
        for (_, behaviour) in &mut self.byzantine {
            *behaviour = Behaviour::ALL[prng.index(Behaviour::ALL.len())];
        }
        self.name_twins();
    }

    fn name_twins(&mut self) {
        let twins = self.byzantine.iter().filter(|(_, behaviour)| behaviour.is_twin());
        self.twins = twins.map(|(place, _)| *place).collect();
    }

    /// The faults that the simulator began with.
    fn first_faults(seed: u64) -> Self {
        let prng = &mut Prng::stream(seed, "scenario");
        let n = usize::try_from(prng.range(4, 10)).unwrap_or(4);
        // Half of the seeds use the smallest network: most heights per second, and the least slack.
        let n = if prng.chance(400_000) { 4 } else { n };
        let parameters = parameters(prng);
        let mut budget = quorum::faulty_max(n);
        let faults_end = prng.range(4, 14) * SECOND;
        let byzantine = byzantine(prng, n, &mut budget);
        let wipe = wipe(prng, n, &mut budget, &byzantine, faults_end);
        let broken = broken(prng, n, &mut budget, &byzantine, wipe);
        let rates = Rates { ambush_ppm: ambushes(seed), ..rates(prng) };
        let cap = parameters.view_timeout_max_ms * MILLISECOND;
        Self {
            seed,
            n,
            epochs: EpochPlan::default(),
            twins: byzantine.iter().filter(|(_, b)| b.is_twin()).map(|(place, _)| *place).collect(),
            byzantine,
            network: network(prng),
            machine: machine(prng, n),
            rates,
            clocks: clocks(prng, n, &parameters),
            wipe,
            broken,
            broken_later: Vec::new(),
            rollback: None,
            crash_loop: None,
            sync_lies: Vec::new(),
            hearing: None,
            medium: Medium::Prefix,
            real_vote_log: false,
            thorough: false,
            start: Start { stagger: 600 * MILLISECOND, ..Start::default() },
            load: load(prng),
            faults_end,
            // `threats.md` L2.
            healed_by: faults_end + (2 * cap).max(30 * SECOND),
            parameters,
        }
    }
}

/// Small and fast ones, some of them as small as they may be.
pub(crate) fn parameters(prng: &mut Prng) -> Parameters {
    let view_timeout_ms = prng.range(150, 600);
    let view_timeout_max_ms = view_timeout_ms * prng.range(1, 8);
    let window = if prng.chance(300_000) { prng.range(2, 5) } else { prng.range(6, 48) };
    let clock_lag_ms = view_timeout_max_ms.max(2_000);
    let lifetime = if prng.chance(200_000) { prng.range(1_000, 6_000) } else { 600_000 };
    Parameters {
        view_timeout_ms,
        view_timeout_max_ms,
        window,
        activation_delay: window * 2,
        clock_lag_ms,
        clock_drift_ms: prng.range(500, 2_000),
        batch_lifetime_ms: clock_lag_ms + lifetime,
        batches_per_author: if prng.chance(200_000) { 2 } else { 64 },
        max_transaction_bytes: 1_024,
        max_batch_bytes: 4_096,
        max_block_bytes: if prng.chance(300_000) { 4_096 } else { 1 << 20 },
        ..Parameters::default()
    }
}

fn byzantine(prng: &mut Prng, n: usize, budget: &mut usize) -> Vec<(usize, Behaviour)> {
    if !prng.chance(450_000) {
        return Vec::new();
    }
    let count = 1 + prng.index(*budget);
    *budget -= count;
    let places = prng.subset(n, count);
    places.into_iter().map(|place| (place, Behaviour::FIRST[prng.index(Behaviour::FIRST.len())])).collect()
}

fn wipe(
    prng: &mut Prng,
    n: usize,
    budget: &mut usize,
    byzantine: &[(usize, Behaviour)],
    faults_end: Micros,
) -> Option<(usize, Micros)> {
    let place = prng.index(n);
    let at = prng.below(faults_end);
    if *budget == 0 || !prng.chance(120_000) || byzantine.iter().any(|(other, _)| *other == place) {
        return None;
    }
    *budget -= 1;
    Some((place, at))
}

fn broken(
    prng: &mut Prng,
    n: usize,
    budget: &mut usize,
    byzantine: &[(usize, Behaviour)],
    wipe: Option<(usize, Micros)>,
) -> Vec<(usize, Broken)> {
    if *budget == 0 || !prng.chance(300_000) {
        return Vec::new();
    }
    let count = 1 + prng.index(*budget);
    let mut broken = Vec::new();
    for place in prng.subset(n, count) {
        let how = if prng.chance(500_000) { Broken::Crashed } else { Broken::Isolated };
        let otherwise_faulty = byzantine.iter().any(|(other, _)| *other == place)
            || wipe.is_some_and(|(other, _)| other == place);
        if !otherwise_faulty {
            broken.push((place, how));
        }
    }
    *budget -= broken.len();
    broken
}

fn network(prng: &mut Prng) -> NetworkFaults {
    let shortest = prng.range(200, 5_000);
    NetworkFaults {
        loss_ppm: if prng.chance(500_000) { prng.range(1_000, 300_000) } else { 0 },
        duplicate_ppm: if prng.chance(400_000) { prng.range(1_000, 300_000) } else { 0 },
        delay: (shortest, shortest + prng.range(200, 30_000)),
        tail_ppm: if prng.chance(500_000) { prng.range(1_000, 100_000) } else { 0 },
    }
}

fn machine(prng: &mut Prng, n: usize) -> Machine {
    let fsync = prng.range(50, 2_000);
    let execution = prng.range(50, 2_000);
    Machine {
        fsync: (fsync, fsync * 3),
        execution: (execution, execution * 3),
        slow_disk: prng.chance(200_000).then(|| (prng.index(n), prng.range(10, 300))),
        slow_executor: prng.chance(200_000).then(|| (prng.index(n), prng.range(10, 300))),
    }
}

fn rates(prng: &mut Prng) -> Rates {
    let mut sometimes =
        |ppm: u64, low: u64, high: u64| prng.chance(ppm).then(|| prng.range(low, high) * MILLISECOND);
    Rates {
        crash: sometimes(500_000, 300, 4_000),
        crash_all: sometimes(150_000, 1_500, 8_000),
        links: sometimes(500_000, 200, 4_000),
        pause: sometimes(300_000, 300, 4_000),
        clock: sometimes(200_000, 500, 4_000),
        failpoint_ppm: sometimes(300_000, 1, 10).map_or(0, |x| x / MILLISECOND * 500),
        ..Rates::default()
    }
}

/// From a stream of their own, so that what older seeds mean stays as it was.
fn ambushes(seed: u64) -> (u64, u64) {
    let prng = &mut Prng::stream(seed, "ambush");
    let mut sometimes = |high: u64| if prng.chance(250_000) { prng.range(10, high) * 1_000 } else { 0 };
    (sometimes(200), sometimes(100))
}

fn clocks(prng: &mut Prng, n: usize, parameters: &Parameters) -> Vec<(i64, i64)> {
    let spread = i64::try_from(parameters.clock_drift_ms / 4).unwrap_or(0);
    let mut around =
        |reach: i64| i64::try_from(prng.below(2 * reach.unsigned_abs() + 1)).unwrap_or(0) - reach;
    (0..n).map(|_| (around(spread), around(200))).collect()
}

fn load(prng: &mut Prng) -> Load {
    Load {
        interval: prng.range(40, 400) * MILLISECOND,
        transactions: prng.range(1, 6),
        repeat_ppm: if prng.chance(700_000) { prng.range(10_000, 500_000) } else { 0 },
        batches_max: prng.range(60, 260),
    }
}
