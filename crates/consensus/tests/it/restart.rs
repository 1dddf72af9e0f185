//! One vote for ever: restarts, lost memory, rolled-back images.

use consensus::{Input, LogRecord, Message, Recovery, Voting};
use types::Proposal;

use crate::bench::{Bench, WALL, World, batch, h, hash_at, proposal, v};

fn backup_with_a() -> (Bench, World, Proposal) {
    let (mut bench, world, a) = (Bench::new(4, 3), World::new(4), proposal(&[batch(2, 0)]));
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(2, 0)));
    bench.receive(0, world.pre_prepare(0, 1, &a));
    (bench, world, a)
}

#[test]
fn r04_after_a_restart_the_same_bytes_leave_and_nothing_is_decided_anew() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    let before: Vec<LogRecord> = bench.log.clone();
    let mut bench = bench.restart();
    bench.name(&a, "A");
    bench.durable();
    bench.receive(0, Message::VotesHeld { nonce: WALL, votes: vec![] });
    let shown = bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![] });
    assert_eq!(shown, ["to all: prepare 0 1 A by 3"]);
    let LogRecord::Own { signed, .. } = &before[1] else { panic!("{before:?}") };
    assert_eq!(bench.last, [consensus::Effect::Broadcast(Message::Signed(signed.clone()))], "the same bytes");
    // The primary lost its memory, or lies: it now says B. We said A.
    let b = proposal(&[batch(1, 0)]);
    bench.input(Input::BatchHeld(batch(1, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &b)), [""; 0]);
}

#[test]
fn r04_nothing_leaves_before_it_is_durable() {
    let (bench, world, a) = backup_with_a();
    // Killed before the prepare was durable: it was never sent, so another may take its place.
    let mut bench = bench.restart().ready();
    bench.name(&a, "A");
    bench.input(Input::BatchHeld(batch(1, 0)));
    let b = proposal(&[batch(1, 0)]);
    bench.name(&b, "B");
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &b)), ["persist prepare 0 1 B"]);
}

#[test]
fn r29_prepared_survives_a_kill_and_a_view_change_without_the_committers() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    assert_eq!(bench.receive(1, world.prepare(1, 0, 1, &a)), ["persist commit 0 1 A"]);
    bench.durable();
    let mut bench = bench.restart().ready();
    bench.name(&a, "A");
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    let shown = bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    assert_eq!(shown[0], "persist view-change 1 stable 0 prepared [0/1/A]");
    // The content is there too, for the new primary to fetch.
    let digest = a.digest();
    assert_eq!(bench.receive(1, Message::FetchProposal(digest)), ["to 1: proposal A"]);
}

#[test]
fn r29_the_snapshot_of_the_log_keeps_what_matters() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    bench.receive(1, world.prepare(1, 0, 1, &a));
    bench.durable();
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    bench.durable();
    let changes = [0, 1, 2].map(|signer| world.view_change(signer, 1, None, vec![])).to_vec();
    bench.receive(1, world.new_view(1, changes));
    bench.durable();
    bench.log = bench.replica.log_snapshot();
    let mut bench = bench.restart().ready();
    bench.name(&a, "A");
    assert_eq!(bench.state(), "normal view=1 primary=1 low=0 executed=0 certified=0 in_flight=0");
    bench.receive(1, Message::Signed(world.view_change(1, 2, None, vec![])));
    let shown = bench.receive(2, Message::Signed(world.view_change(2, 2, None, vec![])));
    assert_eq!(shown[0], "persist view-change 2 stable 0 prepared [0/1/A]", "kept across views");
}

#[test]
fn r30_votes_below_the_floor_that_a_compaction_dropped_are_no_lost_memory() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    bench.durable();
    let changes = [0, 1, 2].map(|signer| world.view_change(signer, 1, None, vec![])).to_vec();
    bench.receive(1, world.new_view(1, changes));
    bench.log = bench.replica.log_snapshot();
    assert_eq!(bench.log.len(), 2, "the view change and the new view, no vote of view 0");
    let mut bench = bench.restart();
    bench.durable();
    let Message::Signed(dropped) = world.prepare(3, 0, 1, &a) else { panic!() };
    let held = Message::VotesHeld { nonce: WALL, votes: vec![dropped] };
    assert_eq!(bench.receive(1, held.clone()), [""; 0]);
    bench.receive(2, held);
    assert!(bench.replica.status().voting, "{}", bench.state());
}

#[test]
fn b38_a_restart_between_view_change_and_new_view_waits_on() {
    let (mut bench, world, _) = backup_with_a();
    bench.receive(1, Message::Signed(world.view_change(1, 1, None, vec![])));
    bench.receive(2, Message::Signed(world.view_change(2, 1, None, vec![])));
    bench.durable();
    let mut bench = bench.restart().ready();
    assert_eq!(bench.state(), "view-change view=1 primary=1 low=0 executed=0 certified=0 in_flight=0");
    let changes = [1, 2, 3].map(|signer| world.view_change(signer, 1, None, vec![])).to_vec();
    bench.receive(1, world.new_view(1, changes));
    assert!(bench.state().starts_with("normal view=1"));
}

