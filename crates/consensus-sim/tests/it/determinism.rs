//! One seed derives everything (`threats.md`, simulator rules): in one process, and in two.

use std::{collections::BTreeSet, process::Command};

use consensus_sim::run;

use crate::PLAIN;

const SEEDS: std::ops::Range<u64> = 0..30;

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_seed_another() {
    let mut hashes = BTreeSet::new();
    for seed in SEEDS {
        let (first, second) = (run(seed, PLAIN), run(seed, PLAIN));
        assert_eq!(first.trace_hash, second.trace_hash, "seed {seed}");
        assert_eq!(first.statistics, second.statistics, "seed {seed}");
        assert!(hashes.insert(first.trace_hash), "seed {seed} repeats the trace of another");
    }
}

/// Another process has other addresses and another environment; its seeds are written as `sim` prints them.
#[test]
fn another_process_gives_the_same_traces() {
    for seed in SEEDS.step_by(3) {
        let output = Command::new(env!("CARGO_BIN_EXE_sim"))
            .args(["--seed", &seed.to_string()])
            .env("TZ", "Asia/Kathmandu")
            .output()
            .expect("the simulator runs");
        let words = String::from_utf8(output.stdout).expect("text");
        let hash = words.lines().find_map(|line| line.strip_prefix("trace ")).expect("a trace hash");
        assert_eq!(hash, hexadecimal(&run(seed, PLAIN).trace_hash), "seed {seed}");
    }
}
