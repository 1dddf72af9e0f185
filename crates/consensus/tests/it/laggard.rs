//! Who is behind: it asks for blocks at once, and accuses nobody while the others go on.

use consensus::Message;

use crate::bench::{Bench, World, batch, h, hash_at, parameters, proposal};

/// The others say that they are certified up to here; a quarter of the timeout passes.
fn others_at(bench: &mut Bench, certified: &[u64]) -> Vec<String> {
    for (peer, height) in (0..).zip(certified) {
        bench.status_as(peer, |status| status.certified = h(*height));
    }
    bench.tick(parameters().view_timeout_ms / 4)
}

/// It holds the pre-prepare of height 1 and nothing else.
fn with_height_1_open() -> Bench {
    let (mut bench, world, first) = (Bench::new(4, 3), World::new(4), proposal(&[batch(1, 1)]));
    bench.offer(batch(1, 1));
    bench.receive(0, world.pre_prepare(0, 1, &first));
    bench.durable();
    bench
}

fn accuses(shown: &[String]) -> bool {
    shown.iter().any(|line| line.starts_with("notice view change"))
}

#[test]
fn r11_whoever_is_behind_accuses_nobody_while_f_plus_1_others_go_on() {
    let mut bench = with_height_1_open();
    for height in 1..40 {
        assert!(!accuses(&others_at(&mut bench, &[height, height, 0])), "{}", bench.state());
    }
    let stand_still = (0..9).any(|_| accuses(&others_at(&mut bench, &[39, 39, 0])));
    assert!(stand_still, "they go on no more: {}", bench.state());
}

#[test]
fn r11_one_that_claims_to_go_on_excuses_no_primary() {
    let mut bench = with_height_1_open();
    let accused = (1..9).any(|height| accuses(&others_at(&mut bench, &[100 * height, 0, 0])));
    assert!(accused, "{}", bench.state());
}

#[test]
fn a_wait_for_near_blocks_ends_when_they_are_far() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    let certificate = |height| Message::Certificate(world.certificate(height, hash_at(height), &[0, 1, 2]));
    assert_eq!(bench.receive(1, certificate(3)), [""; 0], "votes may still do");
    assert_eq!(bench.receive(1, certificate(9)), ["sync to 9"]);
    assert_eq!(bench.receive(1, certificate(10)), [""; 0], "it was asked for");
}

/// The others forgot these certificates when they went on; no checkpoint will make them.
#[test]
fn missing_certificates_of_a_far_chain_are_asked_for_at_once() {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    bench.executed(1, &types::Proposal::null());
    let far = Message::Certificate(world.certificate(40, hash_at(40), &[0, 1, 2]));
    assert_eq!(bench.receive(1, far), ["sync to 40"]);
}

/// With the smallest windows more is kept than two of them: see [`consensus::config::kept`].
#[test]
fn what_is_kept_above_low_is_never_little() {
    let kept: Vec<_> = [1, 2, 4, 8, 9, 64].map(consensus::config::kept).into();
    assert_eq!(kept, [16, 16, 16, 16, 18, 128]);
}

/// The others certified the height meanwhile, and dropped the batch: only the block can still be had.
#[test]
fn r11_a_decided_height_whose_batch_is_nowhere_comes_by_sync() {
    let (mut bench, world, first) = (Bench::new(4, 3), World::new(4), proposal(&[batch(1, 1)]));
    bench.receive(0, world.pre_prepare(0, 1, &first));
    for signer in [1, 2] {
        bench.receive(signer, world.prepare(signer, 0, 1, &first));
    }
    for signer in 0..3 {
        bench.receive(signer, world.commit(signer, 0, 1, &first));
    }
    assert_eq!(bench.replica.decided().len(), 1, "by votes alone");
    assert!(bench.state().contains("executed=0"), "{}", bench.state());
    bench.receive(1, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    let shown = others_at(&mut bench, &[1, 1, 1]);
    assert!(shown.contains(&"sync to 1".to_owned()), "{shown:?}, {}", bench.state());
}
