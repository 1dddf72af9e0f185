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
    let Statistics { heights, views, crashes, link_faults, pauses, synced, byzantine_runs, evidence, .. } =
        sum;
    assert!(heights > 2_000, "{sum:?}");
    for (what, count) in [
        ("views", views),
        ("crashes", crashes),
        ("link faults", link_faults),
        ("pauses", pauses),
        ("synced blocks", synced),
        ("Byzantine runs", byzantine_runs),
        ("evidence", evidence),
    ] {
        assert!(count > 0, "no {what}: {sum:?}");
    }
}
