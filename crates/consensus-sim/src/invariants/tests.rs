//! Each invariant can fail: one violation each, made by hand.

use std::rc::Rc;

use consensus::{Effect, Statement, ViewChange, Vote};
use types::{
    BlockHash, Certificate, Epoch, Height, Parameters, ProposalDigest, ValidatorIndex, View,
    certificate::CheckpointStatement,
};

use super::{
    Verdict, agreement::Agreement, bounds, certificates, decided::Decided,
    durable_before_send::DurableBeforeSend, epochs::Epochs, monotone::Monotone, view_floor::ViewFloor,
    vote_uniqueness::VoteUniqueness,
};
use crate::{epochs::ChainState, identity::Identity};

fn name(verdict: Verdict) -> Option<&'static str> {
    verdict.err().map(|violation| violation.invariant)
}

fn vote(view: u64, height: u64, digest: u8) -> Vote {
    Vote { view: View::new(view), height: Height::new(height), digest: ProposalDigest::new([digest; 32]) }
}

fn network(n: usize) -> Identity {
    Identity::new(n, Parameters { window: 4, activation_delay: 8, ..Parameters::default() }).expect("a set")
}

fn certificate(identity: &Identity, height: u64, hash: u8, signers: &[u16]) -> Certificate {
    let statement =
        CheckpointStatement { height: Height::new(height), header_hash: BlockHash::new([hash; 32]) };
    let sign = |signer: &u16| {
        let signer = ValidatorIndex::new(*signer);
        (signer, identity.state(signer, Statement::Checkpoint(statement)).signature)
    };
    let votes: Vec<_> = signers.iter().map(sign).collect();
    Certificate::assemble(Epoch::ZERO, statement, identity.validators.len(), &votes)
}

#[test]
fn two_hashes_at_one_height_are_seen_whether_executed_or_certified() {
    let identity = network(4);
    let (height, a, b) = (Height::new(3), BlockHash::new([1; 32]), BlockHash::new([2; 32]));
    let mut agreement = Agreement::default();
    assert_eq!(name(agreement.executed(0, height, a)), None);
    assert_eq!(name(agreement.executed(1, height, a)), None);
    assert_eq!(name(agreement.executed(0, height, b)), Some("agreement"));
    assert_eq!(name(agreement.certified(&certificate(&identity, 3, 2, &[0, 1, 2]))), Some("agreement"));
}

#[test]
fn a_second_vote_for_a_slot_is_seen_but_not_the_same_vote_again() {
    let identity = network(4);
    let state = |statement| identity.state(ValidatorIndex::new(1), statement);
    let mut unique = VoteUniqueness::default();
    assert_eq!(name(unique.stated(1, &state(Statement::Prepare(vote(0, 1, 1))))), None);
    assert_eq!(name(unique.stated(1, &state(Statement::Prepare(vote(0, 1, 1))))), None);
    assert_eq!(name(unique.stated(1, &state(Statement::Commit(vote(0, 1, 2))))), None);
    assert_eq!(name(unique.stated(1, &state(Statement::Prepare(vote(0, 1, 2))))), Some("vote_uniqueness"));
}

#[test]
fn a_vote_below_the_own_view_change_is_seen() {
    let mut floor = ViewFloor::default();
    let change = ViewChange { view: View::new(2), stable: None, prepared: Vec::new() };
    let identity = network(4);
    let state = |statement| identity.state(ValidatorIndex::new(0), statement);
    assert_eq!(name(floor.synced(0, &state(Statement::Prepare(vote(1, 1, 1))))), None);
    assert_eq!(name(floor.synced(0, &state(Statement::ViewChange(change)))), None);
    assert_eq!(name(floor.synced(0, &state(Statement::Commit(vote(1, 1, 1))))), Some("view_floor"));
    assert_eq!(name(floor.synced(0, &state(Statement::Commit(vote(2, 1, 1))))), None);
}

