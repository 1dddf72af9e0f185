//! A network with f actors of one kind, under the faults of some seed: it lives, it does not fork, nobody
//! honest is accused, and the equivocators are.

use std::rc::Rc;

use types::Parameters;

use crate::{
    Outcome, Verbosity,
    byzantine::Behaviour,
    environment::Environment,
    epochs::plan::Change,
    scenario::{Repertoire, Scenario},
    time::{MILLISECOND, SECOND},
    world::World,
};

/// Seeds that draw nothing else that counts against f.
fn seed_of(n: usize, skip: usize) -> u64 {
    let is_plain = |seed: &u64| {
        let scenario = Scenario::from_seed(*seed, Repertoire::First);
        scenario.n == n
            && scenario.byzantine.is_empty()
            && scenario.wipe.is_none()
            && scenario.broken.is_empty()
            && scenario.rates.pause.is_none()
    };
    (0..).filter(is_plain).nth(skip).expect("such a seed")
}

fn run(seed: u64, behaviour: Behaviour) -> Outcome {
    play(Scenario::from_seed(seed, Repertoire::First), behaviour)
}

/// The set and the window change twice, while the actors stay members.
fn run_across_epochs(seed: u64, behaviour: Behaviour) -> Outcome {
    let mut scenario = Scenario::from_seed(seed, Repertoire::First);
    let n = scenario.n;
    // 4 -> 5 -> 4, with another one; 7 -> 8 -> 7.
    let (larger, last) = ((0..=n).collect(), (0..n - 1).chain([n]).collect());
    let window = (scenario.parameters.window / 2).max(2);
    let parameters = Some(Rc::new(Parameters { window, ..scenario.parameters.clone() }));
    scenario.epochs.candidates = 1;
    scenario.epochs.changes = vec![
        Change { at: 300 * MILLISECOND, members: larger, parameters },
        Change { at: SECOND, members: last, parameters: None },
    ];
    scenario.healed_by += 30 * SECOND;
    play(scenario, behaviour)
}

fn play(mut scenario: Scenario, behaviour: Behaviour) -> Outcome {
    let seed = scenario.seed;
    let f = types::quorum::faulty_max(scenario.n);
    // Those who lead the first views.
    scenario.byzantine = (0..f).map(|place| (place, behaviour)).collect();
    scenario.twins = (0..f).filter(|_| behaviour.is_twin()).collect();
    let places = scenario.places();
    let description = format!("seed {seed}, {behaviour:?}");
    let env = Environment::new(scenario, places, None, Verbosity::Hash).expect("a set");
    World::new(env).run(description)
}

fn equivocates(behaviour: Behaviour) -> bool {
    match behaviour {
        Behaviour::Equivocator
        | Behaviour::FarFuture
        | Behaviour::LateNewView
        | Behaviour::Replayer
        | Behaviour::StubbornTwin
        | Behaviour::Twin
        | Behaviour::Unavailable
        | Behaviour::ViewChangeSpammer => true,
        Behaviour::Censor
        | Behaviour::Duplicator
        | Behaviour::Forger
        | Behaviour::Hoarder
        | Behaviour::Liar
        | Behaviour::Silent
        | Behaviour::Slow
        | Behaviour::Withholder => false,
    }
}

/// Four networks per behaviour.
fn check(behaviours: &[Behaviour]) {
    for behaviour in behaviours.iter().copied() {
        let (mut mischief, mut evidence) = (0, 0);
        for (n, skip) in [(4, 0), (4, 1), (7, 0), (7, 1)] {
            let outcome = run(seed_of(n, skip), behaviour);
            assert_eq!(outcome.violation, None, "{}", outcome.description);
            mischief += outcome.statistics.mischief;
            evidence += outcome.statistics.evidence;
        }
        println!("{behaviour:?}: mischief {mischief}, evidence {evidence}");
        assert!(mischief > 0 || behaviour.is_twin(), "{behaviour:?} does nothing");
        if !equivocates(behaviour) {
            assert_eq!(evidence, 0, "{behaviour:?} is accused");
        } else if matches!(behaviour, Behaviour::Equivocator | Behaviour::StubbornTwin | Behaviour::Replayer)
        {
            assert!(evidence > 0, "nobody accuses {behaviour:?}");
        }
    }
}

fn check_across_epochs(behaviours: &[Behaviour]) {
    for behaviour in behaviours.iter().copied() {
        let mut later = 0;
        for n in [4, 7] {
            let outcome = run_across_epochs(seed_of(n, 0), behaviour);
            assert_eq!(outcome.violation, None, "{}", outcome.description);
            assert!(outcome.statistics.epochs >= 2 * n as u64, "{}", outcome.description);
            later += outcome.statistics.later_mischief;
        }
        // It acts when views change, and these may not change any more.
        let may_be_idle = behaviour == Behaviour::LateNewView;
        assert!(
            later > 0 || may_be_idle || behaviour.is_twin(),
            "{behaviour:?} does nothing after the first epoch"
        );
    }
}

#[test]
fn a_network_with_f_of_each_changes_its_set_first_half() {
    check_across_epochs(&Behaviour::ALL[..8]);
}

#[test]
fn a_network_with_f_of_each_changes_its_set_second_half() {
    check_across_epochs(&Behaviour::ALL[8..]);
}

#[test]
fn a_network_with_f_of_each_lives_first_half() {
    check(&Behaviour::ALL[..8]);
}

#[test]
fn a_network_with_f_of_each_lives_second_half() {
    check(&Behaviour::ALL[8..]);
}
