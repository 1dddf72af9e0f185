//! Twins: no fork as long as they are at most f, and one as soon as they are more. `make twins` runs many.

use std::{panic::resume_unwind, thread};

use consensus_sim::{Mutant, Options, Outcome, twins};

use crate::PLAIN;

/// Runs these scenarios on two threads.
fn run_all(numbers: std::ops::Range<u64>, options: Options) -> Vec<(u64, Outcome)> {
    let half = |first: u64| {
        let numbers = numbers.clone();
        move || -> Vec<_> {
            (numbers.start + first..numbers.end).step_by(2).map(|n| (n, twins::run(n, options))).collect()
        }
    };
    thread::scope(|scope| {
        let halves = [scope.spawn(half(0)), scope.spawn(half(1))];
        halves.into_iter().flat_map(|half| half.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[test]
fn twins_that_are_at_most_f_neither_fork_nor_stop_the_network() {
    let (mut equivocating, mut view_changes, mut heights) = (0, 0, 0);
    for (number, outcome) in run_all(0..300, PLAIN) {
        assert_eq!(outcome.violation, None, "replay: make twins TWIN={number}");
        equivocating += u64::from(outcome.statistics.evidence > 0);
        view_changes += outcome.statistics.view_changes;
        heights += outcome.statistics.heights;
    }
    // Twins that fall silent, and scripts that disturb nobody, prove nothing.
    assert!(equivocating > 100, "honest nodes saw equivocation in {equivocating} scenarios");
    assert!(view_changes > 600 && heights > 3_000, "{view_changes} view changes, {heights} heights");
}

#[test]
fn twins_neither_fork_nor_stop_a_network_whose_set_changes() {
    let (mut equivocating, mut epochs, mut parameters) = (0, 0, 0);
    for (number, outcome) in run_all(twins::WITH_EPOCHS..twins::WITH_EPOCHS + 60, PLAIN) {
        assert_eq!(outcome.violation, None, "replay: make twins TWIN={number}");
        equivocating += u64::from(outcome.statistics.evidence > 0);
        epochs += outcome.statistics.epochs;
        parameters += outcome.statistics.changed_parameters;
    }
    assert!(equivocating > 30 && epochs > 300 && parameters > 10, "{equivocating} {epochs} {parameters}");
}

#[test]
fn twins_that_are_more_than_f_fork() {
    let options = Options { mutant: Some(Mutant::TooManyTwins), ..PLAIN };
    let outcomes = run_all(0..200, options);
    let broken: Vec<_> = outcomes.into_iter().filter_map(|(_, outcome)| outcome.violation).collect();
    // Seen by the observer, as two quorums; or by the replica that meets both.
    for invariant in ["decided", "halt"] {
        let count = broken.iter().filter(|violation| violation.invariant == invariant).count();
        assert!(count > 2, "{count} scenarios break {invariant}");
    }
}

#[test]
fn honest_nodes_that_forget_their_votes_beside_twins_are_found() {
    let options = Options { mutant: Some(Mutant::EmptyLogAtRestart), ..PLAIN };
    let named = ["view_floor", "vote_uniqueness"];
    let mut broken = (0..300).filter_map(|number| twins::run(number, options).violation);
    assert!(broken.any(|violation| named.contains(&violation.invariant)), "nobody is found");
}

#[test]
fn a_number_is_one_scenario() {
    for number in 0..8 {
        let (first, second) = (twins::run(number, PLAIN), twins::run(number, PLAIN));
        assert_eq!(first.trace_hash, second.trace_hash, "scenario {number}");
        assert_eq!(first.description, second.description);
    }
}
