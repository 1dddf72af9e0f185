//! How much a proposal must be worth by what is on its way.

use consensus::{Message, Monotonic};
use types::{BatchRef, Proposal, TimeMs};

use crate::bench::{Bench, WALL, World, batch, large, proposal};

fn proposes(effects: &[String]) -> bool {
    effects.iter().any(|effect| effect.starts_with("persist pre-prepare"))
}

#[test]
fn the_more_proposals_are_undecided_the_more_the_next_must_hold() {
    let mut bench = Bench::new(4, 0);
    assert!(proposes(&bench.offer(batch(0, 0))), "nothing is on its way: at once");
    assert!(!proposes(&bench.offer(batch(1, 0))), "one is undecided: 1 kB waits");
    assert!(proposes(&bench.offer(large(1, 1))), "1/32 of a block goes, and what waited with it");
    for sequence in 0..3 {
        assert!(!proposes(&bench.offer(large(2, sequence))), "two are undecided: 3/32 wait");
    }
    assert!(proposes(&bench.offer(large(2, 3))), "1/8 goes");
    for sequence in 0..15 {
        assert!(!proposes(&bench.offer(large(3, sequence))), "three are undecided: {}/32 wait", sequence + 1);
    }
    assert!(proposes(&bench.offer(large(3, 15))), "half goes");
}

#[test]
fn a_small_batch_waits_the_longer_the_more_are_undecided() {
    let mut bench = Bench::new(4, 0);
    assert!(proposes(&bench.offer(batch(0, 0))));
    // Up to 1/10 of the view timeout, which is 1 s here.
    for (sequence, patience) in (1..8).zip([50, 100, 100, 100, 100, 100, 100]) {
        assert!(!proposes(&bench.offer(batch(0, sequence))));
        assert!(!proposes(&bench.tick(patience - 1)));
        assert!(proposes(&bench.tick(1)), "proposal {sequence} has waited long enough");
    }
    assert!(!proposes(&bench.offer(batch(0, 8))));
    assert!(!proposes(&bench.tick(200)), "eight are on their way: half a block or nothing");
}

#[test]
fn a_block_that_waits_for_execution_counts_as_one_on_its_way() {
    let (mut bench, world) = (Bench::new(4, 0), World::new(4));
    let a = Proposal { time: TimeMs::new(WALL + 1), ..proposal(&[batch(0, 0)]) };
    bench.name(&a, "A");
    assert_eq!(bench.offer(batch(0, 0)), ["persist pre-prepare 0 1 A"]);
    bench.durable();
    for signer in [1, 2] {
        bench.receive(signer, world.prepare(signer, 0, 1, &a));
    }
    bench.durable();
    bench.receive(1, world.commit(1, 0, 1, &a));
    assert_eq!(bench.receive(2, world.commit(2, 0, 1, &a)), ["ordered 1: 1", "execute 1 A"]);
    assert!(!proposes(&bench.offer(batch(1, 0))), "decided, not executed: 1 kB waits");
    assert!(proposes(&bench.executed(1, &a)), "nothing is on its way: at once");
}

#[test]
fn the_end_of_patience_is_a_deadline() {
    // (offered, the deadline as ms from now; none: that of the next status), one after the other.
    let table: [(&str, &[BatchRef], Option<u64>); 4] = [
        ("nothing is on its way, so this goes at once", &[batch(0, 0)], None),
        ("1 kB waits for 50 ms", &[batch(1, 0)], Some(50)),
        ("what comes later waits no longer", &[batch(1, 1), batch(2, 0)], Some(40)),
        ("what is worth it goes, and with it what waited", &[large(3, 0)], None),
    ];
    let mut bench = Bench::new(4, 0);
    for (about, offered, expected) in table {
        bench.tick(10);
        let status_at = Bench::new(4, 0).replica.next_deadline();
        offered.iter().for_each(|reference| drop(bench.offer(*reference)));
        let deadline = bench.replica.next_deadline();
        match expected {
            Some(ms) => assert_eq!(deadline, Some(Monotonic(bench.now + ms)), "{about}"),
            None => assert_eq!(deadline, status_at, "{about}"),
        }
    }
    // Woken by its deadlines alone it proposes in time, and asks to be woken for nothing more.
    bench.offer(batch(1, 2));
    let begin = bench.now;
    assert!(proposes(&bench.pass(100)), "at {} since {begin}", bench.now);
    assert!(bench.replica.next_deadline() > Some(Monotonic(bench.now)));
}

#[test]
fn who_cannot_propose_is_not_woken_for_it() {
    // Eight are undecided: only half a block goes, however long that takes.
    let mut bench = Bench::new(4, 0);
    for sequence in 0..8 {
        bench.offer(batch(0, sequence));
        bench.tick(100);
    }
    let before = bench.replica.next_deadline();
    bench.offer(batch(0, 8));
    assert_eq!(bench.replica.next_deadline(), before);
    // A backup.
    let mut bench = Bench::new(4, 1);
    let before = bench.replica.next_deadline();
    (0..3).for_each(|sequence| drop(bench.offer(batch(0, sequence))));
    assert_eq!(bench.replica.next_deadline(), before);
    // A primary that leaves its view.
    let mut bench = Bench::new(4, 0);
    bench.offer(batch(0, 0));
    bench.offer(batch(0, 1));
    assert_eq!(bench.replica.next_deadline(), Some(Monotonic(bench.now + 50)));
    let world = bench.world.clone();
    for signer in [1, 2] {
        bench.receive(signer, Message::Signed(world.view_change(signer, 1, None, vec![])));
    }
    assert!(bench.replica.next_deadline() > Some(Monotonic(bench.now + 50)), "{}", bench.state());
}
