//! View changes and new views (PBFT §4.4).

use consensus::{Input, Message};
use types::{Proposal, TimeMs};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, proposal};

/// Backup 3 of four with batch A at height 1 prepared and our commit durable, in view 0.
fn prepared_at_1() -> (Bench, World, Proposal) {
    let (mut bench, world, a) = (Bench::new(4, 3), World::new(4), proposal(&[batch(2, 0)]));
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &a));
    bench.durable();
    bench.receive(1, world.prepare(1, 0, 1, &a));
    bench.durable();
    (bench, world, a)
}

fn join(bench: &mut Bench, world: &World, view: u64) -> Vec<String> {
    bench.receive(1, Message::Signed(world.view_change(1, view, None, vec![])));
    bench.receive(2, Message::Signed(world.view_change(2, view, None, vec![])))
}

#[test]
fn r05_after_its_view_change_it_prepares_and_commits_nothing_in_the_old_view() {
    let (mut bench, world, _) = prepared_at_1();
    let b = proposal(&[batch(2, 1)]);
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(2, 1)));
    bench.receive(0, world.pre_prepare(0, 2, &b));
    assert_eq!(
        join(&mut bench, &world, 1),
        ["persist view-change 1 stable 0 prepared [0/1/A]", "notice view change to 1: joined"]
    );
    // Not even before the view change is durable: asking for it is enough.
    for signer in [1, 2] {
        assert_eq!(bench.receive(signer, world.prepare(signer, 0, 2, &b)), [""; 0]);
        assert_eq!(bench.receive(signer, world.commit(signer, 0, 1, &proposal(&[batch(2, 0)]))), [""; 0]);
    }
    let c = proposal(&[]);
    assert_eq!(bench.receive(0, world.pre_prepare(0, 3, &c)), [""; 0]);
    // Nor after a restart.
    bench.durable();
    let mut bench = bench.restart().ready();
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &b)), [""; 0]);
    assert_eq!(bench.state(), "view-change view=1 primary=1 low=0 executed=0 certified=0 in_flight=0");
}

#[test]
fn r05_checkpoints_are_served_while_it_waits_for_the_new_view() {
    let (mut bench, world, a) = prepared_at_1();
    join(&mut bench, &world, 1);
    bench.durable();
    assert_eq!(bench.executed(1, &a), ["to all: checkpoint 1 by 3"]);
    bench.receive(1, world.checkpoint(1, 1, hash_at(1)));
    assert_eq!(bench.receive(2, world.checkpoint(2, 1, hash_at(1))), ["store certificate 1"]);
}

#[test]
fn r10_blocks_synced_while_the_view_changes_do_not_keep_it_from_voting_afterwards() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    join(&mut bench, &world, 1);
    bench.durable();
    let certificate = |height| world.certificate(height, hash_at(height), &[0, 1, 2]);
    bench.receive(0, Message::Certificate(certificate(3)));
    for height in 1..=3 {
        bench.executed(height, &proposal(&[]));
        bench.receive(0, Message::Certificate(certificate(height)));
        bench.input(Input::CertificateDurable(h(height)));
    }
    assert_eq!(bench.state(), "view-change view=1 primary=1 low=3 executed=3 certified=3 in_flight=0");
    let change = |signer| world.view_change(signer, 1, Some(certificate(3)), vec![]);
    bench.receive(1, world.new_view(1, [0, 1, 2].map(change).to_vec()));
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.receive(1, world.pre_prepare(1, 4, &a)), ["persist prepare 1 4 A"]);
}

#[test]
fn b30_a_decision_and_a_timeout_in_the_same_tick_do_not_lock() {
    let (mut bench, world, a) = prepared_at_1();
    bench.receive(0, world.commit(0, 0, 1, &a));
    bench.pass(998);
    assert_eq!(bench.receive(1, world.commit(1, 0, 1, &a)), ["ordered 1: 1", "execute 1 A"]);
    assert_eq!(bench.pass(2_000), [""; 0], "the timer went with the height");
}

#[test]
fn r12_it_joins_the_smallest_of_f_plus_1_and_never_one_alone() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let change = |signer, view| Message::Signed(world.view_change(signer, view, None, vec![]));
    assert_eq!(bench.receive(0, change(0, 1_000_000)), [""; 0], "one alone moves nobody");
    assert_eq!(bench.receive(0, change(0, 1_000_000)), [""; 0], "nor when it repeats itself");
    assert_eq!(
        bench.receive(1, change(1, 5)),
        ["persist view-change 5 stable 0 prepared []", "notice view change to 5: joined"]
    );
}

#[test]
fn r12_seven_validators_need_three() {
    let (mut bench, world) = (Bench::new(7, 6), World::new(7));
    let change = |signer, view| Message::Signed(world.view_change(signer, view, None, vec![]));
    assert_eq!(bench.receive(0, change(0, 9)), [""; 0]);
    assert_eq!(bench.receive(1, change(1, 4)), [""; 0]);
    assert_eq!(bench.receive(2, change(2, 7))[0], "persist view-change 4 stable 0 prepared []");
}

