//! A network with f actors of one kind, under the faults of some seed: it lives, it does not fork, nobody
//! honest is accused, and the equivocators are.

use crate::{
    Outcome, Verbosity,
    byzantine::Behaviour,
    environment::Environment,
    scenario::{Repertoire, Scenario},
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
    let mut scenario = Scenario::from_seed(seed, Repertoire::First);
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

#[test]
fn a_network_with_f_of_each_lives_first_half() {
    check(&Behaviour::ALL[..8]);
}

#[test]
fn a_network_with_f_of_each_lives_second_half() {
    check(&Behaviour::ALL[8..]);
}
