//! Every seed that ever failed is run for ever.

use consensus_sim::run;

use crate::PLAIN;

#[test]
fn seeds_that_failed_once_pass() {
    let lines = include_str!("../../regressions.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let seed = line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a seed");
        assert_eq!(run(seed, PLAIN).violation, None, "{line}: replay: make sim SEED={seed}");
    }
}
