//! One rule broken at a time: each fault gives a counterexample, so the model can fail.

use consensus_model::{Bounds, Check, Fault, checks::QUICK};

/// The fault violates this property; the shortest way there is printed.
fn breaks(name: &str, fault: Fault, property: &'static str) {
    let check = QUICK.iter().find(|check| check.name == name).unwrap();
    let check = Check { bounds: Bounds { fault, ..check.bounds }, ..*check };
    let report = check.look_for(property);
    let path = report.path(property);
    println!(
        "{fault:?} breaks '{property}' in {} steps ({} states): {path:?}",
        path.map_or(0, <[_]>::len),
        report.states
    );
    assert!(path.is_some(), "{fault:?} does not break '{property}' in '{name}'");
}

#[test]
fn a_quorum_of_two_makes_two_certificates_in_one_slot() {
    breaks("two proposals", Fault::SmallQuorum, "one certificate per slot");
    breaks("two proposals", Fault::SmallQuorum, "agreement");
}

#[test]
fn the_lowest_view_must_not_win() {
    breaks("three views", Fault::LowestViewWins, "what is committed survives");
    breaks("three views", Fault::LowestViewWins, "agreement");
}

#[test]
fn the_old_view_ends_with_the_view_change() {
    breaks("two proposals", Fault::OldViewKept, "a view change carries what was committed");
    breaks("two proposals", Fault::OldViewKept, "agreement");
}

#[test]
fn view_changes_must_carry_prepared_certificates() {
    breaks("two proposals", Fault::NothingCarried, "a view change carries what was committed");
    breaks("two proposals", Fault::NothingCarried, "agreement");
}

#[test]
fn a_lost_log_votes_twice() {
    breaks("two proposals", Fault::LogLost, "one vote per slot");
    breaks("two proposals", Fault::LogLost, "agreement");
}

#[test]
fn a_commit_is_logged_with_its_certificate() {
    breaks("crashes", Fault::CertificateNotLogged, "a view change carries what was committed");
    breaks("two proposals", Fault::CertificateNotLogged, "agreement");
}

#[test]
fn o_must_be_obeyed() {
    breaks("two proposals", Fault::OrderIgnored, "agreement");
}
