//! The simulator can fail: each deliberate fault of the shell is caught, and by an invariant that names it.

use consensus_sim::{Mutant, Options, run};

/// Whether one of these invariants breaks in one of so many seeds. Other invariants may break first: a
/// replica that notices its lost votes falls silent, and enough silent ones stop the network.
fn is_caught(mutant: Mutant, by: &[&str], seeds: u64) -> bool {
    let options = Options { mutant: Some(mutant), ..Options::default() };
    let mut broken = (0..seeds).filter_map(|seed| run(seed, options).violation);
    broken.any(|violation| by.contains(&violation.invariant))
}

#[test]
fn votes_sent_before_they_are_durable_are_caught() {
    assert!(is_caught(Mutant::SendBeforeDurable, &["durable_before_send"], 3));
}

#[test]
fn a_crash_that_loses_synced_votes_is_caught() {
    assert!(is_caught(Mutant::CrashLosesSyncedVotes, &["vote_uniqueness", "view_floor"], 100));
}

#[test]
fn an_empty_vote_log_under_its_old_id_is_caught() {
    assert!(is_caught(Mutant::EmptyLogAtRestart, &["vote_uniqueness", "view_floor"], 100));
}

#[test]
fn an_executor_without_dedup_is_caught() {
    assert!(is_caught(Mutant::NoDedup, &["exactly_once"], 10));
}

#[test]
fn a_certificate_short_of_a_quorum_is_caught() {
    assert!(is_caught(Mutant::ShortCertificates, &["certificates"], 3));
}
