//! What a scenario's number means.

use std::rc::Rc;

use types::Parameters;

use super::{
    rounds::{self, BEGIN, VIEW_TIMEOUT_MS},
    script::Script,
};
use crate::{
    byzantine::Behaviour,
    epochs::plan::{Change, EpochPlan},
    mutant::Mutant,
    prng::Prng,
    queue::Place,
    scenario::{Load, Machine, NetworkFaults, Scenario, Start},
    time::{MILLISECOND, SECOND},
};

/// A scenario and its script.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub scenario: Scenario,
    pub script: Script,
}

const VIEW_TIMEOUT_MAX_MS: u64 = 2 * VIEW_TIMEOUT_MS;
/// n of the small network and of the large one.
const SMALL: usize = 4;
const LARGE: usize = 7;
/// Numbers from here on change the set.
pub const WITH_EPOCHS: u64 = 1_000_000;

impl Plan {
    /// The last digit of the number in base 4 says of which kind it is: counted with n = 4 (drawn, when all
    /// are counted), drawn or a trap with n = 4, drawn with n = 7, a trap with n = 7.
    pub fn from_number(number: u64, mutant: Option<Mutant>) -> Self {
        if number >= WITH_EPOCHS {
            return Self::with_epochs(number);
        }
        let prng = &mut Prng::stream(number, "twins");
        let n = if number % 4 < 2 { SMALL } else { LARGE };
        let extra = usize::from(mutant == Some(Mutant::TooManyTwins));
        let pairs = types::quorum::faulty_max(n) + extra;
        let mut twins = prng.subset(n, pairs);
        let is_counted = number.is_multiple_of(4) && extra == 0;
        let counted = rounds::counted(number / 4, n).filter(|_| is_counted);
        let rounds = match counted {
            Some((twin, rounds)) => {
                twins = vec![twin];
                rounds
            }
            None if number % 4 == 3 || number % 8 == 5 => rounds::trap(prng, n, pairs),
            None => rounds::drawn(prng, n, pairs),
        };
        Self::of(number, prng, n, twins, Script(rounds))
    }

    /// Even numbers have four validators and a pair of twins, odd ones seven and two pairs; a person more waits
    /// as a candidate.
    fn with_epochs(number: u64) -> Self {
        let prng = &mut Prng::stream(number, "twins and epochs");
        let n = if number.is_multiple_of(2) { SMALL } else { LARGE };
        let pairs = types::quorum::faulty_max(n);
        let twins = prng.subset(n, pairs);
        // The candidate is one more place, which sits between persons and second processes.
        let rounds = if prng.chance(500_000) {
            rounds::trap(prng, n, pairs + 1)
        } else {
            rounds::drawn(prng, n, pairs + 1)
        };
        let changes = changes(prng, n, &twins);
        let mut plan = Self::of(number, prng, n, twins, Script(rounds));
        plan.scenario.healed_by += 15 * SECOND * changes.len() as u64;
        plan.scenario.epochs = EpochPlan { candidates: 1, changes, is_prompt: true, ..EpochPlan::default() };
        plan
    }

    fn of(number: u64, prng: &mut Prng, n: usize, twins: Vec<Place>, script: Script) -> Self {
        // Most malicious operators would keep both of them voting; some twins are two honest processes.
        let behaviour = if prng.chance(750_000) { Behaviour::StubbornTwin } else { Behaviour::Twin };
        Self { scenario: scenario(number, prng, n, twins, behaviour, &script), script }
    }
}

/// The candidate comes in or takes somebody's place, perhaps a twin's; later somebody goes or comes back. The
/// window is halved or doubled on the way. No set has more than f pairs of twins.
fn changes(prng: &mut Prng, n: usize, twins: &[Place]) -> Vec<Change> {
    let all: Vec<Place> = (0..=n).collect();
    let without = |place: Place| all.iter().copied().filter(|other| *other != place).collect::<Vec<_>>();
    let mut at = prng.range(10, 400) * MILLISECOND;
    let mut changes = Vec::new();
    for _ in 0..prng.range(1, 2) {
        let members = match prng.below(3) {
            0 => all.clone(),
            1 => without(twins[prng.index(twins.len())]),
            _ => without(prng.index(n)),
        };
        let window = if prng.chance(500_000) { 4 } else { 16 };
        let parameters = prng.chance(500_000).then(|| Rc::new(Parameters { window, ..parameters() }));
        changes.push(Change { at, members, parameters });
        at += prng.range(50, 600) * MILLISECOND;
    }
    changes
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
        parameters: parameters(),
        byzantine: twins.iter().map(|twin| (*twin, behaviour)).collect(),
        twins,
        network: NetworkFaults { loss_ppm: 0, duplicate_ppm: 0, delay: (500, 4_000), tail_ppm: 0 },
        machine: Machine { fsync: (50, 200), execution: (50, 200), slow_disk: None, slow_executor: None },
        load: Load {
            interval: prng.range(100, 250) * MILLISECOND,
            transactions: 2,
            repeat_ppm: 100_000,
            batches_max: 30,
        },
        start: Start { stagger: MILLISECOND, ..Start::default() },
        faults_end,
        healed_by: faults_end + 40 * VIEW_TIMEOUT_MAX_MS * MILLISECOND + 10_000 * MILLISECOND,
        ..Scenario::quiet(n)
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
