//! Validators that lost their memory, or have an old one.

use std::time::{Duration, Instant};

use e2e::{Scenario, Shape, cluster::PATIENCE, until};

/// A change of the set takes effect soon.
const PLAIN: Shape<'static> = Shape { parameters: &["window=16", "activation_delay=16"], ..Shape::plain(4) };

#[test]
fn n4f1_a_wiped_validator_follows_and_rejoins() {
    let mut scenario = Scenario::start("data directory of a backup wiped", &PLAIN);
    let node = (scenario.primary(0) + 1) % 4;
    scenario.fault();
    scenario.cluster.kill(node);
    scenario.cluster.wipe(node);
    scenario.commits(100);
    scenario.cluster.start_node(node);
    // It only follows until Rejoin readmits it with an epoch of its own; level means voting.
    scenario.heals_after(Instant::now());
    scenario.commits(100);
    scenario.finish();
}

#[test]
fn n4f1_two_of_four_wiped_stay_safe() {
    let mut scenario = Scenario::start("two of four wiped: no quorum, no fork", &PLAIN);
    scenario.fault();
    for node in [0, 1] {
        scenario.cluster.kill(node);
        scenario.cluster.wipe(node);
    }
    for node in [0, 1] {
        scenario.cluster.start_node(node);
    }
    let height = scenario.cluster.height(2).max(scenario.cluster.height(3));
    scenario.cluster.reach(height);
    for node in [0, 1] {
        let status = scenario.cluster.status(node);
        assert_eq!(status["voting"], false, "{status}");
    }
    let quiet = Instant::now();
    scenario.lasts(Duration::from_secs(15));
    assert_eq!(scenario.load.committed_between(quiet, Instant::now()), 0, "two voters are no quorum");
    scenario.finish_without_quorum();
}

#[test]
fn n4f1_a_rolled_back_validator_is_noticed_and_rejoins() {
    let mut scenario = Scenario::start("data directory of a backup rolled back", &PLAIN);
    let primary = scenario.primary(0);
    let (node, helper) = ((primary + 1) % 4, (primary + 2) % 4);
    scenario.cluster.kill(node);
    let image = scenario.cluster.copy_aside(node);
    scenario.cluster.start_node(node);
    scenario.heals_after(Instant::now());
    scenario.commits(200);
    // With two gone nothing moves: the other two still hold the votes of heights in flight.
    scenario.fault();
    scenario.cluster.kill(node);
    scenario.cluster.kill(helper);
    scenario.cluster.roll_back(node, &image);
    scenario.cluster.start_node(node);
    until("the rolled-back node does not vote", PATIENCE, || {
        let status = scenario.cluster.status(node);
        match status["voting"] == false && status["not_voting_reason"].is_string() {
            true => Ok(()),
            false => Err(format!("{status}\n{}", scenario.cluster.logs())),
        }
    });
    scenario.cluster.start_node(helper);
    // Readmitted like one that lost everything.
    scenario.heals_after(Instant::now());
    scenario.commits(100);
    scenario.finish();
}
