//! Epochs after the first: their first heights, and what of another epoch counts for nothing (requirements 21,
//! 31).

use consensus::{Input, Message, Recovery, Rejected, Status, Voting};
use types::{Epoch, Height, Proposal, View};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, proposal, v};

/// Executed as a null block, certified, durable.
pub fn settle(bench: &mut Bench, height: u64, boundary: Option<u64>) -> Vec<String> {
    let mut shown = bench.executed_before(height, &Proposal::null(), boundary);
    let certificate = bench.world.certificate(height, hash_at(height), &[0, 1, 2]);
    shown.extend(bench.receive(1, Message::Certificate(certificate)));
    shown.extend(bench.input(Input::CertificateDurable(h(height))));
    shown
}

/// A replica of epoch 1, whose heights are 21 and up; its primaries are 1, 2, 3, 0.
pub fn in_epoch_1(me: u16) -> Bench {
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

pub fn batch_of_epoch_1(author: u16) -> types::BatchRef {
    types::BatchRef { epoch: Epoch::new(1), ..batch(author, 0) }
}

pub fn pre_prepared(shown: &[String]) -> Vec<u64> {
    let lines = shown.iter().filter_map(|line| line.strip_prefix("persist pre-prepare "));
    lines.map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect()
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
