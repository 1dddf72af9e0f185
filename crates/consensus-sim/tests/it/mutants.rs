//! The simulator can fail: each deliberate fault of the shell is caught, and by the invariant that names it.

use consensus_sim::{Mutant, Options, Verbosity, run};

/// Runs seeds until one fails; which invariant broke.
fn first_violation(mutant: Mutant, seeds: u64) -> Option<&'static str> {
    let options = Options { verbosity: Verbosity::Hash, mutant: Some(mutant) };
    (0..seeds).find_map(|seed| run(seed, options).violation).map(|violation| violation.invariant)
}

#[test]
fn votes_sent_before_they_are_durable_are_caught() {
    assert_eq!(first_violation(Mutant::SendBeforeDurable, 3), Some("durable_before_send"));
}

#[test]
fn a_crash_that_loses_synced_votes_is_caught() {
    let caught = first_violation(Mutant::CrashLosesSyncedVotes, 60);
    assert!(matches!(caught, Some("vote_uniqueness" | "view_floor")), "{caught:?}");
}

#[test]
fn an_empty_vote_log_under_its_old_id_is_caught() {
    let caught = first_violation(Mutant::EmptyLogAtRestart, 60);
    assert!(matches!(caught, Some("vote_uniqueness" | "view_floor")), "{caught:?}");
}

#[test]
fn an_executor_without_dedup_is_caught() {
    assert_eq!(first_violation(Mutant::NoDedup, 10), Some("exactly_once"));
}

#[test]
fn a_certificate_short_of_a_quorum_is_caught() {
    assert_eq!(first_violation(Mutant::ShortCertificates, 3), Some("certificates"));
}
