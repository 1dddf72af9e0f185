//! Batches that get here after their block, or that a proposal named which was not kept: nobody orders them any more.

use consensus::{Input, Message};
use types::Proposal;

use crate::bench::{Bench, World, batch, h, hash_at, proposal};

/// The block of a height is learnt by sync.
fn synced(bench: &mut Bench, world: &World, height: u64, content: &Proposal) -> Vec<String> {
    bench.receive(0, Message::Certificate(world.certificate(height, hash_at(height), &[0, 1, 2])));
    bench.executed(height, content);
    bench.input(Input::CertificateDurable(h(height)))
}

#[test]
fn a_batch_that_comes_after_its_block_is_released_at_once() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    assert_eq!(synced(&mut bench, &world, 1, &proposal(&[batch(0, 0)])), ["release up to 1: 1"]);
    assert_eq!(bench.input(Input::BatchHeld(batch(0, 0))), ["release up to 1: 1"]);
    assert_eq!(bench.input(Input::BatchHeld(batch(1, 0))), [""; 0], "it may still be ordered");
}

#[test]
fn a_batch_of_an_executed_block_is_kept_until_that_is_certified() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    synced(&mut bench, &world, 1, &Proposal::null());
    bench.executed(2, &proposal(&[batch(0, 0)]));
    assert_eq!(bench.input(Input::BatchHeld(batch(0, 0))), [""; 0]);
    bench.receive(0, Message::Certificate(world.certificate(2, hash_at(2), &[0, 1, 2])));
    assert_eq!(bench.input(Input::CertificateDurable(h(2))), ["release up to 2: 1"]);
}

#[test]
fn a_batch_that_a_proposal_names_which_was_not_kept_is_released_with_that_height() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    bench.input(Input::BatchHeld(batch(0, 0)));
    bench.receive(0, world.pre_prepare(0, 2, &proposal(&[batch(0, 0)])));
    assert_eq!(synced(&mut bench, &world, 1, &proposal(&[batch(0, 0)])), [""; 0], "height 2 may need it");
    assert_eq!(synced(&mut bench, &world, 2, &Proposal::null()), ["release up to 2: 1"]);
}
