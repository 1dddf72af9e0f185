//! Epochs: the boundary, its end, the first heights of the next one (requirements 21, 30, 31).

use consensus::{Effect, EmptyRequest, Input, Message, Recovery, Rejected, Statement, Status, Voting};
use types::{Epoch, Height, Proposal, View};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, proposal, v};

/// Executed as a null block, certified, durable.
fn settle(bench: &mut Bench, height: u64, boundary: Option<u64>) -> Vec<String> {
    let mut shown = bench.executed_before(height, &Proposal::null(), boundary);
    let certificate = bench.world.certificate(height, hash_at(height), &[0, 1, 2]);
    shown.extend(bench.receive(1, Message::Certificate(certificate)));
    shown.extend(bench.input(Input::CertificateDurable(h(height))));
    shown
}

fn backup_with_boundary(last: u64) -> Bench {
    let mut bench = Bench::new(4, 3);
    settle(&mut bench, 1, Some(last));
    bench
}

/// A replica of epoch 1, whose heights are 21 and up; its primaries are 1, 2, 3, 0.
fn in_epoch_1(me: u16) -> Bench {
    let before = World::new(4).certificate(20, hash_at(20), &[0, 1, 2]);
    let certificates = vec![before.clone()];
    let recovery =
        Recovery { low: h(20), low_certificate: Some(before), certificates, ..Recovery::default() };
    let mut bench = Bench::start_in(World::of_epoch(4, 1, 20), me, Voting::Active(v(me)), recovery, false);
    assert_eq!(bench.pending, [], "it has asked in the epoch before");
    bench.tick(1);
    bench.statuses();
    bench
}

fn batch_of_epoch_1(author: u16) -> types::BatchRef {
    types::BatchRef { epoch: Epoch::new(1), ..batch(author, 0) }
}

