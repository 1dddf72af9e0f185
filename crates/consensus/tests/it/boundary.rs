//! The boundary of an epoch and its end (requirement 21).

use consensus::{Effect, Input, Message, Recovery, Voting};
use types::Proposal;

use crate::{
    bench::{Bench, WALL, World, batch, h, hash_at, proposal, v},
    epochs::{pre_prepared, settle},
};

fn backup_with_boundary(last: u64) -> Bench {
    let mut bench = Bench::new(4, 3);
    settle(&mut bench, 1, Some(last));
    bench
}

#[test]
fn r21_a_primary_fills_the_heights_up_to_the_boundary_and_none_above() {
    let mut bench = Bench::new(4, 0);
    let shown = settle(&mut bench, 1, Some(4));
    assert_eq!(pre_prepared(&shown), [2, 3, 4]);
    assert_eq!(bench.offer(batch(1, 0)), [""; 0], "what comes too late waits for the next epoch");
    // What can be ordered comes before empty blocks.
    let mut bench = Bench::new(4, 0);
    bench.input(Input::BatchHeld(batch(1, 0)));
    settle(&mut bench, 1, Some(12));
    let empty = bench.pending.iter().map(|persist| match persist {
        consensus::Persist::Own { proposal: Some(proposal), .. } => proposal.references.is_empty(),
        other => panic!("{other:?}"),
    });
    assert_eq!(empty.collect::<Vec<_>>(), [true; 8], "as many as are decided at a time");
}

#[test]
fn r21_a_backup_agrees_to_nothing_above_the_boundary() {
    let mut bench = backup_with_boundary(4);
    let world = bench.world.clone();
    bench.input(Input::BatchHeld(batch(1, 0)));
    let a = proposal(&[batch(1, 0)]);
    bench.name(&a, "A");
    assert_eq!(bench.receive(0, world.pre_prepare(0, 5, &a)), [""; 0]);
    assert_eq!(bench.receive(0, world.pre_prepare(0, 4, &a)), ["persist prepare 0 4 A"]);
    for signer in [0, 1, 2] {
        assert_eq!(bench.receive(signer, world.checkpoint(signer, 5, hash_at(5))), [""; 0]);
    }
    let certificate = world.certificate(5, hash_at(5), &[0, 1, 2]);
    assert_eq!(bench.receive(1, Message::Certificate(certificate)), [""; 0]);
    assert_eq!(bench.executed(5, &a), [""; 0]);
    assert!(bench.state().contains("executed=1 certified=1"), "{}", bench.state());
}

#[test]
fn r21_an_empty_proposal_has_a_purpose_up_to_the_boundary() {
    let mut bench = Bench::new(4, 3);
    let world = bench.world.clone();
    let empty = proposal(&[]);
    bench.name(&empty, "E");
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &empty)), [""; 0], "no boundary is known here yet");
    let shown = bench.executed_before(1, &Proposal::null(), Some(4));
    assert_eq!(shown, ["persist prepare 0 2 E", "to all: checkpoint 1 by 3"]);
}

#[test]
fn r21_a_primary_that_does_not_go_on_to_the_boundary_is_replaced() {
    let mut bench = backup_with_boundary(4);
    assert_eq!(bench.pass(900), [""; 0]);
    let shown = bench.pass(300);
    assert!(shown.contains(&"notice view change to 1: ordering_timeout".to_owned()), "{shown:?}");
    // Without a boundary an idle primary is a good one.
    let mut bench = Bench::new(4, 3);
    settle(&mut bench, 1, None);
    assert_eq!(bench.pass(20_000), [""; 0]);
}

