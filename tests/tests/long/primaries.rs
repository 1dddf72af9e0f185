//! Dead primaries: how long until the first commit. Measured, not asserted.

use std::time::Instant;

use e2e::{Scenario, Shape, report::note};

use crate::PLAIN;

#[test]
fn n4f1_one_dead_primary() {
    let mut scenario = Scenario::start("dead primary; goal 2 T + 1 s = 5 s", &PLAIN);
    for _ in 0..3 {
        dead(&mut scenario, 4, 1);
    }
    scenario.finish();
}

#[test]
fn n7f2_two_dead_primaries_in_a_row_twice() {
    let mut scenario =
        Scenario::start("two dead primaries, n = 7; goal (1 + 2) T + 2 s = 8 s", &Shape::plain(7));
    for _ in 0..2 {
        dead(&mut scenario, 7, 2);
    }
    scenario.finish();
}

/// Kills the primary and those who would follow it.
fn dead(scenario: &mut Scenario, validators: usize, many: usize) {
    let primary = scenario.primary(0);
    let dead: Vec<_> = (0..many).map(|next| (primary + next) % validators).collect();
    scenario.fault();
    let start = Instant::now();
    for node in &dead {
        scenario.cluster.kill(*node);
    }
    scenario.commits(100);
    let silence = scenario.load.longest_silence(start, Instant::now());
    note(&format!("| - {many} dead of {validators} | | {:.1} s | | | | | |", silence.as_secs_f64()));
    for node in &dead {
        scenario.cluster.start_node(*node);
    }
    scenario.heals_after(Instant::now());
}
