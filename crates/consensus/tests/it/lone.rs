//! The lone view-changer: joined soon, once told to all, and not for ever. The cap of the bench is 8 s.

use consensus::{Effect, Input, Message, Statement};

use crate::bench::{Bench, World, h, hash_at, parameters, proposal};

fn cap() -> u64 {
    parameters().view_timeout_max_ms
}

/// `signer` asks for `view`.
fn wish(bench: &mut Bench, world: &World, signer: u16, view: u64) -> Vec<String> {
    bench.receive(signer, Message::Signed(world.view_change(signer, view, None, vec![])))
}

/// View `view` begins with all validators.
fn begin(bench: &mut Bench, world: &World, view: u64) {
    bench.durable();
    let signers = 0..u16::try_from(world.set.quorum()).unwrap();
    let changes = signers.map(|signer| world.view_change(signer, view, None, vec![])).collect();
    bench.receive(0, world.new_view(view, changes));
    bench.durable();
}

fn joined(shown: &[String]) -> Option<&String> {
    shown.iter().find(|line| line.ends_with("lone_view_change"))
}

#[test]
fn r33_a_lone_view_changer_is_joined_after_one_cap_also_when_idle() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    wish(&mut bench, &world, 1, 2);
    assert_eq!(joined(&bench.pass(cap() - 10)), None);
    let shown = bench.pass(300);
    assert_eq!(
        shown,
        ["persist view-change 2 stable 0 prepared []", "notice view change to 2: lone_view_change"],
        "the smallest harm: one view change, and it votes again"
    );
}

#[test]
fn r33_blocks_that_certify_meanwhile_change_nothing() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    wish(&mut bench, &world, 1, 2);
    bench.pass(cap() / 2);
    bench.executed(1, &proposal(&[]));
    bench.receive(1, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    bench.input(Input::CertificateDurable(h(1)));
    assert!(joined(&bench.pass(cap() / 2 + 300)).is_some());
}

#[test]
fn r33_its_wish_is_told_to_all_once_at_half_the_wait() {
    let (mut bench, world) = (Bench::new(7, 6), World::new(7));
    let told = |shown: &[String]| shown.iter().filter(|l| l.starts_with("to all: view-change")).count();
    wish(&mut bench, &world, 1, 2);
    assert_eq!(told(&bench.pass(cap() / 2 - 10)), 0);
    assert_eq!(told(&bench.pass(300)), 1);
    // A higher wish goes on with the wait of the one that stood, and is not told again.
    wish(&mut bench, &world, 1, 3);
    let shown = bench.pass(cap() / 2);
    assert_eq!(told(&shown), 0, "{shown:?}");
    assert_eq!(joined(&shown), Some(&"notice view change to 3: lone_view_change".to_owned()));
}

#[test]
fn r33_who_is_out_of_touch_joins_nobody() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    wish(&mut bench, &world, 1, 2);
    let mut joins = 0;
    for _ in 0..(2 * cap() / 100) {
        joins += usize::from(joined(&bench.tick(100)).is_some());
        bench.status_of(1);
    }
    assert_eq!(joins, 0, "two of four would only be two that are mute");
    assert!(joined(&bench.pass(600)).is_some(), "the others are back: {}", bench.state());
}

#[test]
fn r33_a_liar_has_four_at_once_and_then_one_for_each_ten_caps() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let mut at = Vec::new();
    // Of view 3 we would be the primary ourselves.
    for view in [1, 2, 4, 5, 6, 8] {
        wish(&mut bench, &world, 1, view);
        while joined(&bench.pass(100)).is_none() {
            assert!(bench.now < 40 * cap(), "{at:?}");
        }
        at.push(bench.now / cap());
        begin(&mut bench, &world, view);
    }
    assert_eq!(at, [1, 2, 3, 4, 11, 21], "in caps");
}

#[test]
fn r33_what_a_liar_used_up_is_not_missing_to_another() {
    let (mut bench, world) = (Bench::new(7, 6), World::new(7));
    for view in 1..=4 {
        wish(&mut bench, &world, 1, view);
        assert!(joined(&bench.pass(cap() + 300)).is_some());
        begin(&mut bench, &world, view);
    }
    wish(&mut bench, &world, 1, 5);
    assert_eq!(joined(&bench.pass(cap() + 300)), None, "its allowance is used up");
    wish(&mut bench, &world, 2, 6);
    let shown = bench.pass(cap() + 300);
    assert_eq!(joined(&shown), Some(&"notice view change to 6: lone_view_change".to_owned()));
}

/// A liar that shows its wish to one replica after the other must not have one view change from each.
#[test]
fn r33_who_moves_because_another_joined_books_it_too() {
    let (mut bench, world) = (Bench::new(7, 6), World::new(7));
    let change = |signer, view| Message::Signed(world.view_change(signer, view, None, vec![]));
    for view in 1..=4 {
        bench.receive(1, change(1, view));
        bench.pass(cap() / 2);
        bench.receive(2, change(2, view));
        let shown = bench.receive(3, change(3, view));
        assert!(shown.iter().any(|line| line.ends_with("joined")), "{shown:?}");
        begin(&mut bench, &world, view);
    }
    bench.receive(1, change(1, 5));
    assert_eq!(joined(&bench.pass(2 * cap())), None);
    bench.receive(2, change(2, 6));
    let shown = bench.pass(cap() + 300);
    assert_eq!(
        joined(&shown),
        Some(&"notice view change to 6: lone_view_change".to_owned()),
        "it has its own"
    );
}

#[test]
fn r33_a_lone_view_change_cannot_use_up_the_views() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    wish(&mut bench, &world, 1, u64::MAX - 2);
    assert_eq!(joined(&bench.pass(9 * cap())), None);
}

#[test]
fn r33_the_wish_that_is_told_is_the_signed_one_of_its_author() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    wish(&mut bench, &world, 1, 2);
    let mut told = Vec::new();
    while bench.now < cap() {
        bench.tick(100);
        told.extend(bench.last.iter().filter_map(|effect| match effect {
            Effect::Broadcast(Message::Signed(signed)) => Some(signed.clone()),
            _ => None,
        }));
        bench.statuses();
    }
    assert!(told.iter().all(|signed| matches!(signed.statement, Statement::ViewChange(_))), "{told:?}");
    assert_eq!(told, [world.view_change(1, 2, None, vec![])]);
}
