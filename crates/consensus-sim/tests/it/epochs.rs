//! Sets that change and validators that rejoin, under all other faults.

use consensus_sim::{Options, Statistics, run};

/// Jumped over a whole epoch by sync.
const JUMPED: u64 = 100_578;

#[test]
fn r21_r30_r31_sets_change_and_wiped_validators_vote_again() {
    let mut sum = Statistics::default();
    for seed in (100_000..100_012).chain([JUMPED]) {
        let outcome = run(seed, Options::default());
        assert_eq!(outcome.violation, None, "replay: make sim SEED={seed}");
        sum.add(&outcome.statistics);
    }
    // A sweep in which nothing happens proves nothing.
    let Statistics { epochs, rejoins, boundary_strikes, .. } = sum;
    assert!(epochs > 20 && rejoins > 0 && boundary_strikes > 0, "{sum:?}");
}