#[test]
fn r06_the_new_primary_begins_with_q_view_changes_its_own_included() {
    let (mut bench, world, a) = (Bench::new(4, 1), World::new(4), proposal(&[batch(2, 0)]));
    bench.name(&a, "A");
    let change = |signer| {
        let prepared = if signer == 2 { vec![world.prepared(0, 2, &a)] } else { vec![] };
        Message::Signed(world.view_change(signer, 1, None, prepared))
    };
    bench.receive(0, change(0));
    assert_eq!(bench.receive(2, change(2))[1], "notice view change to 1: joined");
    assert_eq!(bench.receive(3, change(3)), [""; 0], "q from others, but its own is not durable yet");
    assert_eq!(
        bench.durable(),
        ["to all: view-change 1 stable 0 prepared [] by 1", "persist new-view 1 of [0 1 2 3]"]
    );
    assert_eq!(
        bench.durable(),
        [
            "to all: new-view 1 of [0 1 2 3] by 1",
            "notice view 1 of 1",
            "persist pre-prepare 1 1 null",
            "to all: fetch-proposal A",
        ],
        "a gap is null; the content of A is fetched by its digest"
    );
    assert_eq!(
        bench.receive(2, Message::Proposal(a.clone())),
        ["fetch 2/0 from [2]", "persist pre-prepare 1 2 A"]
    );
}

#[test]
fn r07_the_certificate_of_the_highest_view_wins_not_the_latest() {
    let (mut bench, world) = (Bench::new(4, 0), World::new(4));
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(3, 0)]));
    bench.name(&a, "A");
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.input(Input::BatchHeld(batch(3, 0)));
    let changes = vec![
        world.view_change(1, 3, None, vec![world.prepared(1, 1, &b)]),
        world.view_change(2, 3, None, vec![world.prepared(0, 1, &a)]),
        world.view_change(3, 3, None, vec![]),
    ];
    let shown = bench.receive(3, world.new_view(3, changes));
    assert!(shown[0].starts_with("persist installed new-view 3"), "logged before any vote: {shown:?}");
    assert_eq!(shown[1..], ["notice view 3 of 3"]);
    assert_eq!(bench.receive(3, world.pre_prepare(3, 1, &a)), [""; 0], "A was prepared in a lower view");
    let mut bench2 = Bench::new(4, 0);
    bench2.name(&b, "B");
    bench2.input(Input::BatchHeld(batch(3, 0)));
    let changes = vec![
        world.view_change(1, 3, None, vec![world.prepared(1, 1, &b)]),
        world.view_change(2, 3, None, vec![world.prepared(0, 1, &a)]),
        world.view_change(3, 3, None, vec![]),
    ];
    bench2.receive(3, world.new_view(3, changes));
    assert_eq!(bench2.receive(3, world.pre_prepare(3, 1, &b)), ["persist prepare 3 1 B"], "byte for byte");
}

#[test]
fn r06_above_hi_only_fresh_and_at_or_below_lo_nothing() {
    let (mut bench, world) = (Bench::new(4, 0), World::new(4));
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    let stable = Some(world.certificate(2, hash_at(2), &[1, 2, 3]));
    let changes = vec![
        world.view_change(1, 1, stable, vec![world.prepared(0, 4, &a)]),
        world.view_change(2, 1, None, vec![]),
        world.view_change(3, 1, None, vec![]),
    ];
    bench.receive(1, world.new_view(1, changes));
    assert_eq!(bench.receive(1, world.pre_prepare(1, 2, &a)), [""; 0], "lo = 2 is certified");
    assert_eq!(bench.receive(1, world.pre_prepare(1, 3, &a)), [""; 0], "height 3 is null");
    assert_eq!(bench.receive(1, world.pre_prepare(1, 5, &Proposal::null())), [""; 0], "null is not fresh");
    assert_eq!(bench.receive(1, world.pre_prepare(1, 6, &a)), ["persist prepare 1 6 A"]);
    let mut shown = bench.receive(2, world.pre_prepare(1, 4, &a));
    assert_eq!(shown, ["persist prepare 1 4 A"], "relayed by another");
    bench.durable();
    shown = bench.receive(2, world.prepare(2, 1, 4, &a));
    assert_eq!(shown, ["persist commit 1 4 A"], "it may be prepared again in the higher view");
}

#[test]
fn r28_two_prepared_certificates_of_one_slot_halt_with_20() {
    let (mut bench, world) = (Bench::new(4, 0), World::new(4));
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(3, 0)]));
    let changes = vec![
        world.view_change(1, 1, None, vec![world.prepared(0, 1, &a)]),
        world.view_change(2, 1, None, vec![world.prepared(0, 1, &b)]),
        world.view_change(3, 1, None, vec![]),
    ];
    assert_eq!(bench.receive(1, world.new_view(1, changes)), ["halt 20 at 1"]);
}

