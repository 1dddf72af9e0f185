//! The replica on the real vote log, whose disk fails (`threats.md` F18, F21).

use consensus_sim::{LogMishap, Mishap, Statistics, run, run_with_log_mishap, statistics::LogStrikes};

use crate::PLAIN;

#[test]
fn seeds_on_the_real_log_keep_every_invariant_while_its_disks_fail() {
    let mut sum = Statistics::default();
    for seed in 3_000..3_030 {
        let outcome = run(seed, PLAIN);
        assert_eq!(outcome.violation, None, "replay: make sim SEED={seed}");
        sum.add(&outcome.statistics);
    }
    // Each fault struck, and some of them ended a process.
    let LogStrikes { operations, power, no_space, io, short, torn, deaths, rewritten } = sum.log;
    assert!(operations > 300 && deaths > 5 && rewritten > 50, "{sum:?}");
    for (what, count) in
        [("power", power), ("no space", no_space), ("I/O", io), ("short", short), ("torn", torn)]
    {
        assert!(count > 2, "{what}: {sum:?}");
    }
}

/// One node's disk fails at one operation after the other; each time the network heals and nobody
/// contradicts itself.
fn assert_survives_everywhere(seed: u64, mishap: Mishap, struck_by: fn(&LogStrikes) -> u64) {
    let place = seed as usize % 4;
    let at = |operation| run_with_log_mishap(seed, LogMishap { place, operation, mishap });
    let operations = at(u64::MAX).statistics.log.operations;
    assert!(operations > 100, "{operations}");
    let mut struck = 0;
    for operation in (0..operations).step_by(STEP) {
        let outcome = at(operation);
        assert_eq!(outcome.violation, None, "{mishap:?} at {operation} of seed {seed}");
        struck += struck_by(&outcome.statistics.log);
    }
    assert!(struck > 0, "no disk failed");
}

/// Every so many operations here; all of them, by hand, when the log or the replica's durability changes.
const STEP: usize = 61;

#[test]
fn f8_a_power_failure_at_any_operation_of_the_vote_log_is_survived() {
    assert_survives_everywhere(40_009, Mishap::Crash, |strikes| strikes.power);
}

#[test]
fn f21_no_space_at_any_operation_of_the_vote_log_is_survived() {
    assert_survives_everywhere(40_002, Mishap::NoSpace, |strikes| strikes.no_space);
}

#[test]
fn f21_an_io_error_at_any_operation_of_the_vote_log_is_survived() {
    assert_survives_everywhere(40_002, Mishap::Io, |strikes| strikes.io);
}
