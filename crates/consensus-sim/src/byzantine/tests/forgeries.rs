//! What is forged, doubled or changed does not pass the verifier.

use consensus::Message;
use types::{Height, ValidatorIndex, View};

use super::{
    acts::{BACKUP, invented},
    bench::{Bench, HEIGHT, PRIMARY, VIEW},
};
use crate::byzantine::{Behaviour, duplicator, forger, mutate};

#[test]
fn no_forgery_passes() {
    let bench = Bench::new();
    for index in [PRIMARY, BACKUP] {
        for kind in 0..forger::KINDS {
            for seen in [None, Some(bench.certificate(HEIGHT))] {
                let forger = forger::Forger { index, identity: &bench.identity, seen };
                let message = forger::forge(forger, View::new(VIEW), Height::new(HEIGHT), kind);
                assert!(bench.judge(index, &message).is_err(), "kind {kind} passes: {message:?}");
            }
        }
    }
}

#[test]
fn forged_participation_does_not_pass() {
    let mut bench = Bench::new();
    let message = bench.pre_prepare();
    let mut actor = bench.actor(Behaviour::Forger, 1);
    let all = (0..20).flat_map(|_| actor.outgoing(&bench.identity, &mut bench.prng, BACKUP, &message));
    let forged: Vec<_> = all.filter(|said| *said != message).collect();
    assert!(!forged.is_empty());
    forged.iter().for_each(|forged| assert!(bench.judge(PRIMARY, forged).is_err()));
}

#[test]
fn no_duplicate_passes() {
    let bench = Bench::new();
    for index in [PRIMARY, BACKUP] {
        for kind in 0..duplicator::KINDS {
            let message =
                duplicator::duplicate(index, &bench.identity, View::new(VIEW), Height::new(HEIGHT), kind);
            assert!(bench.judge(index, &message).is_err(), "kind {kind} passes: {message:?}");
        }
    }
}

#[test]
fn forgers_and_duplicators_say_all_they_can_forge() {
    let mut bench = Bench::new();
    for behaviour in [Behaviour::Forger, Behaviour::Duplicator] {
        let all = invented(&mut bench, behaviour, 2, 200);
        let is = |test: fn(&Message) -> bool| all.iter().any(test);
        assert!(is(|message| matches!(message, Message::Certificate(_))));
        assert!(is(|message| matches!(message, Message::BatchProof(_))));
        assert!(all.iter().all(|message| bench.judge(BACKUP, message).is_err()));
    }
}

#[test]
fn what_others_signed_does_not_pass_when_it_is_changed() {
    let mut bench = Bench::new();
    let other = ValidatorIndex::new(3);
    for original in bench.all_kinds(other) {
        let unsigned = matches!(
            original,
            Message::Status(_) | Message::FetchProposal(_) | Message::Proposal(_) | Message::VotesHeld { .. }
        );
        let mut changed = 0;
        for _ in 0..200 {
            let mut message = original.clone();
            mutate::mutate(ValidatorIndex::new(0), &bench.identity, &mut bench.prng, &mut message);
            if message == original {
                continue;
            }
            changed += 1;
            let passes = bench.judge(other, &message).is_ok();
            assert!(!passes || unsigned, "{message:?} passes");
        }
        assert!(changed > 50, "{original:?} is hardly changed");
    }
}

#[test]
fn what_the_replayer_signed_itself_it_signs_anew() {
    let mut bench = Bench::new();
    let original = &bench.all_kinds(BACKUP)[0];
    let (mut good, mut bad) = (0, 0);
    for _ in 0..200 {
        let mut message = original.clone();
        mutate::mutate(BACKUP, &bench.identity, &mut bench.prng, &mut message);
        if message != *original {
            let passes = bench.judge(BACKUP, &message).is_ok();
            *(if passes { &mut good } else { &mut bad }) += 1;
        }
    }
    assert!(good > 20 && bad > 20, "{good} pass, {bad} do not");
    let all = invented(&mut bench, Behaviour::Replayer, 2, 100);
    let genuine = bench.all_kinds(BACKUP);
    assert!(all.iter().any(|said| genuine.contains(said)) && all.iter().any(|said| !genuine.contains(said)));
}