#[test]
fn a_statement_that_is_not_durable_is_seen() {
    let signed = network(4).state(ValidatorIndex::new(0), Statement::Prepare(vote(0, 1, 1)));
    let mut durable = DurableBeforeSend::default();
    assert_eq!(name(durable.sent(0, &signed)), Some("durable_before_send"));
    durable.synced(0, signed.signature);
    assert_eq!(name(durable.sent(0, &signed)), None);
}

#[test]
fn whatever_contradicts_a_decision_is_seen() {
    let identity = network(4);
    let commit = |signer, vote| identity.state(ValidatorIndex::new(signer), Statement::Commit(vote));
    let mut decided = Decided::default();
    let epochs = Epochs::new(Rc::new(ChainState::genesis(identity.clone())));
    assert_eq!(name(decided.executed(&epochs, 0, Height::new(5), vote(1, 5, 7).digest)), Some("decided"));
    for signer in [0, 1, 1, 2] {
        assert_eq!(name(decided.stated(&epochs, &commit(signer, vote(1, 5, 7)))), None);
    }
    assert_eq!(name(decided.executed(&epochs, 0, Height::new(5), vote(1, 5, 7).digest)), None);
    assert_eq!(name(decided.prepared(3, &Statement::Prepare(vote(0, 5, 8)))), None);
    assert_eq!(name(decided.prepared(3, &Statement::Prepare(vote(2, 5, 8)))), Some("decided"));
    assert_eq!(name(decided.stated(&epochs, &commit(0, vote(2, 5, 8)))), None);
    assert_eq!(name(decided.stated(&epochs, &commit(2, vote(2, 5, 8)))), None);
    assert_eq!(name(decided.stated(&epochs, &commit(3, vote(2, 5, 8)))), Some("decided"));
}

#[test]
fn certificates_of_six_need_four_signers_and_good_signatures() {
    let identity = network(6);
    let check = |certificate: &Certificate| name(certificates::check(&identity, certificate));
    assert_eq!(check(&certificate(&identity, 1, 1, &[0, 2, 3, 5])), None);
    // 2f+1 of 6 is 3: two such quorums need not share anybody.
    assert_eq!(check(&certificate(&identity, 1, 1, &[0, 2, 3])), Some("certificates"));
    let mut forged = certificate(&identity, 1, 1, &[0, 2, 3, 5]);
    forged.signatures[1] = forged.signatures[0];
    assert_eq!(check(&forged), Some("certificates"));
    let mut repeated = certificate(&identity, 1, 1, &[0, 2, 3]);
    repeated.signatures.push(repeated.signatures[2]);
    assert_eq!(check(&repeated), Some("certificates"));
}

#[test]
fn going_back_is_seen() {
    let (view, low) = (|view| (Epoch::ZERO, View::new(view)), Height::new);
    let mut monotone = Monotone::default();
    assert_eq!(name(monotone.stands(0, view(2), low(4), low(6))), None);
    assert_eq!(name(monotone.stands(0, view(2), low(3), low(6))), Some("monotone"));
    assert_eq!(name(monotone.stands(1, view(2), low(4), low(6))), None);
    assert_eq!(name(monotone.restarted(1, low(4))), None);
    assert_eq!(name(monotone.restarted(1, low(3))), Some("monotone"));
}

#[test]
fn floods_are_seen() {
    let parameters = Parameters { window: 8, batches_per_author: 64, ..Parameters::default() };
    let expiry = || Effect::ExpireBatches { references: Vec::new() };
    let effects = |count| std::iter::repeat_with(expiry).take(count).collect::<Vec<_>>();
    assert_eq!(name(bounds::effects(0, &effects(100), 4, &parameters)), None);
    assert_eq!(name(bounds::effects(0, &effects(1_000), 4, &parameters)), Some("bounds"));
    assert_eq!(name(bounds::events(10_000_000, 4)), Some("bounds"));
    let bound = consensus::Footprint::bound(4, 8, 2);
    let full = consensus::Footprint { view_changes: 4, prepared: 16, ..Default::default() };
    assert_eq!(name(bounds::footprint(0, &full, &bound)), None);
    let more = consensus::Footprint { prepared: 17, ..full };
    assert_eq!(name(bounds::footprint(0, &more, &bound)), Some("bounds"));
}
