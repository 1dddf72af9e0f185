//! Timers of ordering, overdue batches, catching up, empty blocks.

use consensus::{EmptyRequest, Input, Message, Statement, Status};
use types::{BatchRef, Epoch, Proposal, TimeMs, View};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, parameters, proposal};

fn view_changes(shown: &[String]) -> Vec<&String> {
    shown.iter().filter(|line| line.starts_with("notice view change")).collect()
}

#[test]
fn r11_a_proposed_height_that_is_not_decided_changes_the_view() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &proposal(&[batch(2, 0)])));
    assert_eq!(view_changes(&bench.pass(999)), [""; 0]);
    assert_eq!(view_changes(&bench.pass(2)), ["notice view change to 1: ordering_timeout"]);
}

#[test]
fn r11_an_idle_network_changes_no_view() {
    let mut bench = Bench::new(4, 3);
    assert_eq!(bench.pass(100_000), [""; 0]);
}

#[test]
fn r11_the_timer_is_held_while_fewer_than_q_are_there() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    for _ in 0..5 {
        bench.status_of(0);
        bench.tick(250);
    }
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &proposal(&[batch(2, 0)])));
    for _ in 0..50 {
        bench.status_of(0);
        assert_eq!(view_changes(&bench.tick(250)), [""; 0], "{}", bench.state());
    }
}

#[test]
fn r33_a_slow_executor_accuses_nobody() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(2, 1)]));
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &a));
    bench.receive(0, world.pre_prepare(0, 2, &b));
    bench.receive(0, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    assert_eq!(view_changes(&bench.pass(10_000)), [""; 0]);
}

#[test]
fn r33_a_suspended_process_accuses_nobody_when_it_wakes() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &proposal(&[batch(2, 0)])));
    assert_eq!(view_changes(&bench.tick(60_000)), [""; 0]);
    bench.statuses();
    assert_eq!(view_changes(&bench.pass(990)), [""; 0], "the timer began anew");
    assert_eq!(view_changes(&bench.pass(100)).len(), 1);
}

#[test]
fn b46_a_silent_primary_is_replaced_though_nobody_waits() {
    let mut bench = Bench::new(4, 3);
    let mut shown = Vec::new();
    for _ in 0..10 {
        shown.extend(bench.tick(250));
        bench.status_of(1);
        bench.status_of(2);
    }
    assert_eq!(view_changes(&shown), ["notice view change to 1: silent_primary"]);
}

#[test]
fn r20_an_overdue_batch_is_relayed_and_changes_the_view() {
    let mut bench = Bench::new(4, 3);
    bench.offer(batch(2, 0));
    let shown = bench.pass(600);
    assert!(shown.contains(&"to 0: proof 2/0".to_owned()), "to the primary: {shown:?}");
    let shown = bench.pass(500);
    assert!(shown.contains(&"to all: proof 2/0".to_owned()), "to all at half the bound: {shown:?}");
    assert_eq!(view_changes(&shown), [""; 0]);
    assert_eq!(view_changes(&bench.pass(500)), ["notice view change to 1: overdue_batch"]);
}

#[test]
fn r20_an_uncertified_batch_never_runs_the_timer() {
    let mut bench = Bench::new(4, 3);
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.pass(20_000), [""; 0]);
}

#[test]
fn r20_batches_of_synced_blocks_are_ordered_too() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    bench.offer(batch(2, 0));
    bench.executed(1, &proposal(&[batch(2, 0)]));
    bench.receive(0, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    assert_eq!(bench.input(Input::CertificateDurable(h(1))), ["release up to 1: 1"]);
    bench.certify(batch(2, 0));
    assert_eq!(bench.pass(20_000), [""; 0]);
}

#[test]
fn r20_the_primary_takes_the_oldest_of_each_author_in_turn_first_what_q_hold() {
    let (mut bench, world) = (Bench::new(4, 1), World::new(4));
    let change = |signer| Message::Signed(world.view_change(signer, 1, None, vec![]));
    bench.receive(2, change(2));
    bench.receive(3, change(3));
    // While the view changes batches gather: two acks each, but 3/9, which q hold.
    for (author, sequence) in [(1, 2), (1, 1), (2, 5), (3, 9), (2, 4), (0, 7)] {
        bench.input(Input::BatchHeld(batch(author, sequence)));
        let signers: &[u16] = if author == 3 { &[0, 1, 2] } else { &[0, 1] };
        let proof = world.proof(batch(author, sequence), signers);
        bench.input(Input::BatchCertified { proof, acks: signers.len() });
    }
    bench.certify(batch(2, 3));
    bench.input(Input::BatchHeld(BatchRef { expires: TimeMs::new(WALL - 1), ..batch(0, 6) }));
    bench.durable();
    bench.durable();
    let proposals: Vec<Vec<(u16, u64)>> = bench
        .pending
        .iter()
        .filter_map(|persist| match persist {
            consensus::Persist::Own { proposal: Some(proposal), .. } => {
                Some(proposal.references.iter().map(|r| (r.author.get(), r.sequence.get())).collect())
            }
            consensus::Persist::Own { .. } | consensus::Persist::Installed(_) => None,
        })
        .collect();
    // At height 1 the turn begins with author 1; 2/3 is not held here and waits.
    assert_eq!(proposals, [vec![(3, 9), (1, 1), (2, 4), (0, 7), (1, 2), (2, 5)]]);
}

