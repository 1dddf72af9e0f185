//! Processes that stand still with all their connections open.

use std::time::{Duration, Instant};

use e2e::Scenario;

use crate::PLAIN;

#[test]
fn n4f1_primary_and_backup_stopped_for_long() {
    let mut scenario = Scenario::start("SIGSTOP 30 s of the primary, then of a backup", &PLAIN);
    let primary = scenario.primary(0);
    for node in [primary, (primary + 2) % 4] {
        stop(&mut scenario, &[node], Duration::from_secs(30));
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_primary_and_backup_stopped_for_a_moment_again_and_again() {
    let mut scenario = Scenario::start("SIGSTOP 0.5 to 4 s, 12 times", &PLAIN);
    for round in 0..12 {
        let primary = scenario.primary(0);
        let node = if round % 2 == 0 { primary } else { (primary + 1) % 4 };
        stop(&mut scenario, &[node], Duration::from_millis(500 * (1 + round % 8)));
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_all_stopped_at_once() {
    let mut scenario = Scenario::start("SIGSTOP 20 s of all", &PLAIN);
    stop(&mut scenario, &[0, 1, 2, 3], Duration::from_secs(20));
    scenario.heals_after(Instant::now());
    scenario.finish();
}

fn stop(scenario: &mut Scenario, nodes: &[usize], time: Duration) {
    scenario.fault();
    for node in nodes {
        scenario.cluster.process(*node).pause();
    }
    scenario.lasts(time);
    for node in nodes {
        scenario.cluster.process(*node).resume();
    }
}
