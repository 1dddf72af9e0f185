//! Every seed that ever failed is run for ever.

use consensus_sim::{Options, Repertoire, run};

use crate::PLAIN;

#[test]
fn seeds_that_failed_once_pass() {
    let lines = include_str!("../../regressions.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let seed = line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a seed");
        for repertoire in [Repertoire::First, Repertoire::All] {
            let violation = run(seed, Options { repertoire, ..PLAIN }).violation;
            assert_eq!(violation, None, "{line}: {repertoire:?}: replay: make sim SEED={seed}");
        }
    }
}
