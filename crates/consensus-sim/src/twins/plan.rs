//! What a scenario's number means.

use types::{Parameters, ValidatorIndex, signing::Kind};

use super::{
    partition,
    script::{Round, Script},
};
use crate::{
    byzantine::Behaviour,
    mutant::Mutant,
    prng::Prng,
    scenario::{Load, Machine, NetworkFaults, Rates, Scenario},
    time::{MILLISECOND, Micros},
};

/// A scenario and its script.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub scenario: Scenario,
    pub script: Script,
}

/// Everybody has started and asked for its votes by then.
const BEGIN: Micros = 700 * MILLISECOND;
const VIEW_TIMEOUT_MS: u64 = 80;
const VIEW_TIMEOUT_MAX_MS: u64 = 160;
/// A counted round is long enough for two views.
const COUNTED_ROUND: Micros = 220 * MILLISECOND;
/// n of the small network and of the large one.
const SMALL: usize = 4;
const LARGE: usize = 7;
/// What vanishes in a drawn round, if anything does.
const MUTED: [Kind; 6] =
    [Kind::PrePrepare, Kind::Prepare, Kind::Commit, Kind::Checkpoint, Kind::ViewChange, Kind::NewView];

impl Plan {
    /// Of four numbers the first is counted as long as that lasts, the second drawn with n = 4, the others
    /// drawn with n = 7.
    pub fn from_number(number: u64, mutant: Option<Mutant>) -> Self {
        let prng = &mut Prng::stream(number, "twins");
        let n = if number % 4 < 2 { SMALL } else { LARGE };
        let extra = usize::from(mutant == Some(Mutant::TooManyTwins));
        let pairs = types::quorum::faulty_max(n) + extra;
        let (twins, script) = match counted(number).filter(|_| number.is_multiple_of(4) && extra == 0) {
            Some((twin, script)) => (vec![twin], script),
            None => {
                let twins = prng.subset(n, pairs);
                let script = drawn(prng, n, pairs);
                (twins, script)
            }
        };
        // Most malicious operators would keep both of them voting; some twins are two honest processes.
        let behaviour = if prng.chance(750_000) { Behaviour::StubbornTwin } else { Behaviour::Twin };
        Self { scenario: scenario(number, prng, n, twins, behaviour, &script), script }
    }
}

/// The twin and the two partitions, one after the other, of a counted scenario.
fn counted(number: u64) -> Option<(usize, Script)> {
    let partitions = partition::all(SMALL + 1, u8::try_from(SMALL + 1).unwrap_or(u8::MAX));
    let place = usize::try_from(number / 4).ok()?;
    let (twin, pair) = (place % SMALL, place / SMALL);
    let first = partitions.get(pair / partitions.len())?;
    let second = partitions.get(pair % partitions.len())?;
    let round = |(count, groups): (u64, &partition::Partition)| Round {
        until: BEGIN + count * COUNTED_ROUND,
        groups: groups.clone(),
        leader: None,
        muted: None,
    };
    let whole = vec![0; SMALL + 1];
    Some((twin, Script([(0, &whole), (1, first), (2, second)].map(round).into())))
}

/// A few rounds of different lengths, the shortest ones as short as one phase of the protocol.
fn drawn(prng: &mut Prng, n: usize, pairs: usize) -> Script {
    let mut until = BEGIN;
    let whole = Round { until, groups: vec![0; n + pairs], leader: None, muted: None };
    let mut rounds = vec![whole];
    for _ in 0..prng.range(2, 6) {
        let length = if prng.chance(400_000) { prng.range(1, 12) } else { prng.range(30, 360) };
        until += length * MILLISECOND;
        let groups = partition::draw(prng, n + pairs, 3);
        let leader = ValidatorIndex::new(u16::try_from(prng.index(n)).unwrap_or(0));
        let leader = prng.chance(350_000).then_some(leader);
        let muted = prng.chance(300_000).then(|| MUTED[prng.index(MUTED.len())]);
        rounds.push(Round { until, groups, leader, muted });
    }
    Script(rounds)
}

/// A small, fast network without any other fault: what happens is what the script says.
fn scenario(
    number: u64,
    prng: &mut Prng,
    n: usize,
    twins: Vec<usize>,
    behaviour: Behaviour,
    script: &Script,
) -> Scenario {
    let faults_end = script.0.last().map_or(BEGIN, |round| round.until);
    Scenario {
        seed: number,
        n,
        parameters: parameters(),
        byzantine: twins.iter().map(|twin| (*twin, behaviour)).collect(),
        twins,
        network: NetworkFaults { loss_ppm: 0, duplicate_ppm: 0, delay: (500, 4_000), tail_ppm: 0 },
        machine: Machine { fsync: (50, 200), execution: (50, 200), slow_disk: None, slow_executor: None },
        rates: Rates::default(),
        clocks: Vec::new(),
        wipe: None,
        broken: Vec::new(),
        load: Load {
            interval: prng.range(100, 250) * MILLISECOND,
            transactions: 2,
            repeat_ppm: 100_000,
            batches_max: 30,
        },
        faults_end,
        healed_by: faults_end + 40 * VIEW_TIMEOUT_MAX_MS * MILLISECOND + 10_000 * MILLISECOND,
    }
}

fn parameters() -> Parameters {
    Parameters {
        view_timeout_ms: VIEW_TIMEOUT_MS,
        view_timeout_max_ms: VIEW_TIMEOUT_MAX_MS,
        window: 8,
        activation_delay: 16,
        clock_lag_ms: 2_000,
        clock_drift_ms: 500,
        batch_lifetime_ms: 602_000,
        max_transaction_bytes: 1_024,
        max_batch_bytes: 4_096,
        max_block_bytes: 1 << 20,
        ..Parameters::default()
    }
}
