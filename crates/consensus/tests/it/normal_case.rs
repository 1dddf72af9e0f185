//! The normal case, each role (PBFT §4.2).

use consensus::{Input, Message};
use types::{BatchRef, Proposal, TimeMs};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, large, proposal, v};

#[test]
fn r02_a_backup_goes_from_pre_prepare_to_low() {
    let mut bench = Bench::new(4, 1);
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    let world = World::new(4);
    assert_eq!(bench.input(Input::BatchHeld(batch(2, 0))), [""; 0]);
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), ["persist prepare 0 1 A"], "holds every batch");
    assert_eq!(bench.durable(), ["to all: prepare 0 1 A by 1"], "only what is durable leaves");
    // The pre-prepare and our own prepare are two; q = 3.
    assert_eq!(bench.receive(2, world.prepare(2, 0, 1, &a)), ["persist commit 0 1 A"], "prepared");
    assert_eq!(bench.durable(), ["to all: commit 0 1 A by 1"]);
    assert_eq!(bench.receive(0, world.commit(0, 0, 1, &a)), [""; 0], "two commits are not q");
    assert_eq!(bench.receive(3, world.commit(3, 0, 1, &a)), ["ordered 1: 1", "execute 1 A"], "committed");
    assert_eq!(bench.executed(1, &a), ["to all: checkpoint 1 by 1"]);
    assert_eq!(bench.receive(0, world.checkpoint(0, 1, hash_at(1))), [""; 0]);
    assert_eq!(bench.receive(3, world.checkpoint(3, 1, hash_at(1))), ["store certificate 1"]);
    assert_eq!(bench.state(), "normal view=0 primary=0 low=0 executed=1 certified=1 in_flight=1");
    assert_eq!(
        bench.input(Input::CertificateDurable(h(1))),
        ["release up to 1: 1"],
        "low moves when durable"
    );
    assert_eq!(bench.state(), "normal view=0 primary=0 low=1 executed=1 certified=1 in_flight=0");
}

#[test]
fn r02_the_primary_proposes_and_sends_no_prepare() {
    let mut bench = Bench::new(4, 0);
    let world = World::new(4);
    let a = Proposal { time: TimeMs::new(WALL + 1), ..proposal(&[batch(0, 0)]) };
    bench.name(&a, "A");
    assert_eq!(bench.certify(batch(0, 0)), ["fetch 0/0 from [1]"], "it proposes only what it holds");
    assert_eq!(bench.input(Input::BatchHeld(batch(0, 0))), ["persist pre-prepare 0 1 A"]);
    assert_eq!(bench.durable(), ["to all: pre-prepare 0 1 A by 0"]);
    assert_eq!(
        bench.receive(1, world.prepare(1, 0, 1, &a)),
        [""; 0],
        "the primary counts once: two of three"
    );
    assert_eq!(bench.receive(2, world.prepare(2, 0, 1, &a)), ["persist commit 0 1 A"]);
    assert_eq!(bench.durable(), ["to all: commit 0 1 A by 0"]);
    assert_eq!(bench.offer(large(3, 0)).len(), 1, "the next height need not wait");
    assert_eq!(bench.receive(1, world.commit(1, 0, 1, &a)), [""; 0]);
    assert_eq!(bench.receive(3, world.commit(3, 0, 1, &a)), ["ordered 1: 1", "execute 1 A"]);
}

#[test]
fn r03_commits_without_own_prepared_do_not_execute() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let a = proposal(&[]);
    for signer in [0, 2, 3] {
        assert_eq!(bench.receive(signer, world.commit(signer, 0, 1, &a)), [""; 0]);
    }
    // With the batch but too few prepares there is still nothing.
    let b = proposal(&[batch(2, 0)]);
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &b)), ["persist prepare 0 2 B"]);
    for signer in [0, 2, 3] {
        assert_eq!(bench.receive(signer, world.commit(signer, 0, 2, &b)), [""; 0]);
    }
}

