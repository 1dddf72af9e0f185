//! One seed derives everything (`threats.md`, simulator rules).

use consensus_sim::run;

use crate::PLAIN;

#[test]
fn the_same_seed_gives_the_same_trace_and_another_seed_another() {
    let mut hashes = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let (first, second) = (run(seed, PLAIN), run(seed, PLAIN));
        assert_eq!(first.trace_hash, second.trace_hash, "seed {seed}");
        assert_eq!(first.statistics, second.statistics, "seed {seed}");
        assert!(hashes.insert(first.trace_hash), "seed {seed} repeats the trace of another");
    }
}
