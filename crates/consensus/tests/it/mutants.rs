//! One table per deliberate fault (`make mutants`) that no other table noticed.

use consensus::{Input, Message, Statement, Status};
use types::{BlockHash, Epoch, Height, Proposal, View};

use crate::bench::{Bench, WALL, World, batch, h, hash_at, proposal};

/// Backup 3 of four that accepted batch A at height 1.
fn backup_with_a() -> (Bench, World, Proposal) {
    let (mut bench, world, a) = (Bench::new(4, 3), World::new(4), proposal(&[batch(2, 0)]));
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &a));
    bench.durable();
    (bench, world, a)
}

fn certify(bench: &mut Bench, height: u64) -> Vec<String> {
    let certificate = bench.world.certificate(height, hash_at(height), &[0, 1, 2]);
    let mut shown = bench.receive(1, Message::Certificate(certificate));
    shown.extend(bench.input(Input::CertificateDurable(h(height))));
    shown
}

/// `own-earlier-vote-ignored`: the pre-prepare is not in the log, our prepare is.
#[test]
fn r16_who_prepared_a_commits_no_b_after_a_restart() {
    let (bench, world, _) = backup_with_a();
    let mut bench = bench.restart().ready();
    let b = proposal(&[batch(1, 0)]);
    bench.name(&b, "B");
    bench.input(Input::BatchHeld(batch(1, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &b)), [""; 0]);
    for signer in [1, 2] {
        assert_eq!(bench.receive(signer, world.prepare(signer, 0, 1, &b)), [""; 0], "we said A");
    }
}

/// `two-digests-executed`.
#[test]
fn r28_a_block_of_another_digest_than_the_committed_one_halts_with_20() {
    let (mut bench, world, a) = backup_with_a();
    bench.receive(1, world.prepare(1, 0, 1, &a));
    bench.durable();
    bench.receive(0, world.commit(0, 0, 1, &a));
    assert_eq!(bench.receive(1, world.commit(1, 0, 1, &a)), ["ordered 1: 1", "execute 1 A"]);
    assert_eq!(bench.executed(1, &proposal(&[])), ["halt 20 at 1"]);
}

/// `second-checkpoint-replaces`.
#[test]
fn two_checkpoints_of_one_validator_are_evidence_and_the_first_counts() {
    let (mut bench, world, a) = backup_with_a();
    let other = BlockHash::new([9; 32]);
    bench.receive(1, world.checkpoint(1, 1, other));
    assert_eq!(
        bench.receive(1, world.checkpoint(1, 1, hash_at(1))),
        ["evidence checkpoint 1 by 1 / checkpoint 1 by 1"]
    );
    bench.executed(1, &a);
    assert_eq!(bench.receive(2, world.checkpoint(2, 1, hash_at(1))), [""; 0], "two of three");
    assert_eq!(bench.receive(0, world.checkpoint(0, 1, hash_at(1))), ["store certificate 1"]);
}

/// `checkpoints-never-resent`.
#[test]
fn r13_a_checkpoint_that_a_peer_lacks_is_sent_again() {
    let (mut bench, _, a) = backup_with_a();
    bench.executed(1, &a);
    let standing = Message::Status(Status {
        epoch: Epoch::ZERO,
        view: View::ZERO,
        view_active: true,
        low: Height::ZERO,
        executed: h(1),
        certified: Height::ZERO,
        sent_at_ms: 1,
        echo_ms: 0,
    });
    let mut shown = bench.receive(1, standing.clone());
    assert_eq!(shown, [""; 0], "it may be on its way");
    shown = bench.receive(1, standing);
    assert_eq!(shown, ["to 1: checkpoint 1 by 3"]);
}

/// `participation-uncompared`.
#[test]
fn r28_participation_of_another_header_than_ours_halts_with_20() {
    let (mut bench, world, a) = backup_with_a();
    bench.executed(1, &a);
    certify(&mut bench, 1);
    let forked = world.certificate(1, BlockHash::new([9; 32]), &[0, 1, 2]);
    let fork = Proposal { participation: Some(forked), ..proposal(&[batch(2, 1)]) };
    assert_eq!(bench.receive(0, world.pre_prepare(0, 9, &fork)), ["halt 20 at 1"]);
}

/// `fresh-below-hi`: the content of what it must order again is not here yet.
#[test]
fn r06_a_new_primary_proposes_anew_only_above_what_its_view_orders_again() {
    let (mut bench, world, a) = (Bench::new(4, 1), World::new(4), proposal(&[batch(2, 0)]));
    bench.name(&a, "A");
    for signer in [0, 2] {
        let change = world.view_change(signer, 1, None, vec![world.prepared(0, 2, &a)]);
        bench.receive(signer, Message::Signed(change));
    }
    bench.durable();
    let shown = bench.durable();
    assert!(shown.contains(&"to all: fetch-proposal A".to_owned()), "{shown:?}");
    assert_eq!(bench.offer(batch(3, 0)), [""; 0], "two heights are on their way");
    let shown = bench.tick(100);
    assert!(shown.iter().any(|effect| effect.starts_with("persist pre-prepare 1 3 ")), "{shown:?}");
}

/// `primary-in-prepared-certificate`.
#[test]
fn r02_a_prepared_certificate_counts_the_primary_once() {
    let (world, a) = (World::new(4), proposal(&[batch(2, 0)]));
    let good = world.prepared(0, 1, &a);
    assert_eq!(world.verifier().verify_prepared(&good), Ok(()));
    let mut twice = good.clone();
    let own = world.sign(0, Statement::Prepare(good.vote));
    twice.prepares[1] = twice.prepares[0];
    twice.prepares[0] = (own.signer, own.signature);
    assert!(world.verifier().verify_prepared(&twice).is_err());
}

/// `epoch-ended-uncertified`.
#[test]
fn r21_an_epoch_ends_when_its_last_block_is_certified_not_when_it_is_executed() {
    let (mut bench, _, a) = backup_with_a();
    bench.executed_before(1, &a, Some(3));
    bench.executed_before(2, &proposal(&[]), Some(3));
    bench.executed_before(3, &Proposal { time: types::TimeMs::new(WALL + 3), ..proposal(&[]) }, Some(3));
    let ended = "epoch ended at 3".to_owned();
    for height in [1, 2] {
        let shown = certify(&mut bench, height);
        assert!(!shown.contains(&ended), "{shown:?}");
    }
    assert!(certify(&mut bench, 3).contains(&ended));
}