#[test]
fn b59_a_restarted_primary_sends_its_old_pre_prepare_though_its_queue_differs() {
    let mut bench = Bench::new(4, 0);
    bench.offer(batch(0, 0));
    bench.durable();
    let mut bench = bench.restart();
    bench.durable();
    bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![] });
    let shown = bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] });
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].starts_with("to all: pre-prepare 0 1"), "{shown:?}");
    bench.input(Input::BatchHeld(batch(3, 7)));
    bench.certify(batch(3, 7));
    let shown = [bench.tick(50), bench.tick(50), bench.tick(50)].concat();
    let next = shown.iter().any(|effect| effect.starts_with("persist pre-prepare 0 2"));
    assert!(next, "the next height, not the same: {shown:?}");
}

#[test]
fn r30_a_vote_of_ours_that_the_log_lacks_means_lost_memory() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let lost = [
        ("a prepare", world.prepare(3, 0, 1, &a)),
        ("a commit", world.commit(3, 0, 1, &a)),
        ("a view change", Message::Signed(world.view_change(3, 1, None, vec![]))),
    ];
    for (what, message) in lost {
        let Message::Signed(vote) = message else { panic!("{what}") };
        let mut bench = Bench::start(4, 3, Voting::Active(v(3)), Recovery::default());
        bench.durable();
        let shown = bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![vote.clone()] });
        assert_eq!(shown, ["notice not voting", "memory lost"], "{what}");
        bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] });
        bench.input(Input::BatchHeld(batch(2, 0)));
        assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), [""; 0], "{what}");
        // A replayed message tells it just as well.
        let mut bench = Bench::new(4, 3);
        let shown = bench.receive(1, Message::Signed(vote));
        assert_eq!(shown, ["notice not voting", "memory lost"], "{what}, replayed");
    }
}

#[test]
fn r30_nothing_is_signed_before_q_minus_1_peers_answered() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let mut bench = Bench::start(4, 3, Voting::Active(v(3)), Recovery::default());
    bench.name(&a, "A");
    assert_eq!(bench.durable(), ["to all: vote-query by 3"]);
    bench.input(Input::BatchHeld(batch(2, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &a)), [""; 0]);
    assert_eq!(bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![] }), [""; 0]);
    assert_eq!(
        bench.receive(1, Message::VotesHeld { nonce: WALL, votes: vec![] }),
        [""; 0],
        "one peer counts once"
    );
    assert_eq!(
        bench.receive(2, Message::VotesHeld { nonce: WALL - 1, votes: vec![] }),
        [""; 0],
        "an old answer"
    );
    assert_eq!(
        bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] }),
        ["persist prepare 0 1 A"],
        "what waited for the vote is looked at again"
    );
}

#[test]
fn r30_peers_answer_while_they_ask_themselves() {
    let world = World::new(4);
    let mut bench = Bench::start(4, 3, Voting::Active(v(3)), Recovery::default());
    bench.receive(1, world.prepare(1, 0, 1, &proposal(&[])));
    bench.receive(1, Message::Signed(world.view_change(1, 2, None, vec![])));
    let query = consensus::Statement::VoteQuery(consensus::VoteQuery { nonce: 5 });
    assert_eq!(bench.receive(1, Message::Signed(world.sign(1, query.clone()))), ["to 1: votes-held 2"]);
    assert_eq!(bench.receive(2, Message::Signed(world.sign(1, query))), [""; 0], "not to somebody else");
}

#[test]
fn r36_low_moves_only_when_the_certificate_is_durable() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    bench.executed(1, &a);
    bench.receive(1, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    assert!(bench.state().contains("low=0"));
    // Nor when the block is executed after its certificate came.
    let (mut other, _, _) = backup_with_a();
    other.receive(1, Message::Certificate(world.certificate(1, hash_at(1), &[0, 1, 2])));
    assert_eq!(other.executed(1, &a), ["to all: checkpoint 1 by 3", "store certificate 1"]);
    assert!(other.state().contains("low=0"));
    // Killed now: the log below the certificate is still there, the block is executed and uncertified.
    assert!(bench.replica.log_snapshot().iter().any(|record| matches!(record, LogRecord::Own { .. })));
    let recovery =
        Recovery { records: bench.log.clone(), executed: vec![bench.block(1, &a)], ..Recovery::default() };
    let mut bench = Bench::start(4, 3, Voting::Active(v(3)), recovery).ready();
    bench.name(&a, "A");
    assert_eq!(bench.state(), "normal view=0 primary=0 low=0 executed=1 certified=0 in_flight=0");
    let certificate = world.certificate(1, hash_at(1), &[0, 1, 2]);
    assert_eq!(bench.receive(1, Message::Certificate(certificate)), ["store certificate 1"]);
    assert_eq!(bench.input(Input::CertificateDurable(h(1))), ["release up to 1: 1"]);
    assert!(bench.replica.log_snapshot().is_empty(), "nothing at or below low is kept");
}

#[test]
fn b27_the_same_block_by_sync_and_by_votes_is_one() {
    let (mut bench, world, a) = backup_with_a();
    bench.durable();
    bench.receive(1, world.prepare(1, 0, 1, &a));
    bench.durable();
    assert_eq!(bench.executed(1, &a), ["to all: checkpoint 1 by 3"], "it came by sync first");
    for signer in [0, 1, 2] {
        assert_eq!(bench.receive(signer, world.commit(signer, 0, 1, &a)), [""; 0], "not executed again");
    }
    assert_eq!(bench.executed(1, &a), [""; 0], "nor booked twice");
}