#[test]
fn r21_decided_heights_that_nobody_certifies_change_the_view_at_last() {
    let mut bench = backup_with_boundary(2);
    let world = bench.world.clone();
    let empty = proposal(&[]);
    bench.receive(0, world.pre_prepare(0, 2, &empty));
    bench.receive(1, world.prepare(1, 0, 2, &empty));
    bench.durable();
    for signer in [0, 1, 2] {
        bench.receive(signer, world.commit(signer, 0, 2, &empty));
    }
    bench.executed_before(2, &empty, Some(2));
    let quiet = bench.pass(7_000);
    assert!(!quiet.iter().any(|line| line.contains("view change")), "{quiet:?}");
    let shown = bench.pass(2_000);
    assert!(shown.contains(&"notice view change to 1: ordering_timeout".to_owned()), "{shown:?}");
}

#[test]
fn r21_an_epoch_ends_once_when_its_last_block_is_executed_and_certified_durably() {
    let end = "epoch ended at 2".to_owned();
    for executed_first in [true, false] {
        let mut bench = backup_with_boundary(2);
        let certificate = Message::Certificate(bench.world.certificate(2, hash_at(2), &[0, 1, 2]));
        let execute = |bench: &mut Bench| bench.executed_before(2, &Proposal::null(), Some(2));
        let mut shown = Vec::new();
        if executed_first {
            shown.extend(execute(&mut bench));
            shown.extend(bench.receive(1, certificate));
            assert!(!shown.contains(&end), "{shown:?}");
            assert_eq!(bench.input(Input::CertificateDurable(h(2))), *std::slice::from_ref(&end));
        } else {
            shown.extend(bench.receive(1, certificate));
            shown.extend(bench.input(Input::CertificateDurable(h(2))));
            assert!(!shown.contains(&end), "{shown:?}");
            assert!(execute(&mut bench).contains(&end));
        }
        assert_eq!(bench.replica.status().not_voting_reason, Some("its epoch ended"));
        assert_eq!(bench.input(Input::CertificateDurable(h(9))), [""; 0]);
        assert_eq!(bench.executed(3, &Proposal::null()), [""; 0]);
        assert_eq!(bench.pass(30_000), [""; 0], "no timer runs");
    }
}

#[test]
fn r21_after_the_end_it_votes_on_nothing_and_answers_laggards() {
    let mut bench = backup_with_boundary(2);
    settle(&mut bench, 2, Some(2));
    let world = bench.world.clone();
    let empty = proposal(&[]);
    bench.receive(0, world.pre_prepare(0, 3, &empty));
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    assert_eq!(bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![]))), [""; 0]);
    assert_eq!(bench.pending, []);
    assert_eq!(bench.receive(2, world.commit(2, 0, 2, &empty)), ["to 2: certificate 2"]);
}

#[test]
fn r21_a_replica_started_at_the_end_of_its_epoch_says_so() {
    let low_certificate = Some(World::new(4).certificate(2, hash_at(2), &[0, 1, 2]));
    let recovery = Recovery { low: h(2), boundary: Some(h(2)), low_certificate, ..Recovery::default() };
    let bench = Bench::start(4, 3, Voting::Active(v(3)), recovery);
    assert!(bench.last.contains(&Effect::EpochEnded { last: h(2) }), "{:?}", bench.last);
}

#[test]
fn r21_a_boundary_survives_a_restart() {
    let low_certificate = Some(World::new(4).certificate(1, hash_at(1), &[0, 1, 2]));
    let durable = Recovery { low: h(1), boundary: Some(h(3)), low_certificate, ..Recovery::default() };
    let mut bench = Bench::start(4, 0, Voting::Active(v(0)), durable);
    bench.durable();
    bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![] });
    let shown = bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] });
    assert_eq!(pre_prepared(&shown), [2, 3]);
    // The same where the block that ordered the change is executed and not certified.
    let bench = Bench::new(4, 0);
    let block = consensus::ExecutedBlock { boundary: Some(h(3)), ..bench.block(1, &Proposal::null()) };
    let durable = Recovery { executed: vec![block], ..Recovery::default() };
    let bench = Bench::start(4, 0, Voting::Active(v(0)), durable);
    assert_eq!(bench.replica.status().boundary, Some(h(3)));
}
