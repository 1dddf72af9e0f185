//! Crashes: at every named place, of every role that comes there; of all at once; again and again.

use std::time::Instant;

use e2e::{
    Scenario,
    crash_round::CrashRound,
    failpoints::{names, roles},
};

use crate::PLAIN;

/// One in so many names is for each of the tests below, so that none takes too long.
const SHARES: usize = 3;

#[test]
fn n4f1_crashes_at_every_failpoint_first_share() {
    crash_everywhere(0);
}

#[test]
fn n4f1_crashes_at_every_failpoint_second_share() {
    crash_everywhere(1);
}

#[test]
fn n4f1_crashes_at_every_failpoint_third_share() {
    crash_everywhere(2);
}

fn crash_everywhere(share: usize) {
    let mut round = CrashRound::start(&format!("all failpoints, share {share}"));
    for (i, name) in names().into_iter().enumerate().filter(|(i, _)| i % SHARES == share) {
        if roles(&name).is_empty() {
            round.crash(&name, None, 1);
        }
        for role in roles(&name) {
            // Another passing for each, so that it is not always the first after a quiet moment.
            round.crash(&name, Some(*role), 1 + u32::try_from(i % 5).unwrap());
        }
    }
    round.scenario.finish();
}

#[test]
fn n4f1_the_whole_cluster_killed_again_and_again() {
    let mut scenario = Scenario::start("whole cluster killed, 20 times", &PLAIN);
    for round in 0..20 {
        scenario.fault();
        for node in 0..4 {
            scenario.cluster.kill(node);
        }
        for node in 0..4 {
            // Not always in the same order.
            scenario.cluster.start_node((node + round) % 4);
        }
        scenario.heals_after(Instant::now());
        scenario.commits(20 + 15 * (round % 4));
    }
    scenario.finish();
}

#[test]
fn n4f1_one_node_in_a_crash_loop_does_not_disturb_the_others() {
    let mut scenario = Scenario::start("crash loop of one node, 25 times", &PLAIN);
    let node = (scenario.primary(0) + 1) % 4;
    scenario.fault();
    for round in 0..25 {
        scenario.cluster.kill(node);
        scenario.commits(10);
        scenario.cluster.start_node(node);
        if round % 2 == 0 {
            // It serves, and may be in the middle of anything.
            scenario.cluster.status(node);
        }
        scenario.commits(10);
    }
    scenario.heals_after(Instant::now());
    scenario.finish();
}
