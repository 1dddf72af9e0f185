//! What the simulator found: one small table per failing seed, so that the cause stays visible.

use consensus::{Effect, Input, Message, Statement, Status};
use types::{Epoch, Height, View};

use crate::bench::{Bench, World, batch, h, hash_at, proposal, v};

/// A peer that waits for view 1 and has executed up to `executed`.
fn waiting(executed: Height) -> Message {
    Message::Status(Status {
        epoch: Epoch::ZERO,
        view: View::new(1),
        view_active: false,
        low: executed,
        executed,
        certified: executed,
        sent_at_ms: 1,
        echo_ms: 0,
    })
}

fn new_views_for(bench: &Bench, to: u16) -> usize {
    let is_new_view = |effect: &&Effect| match effect {
        Effect::Send { to: receiver, message: Message::Signed(signed) } => {
            *receiver == v(to) && matches!(signed.statement, Statement::NewView(_))
        }
        _ => false,
    };
    bench.last.iter().filter(is_new_view).count()
}

/// Seed 513: it goes on by sync, so its heights never stand still; without the new view it stays mute.
#[test]
fn a_peer_that_waits_for_a_new_view_gets_it_though_it_makes_progress_by_sync() {
    let world = World::new(4);
    let changes = [0, 1, 2].map(|signer| world.view_change(signer, 1, None, Vec::new())).to_vec();
    let mut bench = Bench::new(4, 0);
    bench.receive(1, world.new_view(1, changes));
    let mut sent = 0;
    for height in 0..4 {
        bench.receive(3, waiting(h(height)));
        sent += new_views_for(&bench, 3);
    }
    assert!(sent > 0, "{}", bench.state());
}

/// Seed 8: it executed height 1 but missed its certificate; the others are so far that their replicas forgot
/// it. Only a ledger still has it, so it must be asked for like a block.
#[test]
fn a_missing_certificate_beneath_the_newest_is_asked_for_like_a_block() {
    let mut bench = Bench::new(4, 0);
    let null = types::Proposal::null();
    for height in 1..=3 {
        bench.executed(height, &null);
    }
    for height in [2, 3] {
        let certificate = bench.world.certificate(height, hash_at(height), &[1, 2, 3]);
        bench.receive(1, Message::Certificate(certificate));
    }
    let shown = bench.pass(2_000);
    let asked = shown.iter().any(|line| line.to_lowercase().contains("sync"));
    assert!(asked, "{shown:?} {}", bench.state());
}

/// Seed 552: two views had proposed one batch at two heights. When the lower one passed below low, the batch
/// was forgotten, and the higher one, decided by all, could never be executed by anybody.
#[test]
fn a_batch_that_two_heights_name_is_kept_until_the_higher_one_is_a_block() {
    let mut bench = Bench::new(4, 3);
    let shared = batch(1, 1);
    bench.offer(shared);
    let first = proposal(&[shared]);
    let second = types::Proposal { time: types::TimeMs::new(first.time.get() + 1), ..first.clone() };
    for (height, content) in [(1, &first), (2, &second)] {
        bench.receive(0, bench.world.pre_prepare(0, height, content));
        for backup in [1, 2] {
            bench.receive(backup, bench.world.prepare(backup, 0, height, content));
        }
        bench.durable();
    }
    for validator in [0, 1, 2] {
        bench.receive(validator, bench.world.commit(validator, 0, 1, &first));
    }
    bench.executed(1, &first);
    bench.receive(1, Message::Certificate(bench.world.certificate(1, hash_at(1), &[0, 1, 2])));
    bench.input(Input::CertificateDurable(h(1)));
    assert!(bench.state().contains("low=1"), "{}", bench.state());
    let mut executes = false;
    for validator in [0, 1, 2] {
        bench.receive(validator, bench.world.commit(validator, 0, 2, &second));
        executes |= bench
            .last
            .iter()
            .any(|effect| matches!(effect, Effect::Execute { height, .. } if *height == h(2)));
    }
    assert!(executes, "{}", bench.state());
}

/// Seed 2808: a validator whose checkpoint is needed sits in a higher view and missed what the others
/// decided. Nothing can be certified without it, and only a view change brings it the decided heights; the
/// uncertified height must not excuse an idle primary for ever.
#[test]
fn a_backlog_that_does_not_move_excuses_no_idle_primary() {
    let mut bench = Bench::new(4, 3);
    let (first, waiting) = (batch(1, 1), batch(1, 2));
    let decided = proposal(&[first]);
    bench.offer(first);
    bench.receive(0, bench.world.pre_prepare(0, 1, &decided));
    for backup in [1, 2] {
        bench.receive(backup, bench.world.prepare(backup, 0, 1, &decided));
    }
    bench.durable();
    for validator in [0, 1, 2] {
        bench.receive(validator, bench.world.commit(validator, 0, 1, &decided));
    }
    bench.executed(1, &decided);
    bench.offer(waiting);
    let cap = crate::bench::parameters().view_timeout_max_ms;
    bench.pass(cap / 2);
    assert!(bench.state().starts_with("normal"), "the backlog may still move: {}", bench.state());
    bench.pass(2 * cap);
    assert!(bench.state().starts_with("view-change"), "{}", bench.state());
}
