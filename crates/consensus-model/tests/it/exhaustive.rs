//! Everything within the bounds of `make test` is explored: no property is ever violated, and everything
//! that should be possible is.

use consensus_model::{Check, checks::QUICK};

fn explore(name: &str) {
    let check = QUICK.iter().find(|check| check.name == name).unwrap();
    let report = check.explore();
    assert!(report.failures().is_empty(), "{report}");
    println!("{report}");
}

#[test]
fn every_quick_check_has_a_test() {
    let tested = ["two proposals", "two leaders", "three views", "crashes", "gaps", "checkpoints"];
    let names: Vec<_> = QUICK.iter().map(|Check { name, .. }| *name).collect();
    assert_eq!(names, tested);
}

#[test]
fn an_equivocating_primary() {
    explore("two proposals");
}

#[test]
fn a_lying_new_primary() {
    explore("two leaders");
}

#[test]
fn three_views() {
    explore("three views");
}

#[test]
fn crashes_between_prepared_and_commit() {
    explore("crashes");
}

#[test]
fn heights_with_gaps() {
    explore("gaps");
}

#[test]
fn checkpoints_and_the_low_mark() {
    explore("checkpoints");
}
