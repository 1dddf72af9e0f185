//! A run in which nothing happens by chance but delays: the parameters are those of `operations.md`.

use types::Parameters;

use crate::{
    epochs::plan::EpochPlan,
    faults::disks::Medium,
    scenario::{Load, Machine, NetworkFaults, Rates, Scenario, Start},
    time::{MILLISECOND, Micros},
};

impl Scenario {
    /// Without any random fault.
    pub fn quiet(n: usize) -> Self {
        let parameters = Parameters { window: 16, activation_delay: 32, ..Parameters::default() };
        Self {
            seed: n as u64,
            n,
            epochs: EpochPlan::default(),
            parameters,
            byzantine: Vec::new(),
            twins: Vec::new(),
            network: NetworkFaults {
                loss_ppm: 0,
                duplicate_ppm: 0,
                delay: (MILLISECOND, 4 * MILLISECOND),
                tail_ppm: 0,
            },
            machine: Machine {
                fsync: (300, 900),
                execution: (300, 900),
                slow_disk: None,
                slow_executor: None,
            },
            rates: Rates::default(),
            clocks: vec![(0, 0); n],
            wipe: None,
            broken: Vec::new(),
            broken_later: Vec::new(),
            rollback: None,
            crash_loop: None,
            sync_lies: Vec::new(),
            hearing: None,
            medium: Medium::Prefix,
            real_vote_log: false,
            start: Start { stagger: 10 * MILLISECOND, ..Start::default() },
            thorough: false,
            load: Load {
                interval: 100 * MILLISECOND,
                transactions: 3,
                repeat_ppm: 50_000,
                batches_max: u64::MAX,
            },
            faults_end: Micros::MAX,
            healed_by: Micros::MAX,
        }
    }
}