fn pre_prepared(shown: &[String]) -> Vec<u64> {
    let lines = shown.iter().filter_map(|line| line.strip_prefix("persist pre-prepare "));
    lines.map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect()
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

#[test]
fn r31_a_view_change_in_a_later_epoch_begins_at_its_base() {
    let mut bench = in_epoch_1(3);
    let world = bench.world.clone();
    let a = proposal(&[batch_of_epoch_1(2)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch_of_epoch_1(2)));
    assert_eq!(bench.receive(1, world.pre_prepare(0, 22, &a)), ["persist prepare 0 22 A"]);
    bench.durable();
    bench.receive(0, world.prepare(0, 0, 22, &a));
    bench.durable();
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    let shown = bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    assert_eq!(shown[0], "persist view-change 1 stable 0 prepared [0/22/A]");
    bench.durable();
    let changes = vec![
        world.view_change(0, 1, None, vec![]),
        world.view_change(2, 1, None, vec![]),
        world.view_change(3, 1, None, vec![world.prepared(0, 22, &a)]),
    ];
    bench.receive(2, world.new_view(1, changes));
    assert!(bench.state().starts_with("normal view=1 primary=2 low=20"), "{}", bench.state());
    let null = Proposal::null();
    assert_eq!(bench.receive(2, world.pre_prepare(1, 21, &null)), ["persist prepare 1 21 null"]);
    assert_eq!(bench.receive(2, world.pre_prepare(1, 22, &a)), ["persist prepare 1 22 A"]);
}

#[test]
fn r31_a_view_change_near_the_boundary_orders_nothing_above_it() {
    let mut bench = Bench::new(4, 1);
    settle(&mut bench, 1, Some(3));
    let world = bench.world.clone();
    bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    bench.receive(3, Message::Signed(world.view_change(3, 1, None, vec![])));
    bench.durable();
    let shown = bench.durable();
    assert_eq!(pre_prepared(&shown), [2, 3], "{shown:?}");
    assert_eq!(bench.offer(batch(1, 0)), [""; 0]);
}

#[test]
fn r21_the_first_window_of_an_epoch_carries_no_participation() {
    let mut bench = in_epoch_1(3);
    let world = bench.world.clone();
    bench.input(Input::BatchHeld(batch_of_epoch_1(2)));
    let without = proposal(&[batch_of_epoch_1(2)]);
    bench.name(&without, "A");
    assert_eq!(bench.receive(1, world.pre_prepare(0, 28, &without)), ["persist prepare 0 28 A"]);
    settle(&mut bench, 21, None);
    assert_eq!(bench.receive(1, world.pre_prepare(0, 29, &without)), [""; 0]);
    let participation = Some(world.certificate(21, hash_at(21), &[0, 1, 2]));
    let with = Proposal { participation, ..without };
    let mut bench = in_epoch_1(3);
    bench.input(Input::BatchHeld(batch_of_epoch_1(2)));
    settle(&mut bench, 21, None);
    bench.name(&with, "P");
    assert_eq!(bench.receive(1, world.pre_prepare(0, 29, &with)), ["persist prepare 0 29 P"]);
    // A primary does likewise.
    let mut bench = in_epoch_1(1);
    let shown = bench.offer(batch_of_epoch_1(2));
    assert_eq!(pre_prepared(&shown), [21]);
    // Others decided null at all these heights, so it comes again.
    let shown: Vec<_> = (21..=28).flat_map(|height| settle(&mut bench, height, None)).collect();
    assert_eq!(pre_prepared(&shown).last(), Some(&29));
    let Some(consensus::Persist::Own { proposal: Some(proposed), .. }) = bench.pending.last() else {
        panic!()
    };
    assert_eq!(proposed.participation.as_ref().map(|certificate| certificate.height), Some(h(21)));
}

#[test]
fn r21_batches_of_another_epoch_are_not_ordered() {
    let mut bench = in_epoch_1(1);
    let old = batch(2, 0);
    bench.input(Input::BatchHeld(old));
    let proof = World::new(4).proof(old, &[0, 1]);
    assert_eq!(bench.input(Input::BatchCertified { proof, acks: 2 }), [""; 0]);
    let mut bench = in_epoch_1(3);
    let world = bench.world.clone();
    bench.input(Input::BatchHeld(old));
    assert_eq!(bench.receive(1, world.pre_prepare(0, 21, &proposal(&[old]))), [""; 0]);
}

fn status(epoch: u64) -> Message {
    let height = Height::new(7);
    Message::Status(Status {
        epoch: Epoch::new(epoch),
        view: View::ZERO,
        view_active: true,
        low: height,
        executed: height,
        certified: height,
        sent_at_ms: 1,
        echo_ms: 0,
    })
}

#[test]
fn r21_who_is_in_an_older_epoch_is_sent_its_end() {
    let mut bench = in_epoch_1(3);
    for _ in 0..8 {
        assert_eq!(bench.receive(2, status(0)), ["to 2: end of epoch 0"]);
    }
    assert_eq!(bench.receive(2, status(0)), [""; 0], "so many and no more until our next status");
    bench.tick(300);
    assert_eq!(bench.receive(2, status(0)), ["to 2: end of epoch 0"]);
    assert_eq!(bench.receive(2, status(9)), [""; 0], "a hint");
}

#[test]
fn r21_peers_of_other_epochs_are_no_quorum_for_a_view_change() {
    let mut bench = in_epoch_1(3);
    bench.offer(batch_of_epoch_1(2));
    for _ in 0..200 {
        for peer in [0, 1, 2] {
            bench.receive(peer, status(0));
            bench.receive(peer, status(2));
        }
        bench.tick(100);
    }
    assert!(bench.state().starts_with("normal view=0"), "{}", bench.state());
}

#[test]
fn r21_signed_messages_count_in_their_epoch_only() {
    let (before, world) = (World::new(4), World::of_epoch(4, 1, 20));
    let verifier = world.verifier();
    let a = proposal(&[batch(2, 0)]);
    let (expected, found) = (Epoch::new(1), Epoch::ZERO);
    for message in [
        before.prepare(1, 0, 21, &a),
        before.checkpoint(1, 21, hash_at(21)),
        Message::Signed(before.view_change(1, 1, None, vec![])),
        Message::Certificate(before.certificate(20, hash_at(20), &[0, 1, 2])),
        Message::BatchProof(before.proof(batch(2, 0), &[0, 1])),
    ] {
        assert_eq!(verifier.verify(v(1), message), Err(Rejected::Epoch { expected, found }));
    }
    for epoch in [0, 1, 2] {
        assert!(verifier.verify(v(1), status(epoch)).is_ok());
    }
    for message in [
        world.prepare(2, 0, 20, &a),
        world.checkpoint(1, 20, hash_at(20)),
        Message::Certificate(world.certificate(20, hash_at(20), &[0, 1, 2])),
    ] {
        assert!(matches!(verifier.verify(v(1), message), Err(Rejected::Shape(_))));
    }
    assert!(verifier.verify(v(1), world.prepare(2, 0, 21, &a)).is_ok(), "its horizon begins at the base");
    let below = world.view_change(1, 1, None, vec![world.prepared(0, 20, &a)]);
    assert!(matches!(verifier.verify(v(1), Message::Signed(below)), Err(Rejected::Shape(_))));
}

#[test]
fn r30_lost_memory_is_said_once() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let mut bench = Bench::new(4, 3);
    assert_eq!(bench.receive(1, world.prepare(3, 0, 1, &a)), ["notice not voting", "memory lost"]);
    assert_eq!(bench.receive(1, world.commit(3, 0, 1, &a)), [""; 0]);
    assert!(!bench.replica.has_recalled());
}