#[test]
fn r08_outside_the_watermarks_nothing_is_prepared() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 8, &a)), ["persist prepare 0 8 A"], "low + L is inside");
    let b = Proposal { participation: Some(world.certificate(1, hash_at(1), &[0, 2, 3])), ..a.clone() };
    assert_eq!(bench.receive(0, world.pre_prepare(0, 9, &b)), [""; 0], "low + L + 1 is not");
}

#[test]
fn r08_the_primary_stalls_at_the_high_watermark() {
    let mut bench = Bench::new(4, 0);
    let mut proposed = 0;
    for sequence in 0..20 {
        // Big batches: no waiting for fuller proposals.
        let reference = BatchRef { bytes: 500 << 10, ..batch(1, sequence) };
        proposed += bench.offer(reference).len();
    }
    assert!(proposed <= 8, "proposed {proposed} heights in a window of 8");
    assert!(bench.state().contains("low=0"));
}

#[test]
fn r16_the_first_of_two_pre_prepares_counts_and_both_are_evidence() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(3, 0)]));
    bench.name(&a, "A");
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.input(Input::BatchHeld(batch(3, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), ["persist prepare 0 1 A"]);
    assert_eq!(
        bench.receive(0, world.pre_prepare(0, 1, &b)),
        ["evidence pre-prepare 0 1 A by 0 / pre-prepare 0 1 B by 0"]
    );
    for signer in [2, 3] {
        assert_eq!(
            bench.receive(signer, world.prepare(signer, 0, 1, &b)),
            [""; 0],
            "B is never prepared here"
        );
    }
}

#[test]
fn a_second_vote_of_a_signer_never_replaces_the_first() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let (a, b) = (proposal(&[]), proposal(&[batch(3, 0)]));
    bench.name(&a, "A");
    bench.name(&b, "B");
    assert_eq!(bench.receive(2, world.prepare(2, 0, 1, &a)), [""; 0]);
    assert_eq!(bench.receive(2, world.prepare(2, 0, 1, &a)), [""; 0], "again the same: nothing");
    assert_eq!(
        bench.receive(2, world.prepare(2, 0, 1, &b)),
        ["evidence prepare 0 1 A by 2 / prepare 0 1 B by 2"]
    );
}

#[test]
fn r14_a_missing_batch_is_fetched_before_prepare() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), ["fetch 2/0 from [0 2]"]);
    assert_eq!(bench.input(Input::BatchHeld(batch(2, 0))), ["persist prepare 0 1 A"]);
}

#[test]
fn r23_time_is_judged_at_receipt_unless_an_honest_one_has() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    bench.input(Input::BatchHeld(batch(2, 0)));
    let early = Proposal { time: TimeMs::new(WALL - 20_001), ..proposal(&[batch(2, 0)]) };
    let late = Proposal { time: TimeMs::new(WALL + 2_010), ..proposal(&[batch(2, 0)]) };
    bench.name(&early, "early");
    bench.name(&late, "late");
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &early)), [""; 0]);
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &late)), [""; 0]);
    assert_eq!(bench.receive(2, world.prepare(2, 0, 1, &early)), [""; 0], "one may be a liar");
    let stood_in = bench.receive(3, world.prepare(3, 0, 1, &early));
    assert_eq!(
        stood_in,
        ["persist prepare 0 1 early", "persist commit 0 1 early"],
        "f+1 stand in for the check"
    );
}

#[test]
fn b20_bad_references_are_refused_before_prepare() {
    let world = World::new(4);
    let good = batch(2, 0);
    let bad = [
        ("twice", vec![good, good]),
        ("expired", vec![BatchRef { expires: TimeMs::new(WALL - 1), ..good }]),
        ("no such author", vec![BatchRef { author: v(4), ..good }]),
        ("too big", vec![BatchRef { bytes: (512 << 10) + 1, ..good }]),
        ("another epoch", vec![BatchRef { epoch: types::Epoch::new(1), ..good }]),
        ("a block too big", (0..9).map(|i| BatchRef { bytes: 512 << 10, ..batch(2, i) }).collect()),
        ("empty without purpose", vec![]),
    ];
    for (what, references) in bad {
        let mut bench = Bench::new(4, 1);
        for reference in &references {
            bench.input(Input::BatchHeld(*reference));
        }
        assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &proposal(&references))), [""; 0], "{what}");
    }
}

