//! Twins (Bano et al., "Twins: BFT Systems Made Robust", OPODIS'21): Byzantine behaviour made of honest
//! code. A twin is a second process with the key and the index of the first, its own disks and its own idea
//! of the world; together they say two things in one slot, vote in two views, forget what the other
//! promised. A script says who hears whom and who leads in each round, and then everything heals.
//!
//! Scenario numbers stand for themselves: the same number is the same run, for ever. A quarter of them
//! counts through all pairs of partitions at n = 4, with each validator as the twin (the first 26,896
//! numbers hold them all); the others are drawn, or set traps. From [`WITH_EPOCHS`] on the set changes while
//! the script runs, twins or others come and go. `script` says what a round is, `rounds` how rounds are made,
//! `plan` what a number means.

pub mod partition;
mod plan;
mod rounds;
mod script;

pub use plan::WITH_EPOCHS;
pub(crate) use script::Script;

use crate::{
    environment::Environment,
    time::{MILLISECOND, Micros},
    world::{Options, Outcome, World, caught},
};
use plan::Plan;

/// How long a process of a script is dead: shorter than anybody's patience.
const DOWN_TIME: Micros = 15 * MILLISECOND;

/// Runs one scenario to its end; a panic becomes a violation.
#[must_use]
pub fn run(number: u64, options: Options) -> Outcome {
    let description = format!("{:?}", Plan::from_number(number, options.mutant));
    caught(&description, || {
        let Plan { scenario, script } = Plan::from_number(number, options.mutant);
        let places = scenario.places();
        match Environment::new(scenario, places, options.mutant, options.verbosity) {
            Some(env) => play(World::new(Environment { script, ..env }), description.clone()),
            None => unreachable!("the simulated validators are distinct"),
        }
    })
}

/// Runs a world to its end; kills whom the script wants dead.
fn play(mut world: World, description: String) -> Outcome {
    let mut deaths = world.env.script.deaths().into_iter().peekable();
    world.begin();
    while world.step() {
        while let Some((_, place)) = deaths.next_if(|(at, _)| *at <= world.env.now) {
            world.kill_for(place, DOWN_TIME);
        }
    }
    world.finish(description)
}