#[test]
fn r30_with_the_override_what_was_said_is_taken_into_the_log_and_never_contradicted() {
    let world = World::new(4);
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(1, 0)]));
    let mut bench = Bench::start(4, 3, Voting::Override(v(3)), Recovery::default());
    bench.name(&a, "A");
    bench.durable();
    assert!(!bench.replica.has_recalled());
    let Message::Signed(said) = world.prepare(3, 0, 1, &a) else { panic!() };
    let held = Message::VotesHeld { nonce: WALL, votes: vec![said] };
    assert_eq!(bench.receive(1, held), ["persist prepare 0 1 A"]);
    bench.durable();
    assert_eq!(
        bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] }),
        ["to all: prepare 0 1 A by 3"]
    );
    assert!(bench.replica.status().voting && bench.replica.has_recalled());
    bench.input(Input::BatchHeld(batch(1, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &b)), [""; 0], "the other was said");
    // The floor comes back, too: nothing of a lower view is voted on.
    let said = Message::Signed(world.view_change(3, 2, None, vec![]));
    assert_eq!(bench.receive(1, said), ["persist view-change 2 stable 0 prepared []"]);
    assert!(bench.state().starts_with("view-change view=2"), "{}", bench.state());
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &b)), [""; 0]);
}

#[test]
fn r19_a_wish_for_a_far_empty_block_accuses_nobody() {
    let wish = |height| Statement::EmptyRequest(EmptyRequest { height: h(height) });
    let mut bench = Bench::new(4, 3);
    bench.receive(2, Message::Signed(bench.world.sign(2, wish(9))));
    assert_eq!(bench.pass(20_000), [""; 0]);
    let mut bench = Bench::new(4, 3);
    bench.receive(2, Message::Signed(bench.world.sign(2, wish(1))));
    let shown = bench.pass(2_000);
    assert!(shown.iter().any(|line| line.contains("ordering_timeout")), "{shown:?}");
}

#[test]
fn what_was_verified_in_the_last_epoch_and_waited_in_a_queue_counts_for_nothing() {
    let before = World::new(4);
    let change = |signer| before.view_change(signer, 1, None, Vec::new());
    let new_view = before.new_view(1, vec![change(1), change(2), change(3)]);
    let own = Message::VotesHeld { nonce: WALL, votes: vec![change(0)] };
    let mut queued = vec![(1, new_view), (1, own)];
    queued.extend([1, 2, 3].map(|signer| (signer, Message::Signed(change(signer)))));
    queued.extend([1, 2, 3].map(|signer| (signer, before.checkpoint(signer, 21, hash_at(21)))));
    queued.extend([2, 3].map(|signer| (signer, before.prepare(signer, 0, 21, &Proposal::null()))));
    let verifier = before.verifier();
    for (from, message) in queued {
        let verified = verifier.verify(v(from), message).unwrap();
        let mut bench = in_epoch_1(0);
        let state = bench.state();
        let shown = bench.input(Input::Message { from: v(from), message: verified });
        assert_eq!((shown.as_slice(), bench.state()), ([].as_slice(), state));
    }
}
