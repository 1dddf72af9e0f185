//! The named scenarios; `sim --scenario NAME` plays one of them with its trace.

use consensus_sim::{Verbosity, scripted};

#[test]
fn every_named_scenario_keeps_its_bounds() {
    for script in scripted::all() {
        if let Err(outcome) = script.play_all(Verbosity::Hash) {
            panic!(
                "{}: {:?}; replay: sim --scenario {}",
                outcome.description, outcome.violation, script.name
            );
        }
    }
}