#[test]
fn a_laggard_is_sent_what_it_lacks_and_an_equal_peer_nothing() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &a));
    bench.durable();
    bench.statuses();
    let mut shown = Vec::new();
    for _ in 0..2 {
        shown = bench.status_as(1, |status| status.sent_at_ms = 1);
    }
    assert_eq!(shown, ["to 1: pre-prepare 0 1 A by 0", "to 1: prepare 0 1 A by 3"]);
    bench.executed(1, &a);
    bench.receive(0, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    bench.input(Input::CertificateDurable(h(1)));
    let behind = |low: u64| {
        Message::Status(Status {
            epoch: Epoch::ZERO,
            view: View::ZERO,
            view_active: true,
            low: h(low),
            executed: h(low),
            certified: h(low),
            sent_at_ms: 1,
            echo_ms: 0,
        })
    };
    bench.receive(2, behind(1));
    assert_eq!(bench.receive(2, behind(1)), [""; 0], "nothing is lacking");
    let mut shown = Vec::new();
    for _ in 0..4 {
        shown.extend(bench.receive(1, behind(0)));
    }
    assert!(shown.contains(&"to 1: certificate 1".to_owned()), "{shown:?}");
    assert!(shown.len() < 4, "with back-off: {shown:?}");
}

#[test]
fn certified_blocks_that_cannot_be_decided_here_are_fetched() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let far = world.certificate(20, hash_at(20), &[0, 1, 2]);
    assert_eq!(
        bench.receive(0, Message::Certificate(far.clone())),
        ["sync to 20"],
        "beyond the window: at once"
    );
    assert_eq!(bench.receive(0, Message::Certificate(far)), [""; 0], "but not again at once");
    let mut bench = Bench::new(4, 3);
    let near = world.certificate(1, hash_at(1), &[0, 1, 2]);
    assert_eq!(bench.receive(0, Message::Certificate(near)), [""; 0], "votes may still decide it");
    assert!(bench.pass(600).contains(&"sync to 1".to_owned()));
}

#[test]
fn b67_a_claimed_height_is_no_target() {
    let mut bench = Bench::new(4, 3);
    let status = Status {
        epoch: Epoch::ZERO,
        view: View::new(u64::MAX),
        view_active: true,
        low: h(u64::MAX),
        executed: h(u64::MAX),
        certified: h(u64::MAX),
        sent_at_ms: u64::MAX,
        echo_ms: u64::MAX,
    };
    for _ in 0..5 {
        assert_eq!(bench.receive(1, Message::Status(status)), [""; 0]);
    }
    assert_eq!(bench.state(), "normal view=0 primary=0 low=0 executed=0 certified=0 in_flight=0");
}

#[test]
fn an_awaited_outcome_gets_one_empty_block() {
    let world = World::new(4);
    let mut primary = Bench::new(4, 0);
    let wish = world.sign(2, Statement::EmptyRequest(EmptyRequest { height: h(1) }));
    let shown = primary.receive(2, Message::Signed(wish.clone()));
    assert_eq!(shown[0], "to all: empty-request 1 by 2", "the primary passes on why");
    assert!(shown[1].starts_with("persist pre-prepare 0 1"), "{shown:?}");
    assert_eq!(primary.receive(2, Message::Signed(wish.clone())), [""; 0], "one is enough");

    let mut backup = Bench::new(4, 3);
    let empty = Proposal { time: TimeMs::new(WALL), ..Proposal::default() };
    backup.name(&empty, "empty");
    assert_eq!(backup.receive(0, world.pre_prepare(0, 1, &empty)), [""; 0], "not without a purpose");
    assert_eq!(backup.receive(2, Message::Signed(wish)), ["persist prepare 0 1 empty"]);
    assert_eq!(backup.input(Input::EmptyBlockWanted), ["persist empty-request 1"]);
    assert_eq!(backup.input(Input::EmptyBlockWanted), [""; 0], "at most one per second");
}

#[test]
fn expired_batches_are_given_up_unless_something_names_them() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let dead = BatchRef { expires: TimeMs::new(WALL + 10), ..batch(1, 0) };
    let named = BatchRef { expires: TimeMs::new(WALL + 10), ..batch(2, 0) };
    bench.input(Input::BatchHeld(dead));
    bench.input(Input::BatchHeld(named));
    bench.receive(0, world.pre_prepare(0, 2, &proposal(&[named])));
    let late = parameters().clock_lag_ms + 100;
    bench.input(Input::Executed {
        height: h(1),
        header_hash: hash_at(1),
        proposal: proposal(&[]).digest(),
        references: vec![],
        time: TimeMs::new(WALL + late),
        checkpoint: None,
        boundary: None,
    });
    bench.receive(0, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    assert_eq!(bench.input(Input::CertificateDurable(h(1))), ["expire 1"]);
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
