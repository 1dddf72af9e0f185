//! A validator whose vote log lacks what it said (requirement 30).

use consensus::{Input, Message, Recovery, Voting};

use crate::bench::{Bench, WALL, World, batch, proposal, v};

#[test]
fn r30_lost_memory_is_said_once() {
    let world = World::new(4);
    let a = proposal(&[batch(2, 0)]);
    let mut bench = Bench::new(4, 3);
    assert_eq!(bench.receive(1, world.prepare(3, 0, 1, &a)), ["notice not voting", "memory lost"]);
    assert_eq!(bench.receive(1, world.commit(3, 0, 1, &a)), [""; 0]);
    assert!(!bench.replica.has_recalled());
}

#[test]
fn r30_with_the_override_what_was_said_is_taken_into_the_log_and_never_contradicted() {
    let world = World::new(4);
    let (a, b) = (proposal(&[batch(2, 0)]), proposal(&[batch(1, 0)]));
    let mut bench = Bench::start(4, 3, Voting::Override(v(3)), Recovery::default());
    bench.name(&a, "A");
    bench.durable();
    assert!(!bench.replica.has_recalled());
    let Message::Signed(said) = world.prepare(3, 0, 1, &a) else { panic!() };
    let held = Message::VotesHeld { nonce: WALL, votes: vec![said] };
    assert_eq!(bench.receive(1, held), ["persist prepare 0 1 A"]);
    bench.durable();
    assert_eq!(
        bench.receive(2, Message::VotesHeld { nonce: WALL, votes: vec![] }),
        ["to all: prepare 0 1 A by 3"]
    );
    assert!(bench.replica.status().voting && bench.replica.has_recalled());
    bench.input(Input::BatchHeld(batch(1, 0)));
    assert_eq!(bench.receive(0, world.pre_prepare(0, 1, &b)), [""; 0], "the other was said");
    // The floor comes back, too: nothing of a lower view is voted on.
    let said = Message::Signed(world.view_change(3, 2, None, vec![]));
    assert_eq!(bench.receive(1, said), ["persist view-change 2 stable 0 prepared []"]);
    assert!(bench.state().starts_with("view-change view=2"), "{}", bench.state());
    assert_eq!(bench.receive(0, world.pre_prepare(0, 2, &b)), [""; 0]);
}