#[test]
fn r34_a_late_new_view_halts_nobody() {
    let (mut bench, world) = (Bench::new(4, 0), World::new(4));
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(3, 0)]));
    bench.name(&a, "A");
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.input(Input::BatchHeld(batch(3, 0)));
    // It synced height 1 with B; a view change of an old view knew A at height 1.
    bench.executed(1, &b);
    let changes = vec![
        world.view_change(1, 1, None, vec![world.prepared(0, 1, &a)]),
        world.view_change(2, 1, None, vec![]),
        world.view_change(3, 1, None, vec![]),
    ];
    bench.receive(1, world.new_view(1, changes));
    assert_eq!(bench.receive(1, world.pre_prepare(1, 1, &a)), ["notice executed differs at 1"]);
    for signer in [2, 3] {
        assert_eq!(bench.receive(signer, world.prepare(signer, 1, 1, &a)), [""; 0], "never prepared here");
    }
    // Nor does it come back to a view below one that it spoke in.
    let changes = vec![1, 2, 3].into_iter().map(|s| world.view_change(s, 3, None, vec![])).collect();
    bench.receive(3, world.new_view(3, changes));
    let changes = vec![0, 2, 3].into_iter().map(|s| world.view_change(s, 2, None, vec![])).collect();
    assert_eq!(bench.receive(2, world.new_view(2, changes)), [""; 0]);
    assert_eq!(bench.state(), "normal view=3 primary=3 low=0 executed=1 certified=0 in_flight=0");
}

#[test]
fn r35_the_new_view_timer_starts_at_q_and_an_early_mover_leaves_the_rest_enough() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    join(&mut bench, &world, 2);
    assert_eq!(bench.durable(), ["to all: view-change 2 stable 0 prepared [] by 3"]);
    // q = 3 wishes, the primary 2 stays silent: the next view after our patience.
    let shown = bench.pass(1_000);
    assert!(shown.contains(&"persist view-change 3 stable 0 prepared []".to_owned()), "{shown:?}");
    assert!(shown.contains(&"notice view change to 3: new_view_timeout".to_owned()), "{shown:?}");
}

#[test]
fn r11_fewer_than_q_wishes_never_start_the_new_view_timer() {
    let (mut bench, world) = (Bench::new(7, 6), World::new(7));
    for signer in [1, 2, 3] {
        bench.receive(signer, Message::Signed(world.view_change(signer, 1, None, vec![])));
    }
    bench.durable();
    let shown = bench.pass(30_000);
    assert!(
        !shown.iter().any(|line| line.contains("new_view_timeout")),
        "four of seven are no quorum: {shown:?}"
    );
    assert_eq!(bench.replica.status().view.get(), 1);
}

#[test]
fn r11_patience_doubles_to_the_cap_and_a_certified_block_resets_it() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let mut waits = Vec::new();
    for view in 1..=6u64 {
        join(&mut bench, &world, view);
        bench.durable();
        let began = bench.now;
        while bench.replica.status().view.get() == view {
            let shown = bench.pass(1);
            assert!(bench.now - began < 20_000, "{shown:?}");
        }
        waits.push(bench.now - began);
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    bench.durable();
    let changes = vec![0, 1, 2].into_iter().map(|s| world.view_change(s, 8, None, vec![])).collect();
    bench.receive(0, world.new_view(8, changes));
    bench.receive(0, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    bench.executed(1, &proposal(&[]));
    bench.input(Input::CertificateDurable(h(1)));
    let began = bench.now;
    let wish = Proposal { time: TimeMs::new(WALL + bench.now), ..proposal(&[batch(2, 0)]) };
    bench.receive(0, world.pre_prepare(8, 2, &wish));
    while bench.replica.status().view.get() == 8 {
        bench.pass(1);
        assert!(bench.now - began < 20_000);
    }
    assert_eq!(bench.now - began, 1_000, "the first certified block of a view resets the patience");
}

#[test]
fn two_view_changes_of_one_validator_for_one_view_are_evidence() {
    let (mut bench, world, a) = prepared_at_1();
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    let other = world.view_change(1, 1, None, vec![world.prepared(0, 1, &a)]);
    assert_eq!(bench.receive(1, Message::Signed(other)).len(), 1);
    assert_eq!(bench.replica.status().evidence, 1);
}

#[test]
fn a_stable_checkpoint_has_no_gap_beneath_it() {
    // The certificate of height 3 is known, those of 1 and 2 are not: the new view must order 1 to 3 again.
    let (mut bench, world, _) = prepared_at_1();
    bench.receive(1, Message::Certificate(world.certificate(3, hash_at(3), &[0, 1, 2])));
    assert_eq!(join(&mut bench, &world, 1)[0], "persist view-change 1 stable 0 prepared [0/1/A]");
}