#[test]
fn r14_a_real_digest_with_false_fields_is_never_prepared() {
    let world = World::new(4);
    let held = batch(2, 0);
    let lies = [
        ("count", BatchRef { count: 4, ..held }),
        ("bytes", BatchRef { bytes: 1_001, ..held }),
        ("expires", BatchRef { expires: TimeMs::new(WALL + 600_001), ..held }),
        ("author", BatchRef { author: v(3), ..held }),
        ("sequence", BatchRef { sequence: types::BatchSequence::new(1), ..held }),
    ];
    for (what, lie) in lies {
        let a = proposal(&[lie]);
        // Held before: nothing to fetch, nothing to prepare, whoever else prepares.
        let mut bench = Bench::new(4, 1);
        bench.input(Input::BatchHeld(held));
        assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), [""; 0], "{what}");
        for signer in [2, 3] {
            assert_eq!(bench.receive(signer, world.prepare(signer, 0, 1, &a)), [""; 0], "{what}");
        }
        // Fetched first: what comes is not what was said.
        let mut bench = Bench::new(4, 1);
        assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)).len(), 1, "{what}: fetched");
        assert_eq!(bench.input(Input::BatchHeld(held)), [""; 0], "{what}");
        // The true reference at another height is none the worse for it.
        let b = proposal(&[held]);
        bench.name(&b, "B");
        assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &b)), ["persist prepare 0 2 B"], "{what}");
        // And the height that cannot be decided changes the view.
        let shown = bench.pass(1_300);
        assert!(shown.contains(&"notice view change to 1: ordering_timeout".to_owned()), "{what}: {shown:?}");
    }
}

#[test]
fn r04_a_validator_without_vote_memory_signs_nothing() {
    let mut bench = Bench::start(4, 1, consensus::Voting::MemoryLost(v(1)), consensus::Recovery::default());
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), [""; 0]);
    for signer in [2, 3] {
        assert_eq!(bench.receive(signer, world.prepare(signer, 0, 1, &a)), [""; 0]);
    }
    for signer in [0, 2] {
        bench.receive(signer, world.commit(signer, 0, 1, &a));
    }
    assert_eq!(
        bench.receive(3, world.commit(3, 0, 1, &a)),
        ["ordered 1: 1", "execute 1 A"],
        "but it follows"
    );
    assert_eq!(bench.pass(20_000), [""; 0], "and accuses nobody");
}

#[test]
fn r32_a_split_in_header_hashes_is_reported_and_nothing_chosen() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    let other = hash_at(99);
    assert_eq!(bench.receive(0, world.checkpoint(0, 1, other)), [""; 0]);
    assert_eq!(bench.receive(2, world.checkpoint(2, 1, other)), [""; 0]);
    assert_eq!(bench.receive(3, world.checkpoint(3, 1, hash_at(1))), [""; 0]);
    let shown = bench.executed(1, &proposal(&[]));
    assert_eq!(shown, ["to all: checkpoint 1 by 1", "notice no quorum at 1"]);
}

#[test]
fn r07_a_quorum_for_another_header_halts_with_17() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    bench.executed(1, &proposal(&[]));
    let certificate = world.certificate(1, hash_at(99), &[0, 2, 3]);
    assert_eq!(bench.receive(0, Message::Certificate(certificate)), ["halt 17 at 1"]);
    assert_eq!(bench.tick(10), [""; 0], "a halted replica does nothing");
}

#[test]
fn r28_two_certificates_for_one_height_halt_with_20() {
    let mut bench = Bench::new(4, 1);
    let world = World::new(4);
    bench.receive(0, Message::Certificate(world.certificate(3, hash_at(3), &[0, 2, 3])));
    let shown = bench.receive(0, Message::Certificate(world.certificate(3, hash_at(4), &[0, 2, 3])));
    assert_eq!(shown, ["halt 20 at 3"]);
}
