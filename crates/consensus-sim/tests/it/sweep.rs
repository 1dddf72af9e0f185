//! Safety and healing over a few dozen seeds; `make sim SEEDS=500` runs more.

use consensus_sim::{Statistics, run};

use crate::PLAIN;

#[test]
fn seeds_keep_every_invariant_and_reach_what_they_are_for() {
    let mut sum = Statistics::default();
    for seed in 1_000..1_040 {
        let outcome = run(seed, PLAIN);
        assert_eq!(outcome.violation, None, "replay: make sim SEED={seed}");
        sum.add(&outcome.statistics);
    }
    // A sweep in which nothing happens proves nothing.
    let Statistics { heights, views, synced, byzantine_runs, evidence, .. } = sum;
    assert!(heights > 2_000, "{sum:?}");
    let strikes = sum.strikes().into_iter();
    let more = [("views", views), ("synced blocks", synced), ("Byzantine runs", byzantine_runs)];
    for (what, count) in strikes.chain(more).chain([("evidence", evidence)]) {
        assert!(count > 0, "no {what}: {sum:?}");
    }
}
