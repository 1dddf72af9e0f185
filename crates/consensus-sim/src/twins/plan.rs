//! What a scenario's number means.

use types::Parameters;

use super::{
    rounds::{self, BEGIN, VIEW_TIMEOUT_MS},
    script::Script,
};
use crate::{
    byzantine::Behaviour,
    mutant::Mutant,
    prng::Prng,
    scenario::{Load, Machine, NetworkFaults, Scenario, Start},
    time::MILLISECOND,
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
impl Plan {
    /// The last digit of the number in base 4 says of which kind it is: counted with n = 4 (drawn, when all
    /// are counted), drawn or a trap with n = 4, drawn with n = 7, a trap with n = 7.
    pub fn from_number(number: u64, mutant: Option<Mutant>) -> Self {
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
        let script = Script(rounds);
        // Most malicious operators would keep both of them voting; some twins are two honest processes.
        let behaviour = if prng.chance(750_000) { Behaviour::StubbornTwin } else { Behaviour::Twin };
        Self { scenario: scenario(number, prng, n, twins, behaviour, &script), script }
    }
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
