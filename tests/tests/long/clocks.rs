//! Wrong clocks: of a backup and of the primary; that jump to and fro, that drift, and at a start.
//!
//! Whose clock is wrong neither leads nor acknowledges well, but it follows and votes; the others go on at once, block
//! time stays theirs, and when the clock is set right nothing is left of it.

use std::time::{Duration, Instant};

use e2e::{
    Scenario,
    clocks::{self, Wrong},
    report::note,
};

const HOUR: i64 = 3_600;
const TEN_YEARS: i64 = 10 * 365 * 24 * HOUR;
/// The default of `clock_drift_ms`, and some time for the question.
const AHEAD_MAX_MS: i64 = 2_500;
/// The default of `clock_lag_ms`, and some time for the question.
const BEHIND_MAX_MS: i64 = 25_000;
/// No longer without a commit, whatever one clock says.
const SILENCE_MAX: Duration = Duration::from_secs(15);

#[test]
fn n4f1_the_clock_of_a_backup_is_wrong() {
    let mut scenario = clocks::start("wrong clock of a backup: 1 h, -1 h, 10 y, -10 y");
    for seconds in [HOUR, -HOUR, TEN_YEARS, -TEN_YEARS] {
        let node = (scenario.primary(0) + 1) % 4;
        // One view change is forgiven: the machine is busy.
        wrong_for_a_while(&mut scenario, node, Wrong::by_seconds(seconds), 1);
    }
    scenario.finish();
}

#[test]
fn n4f1_the_clock_of_the_primary_is_wrong() {
    let mut scenario = clocks::start("wrong clock of the primary: 1 h, -1 h, 10 y, -10 y");
    for seconds in [HOUR, -HOUR, TEN_YEARS, -TEN_YEARS] {
        let node = scenario.primary(0);
        wrong_for_a_while(&mut scenario, node, Wrong::by_seconds(seconds), 2);
    }
    scenario.finish();
}

#[test]
fn n4f1_clocks_that_jump_to_and_fro_or_drift() {
    let mut scenario = clocks::start("clocks that jump by 1.5 s, drift by 200 ppm and 2 %");
    let views = view(&scenario);
    scenario.fault();
    for round in 0..20 {
        let ahead_ms = if round % 2 == 0 { 1_500 } else { -1_500 };
        scenario.cluster.set_clock(round % 4, Wrong { ahead_ms, drift_ppm: 0 });
        scenario.commits(20);
        scenario.cluster.set_clock(round % 4, Wrong::default());
    }
    for (node, drift) in [200, -200, 20_000, -20_000].into_iter().enumerate() {
        scenario.cluster.set_clock(node, Wrong::drifting(drift));
    }
    scenario.lasts(Duration::from_secs(20));
    scenario.commits(50);
    for node in 0..4 {
        scenario.cluster.set_clock(node, Wrong::default());
    }
    scenario.heals_after(Instant::now());
    assert!(view(&scenario) <= views + 1, "these clocks are within what the parameters allow");
    scenario.finish();
}

#[test]
fn n4f1_a_node_starts_with_a_wrong_clock() {
    let mut scenario = clocks::start("a backup restarts an hour behind, then an hour ahead");
    for seconds in [-HOUR, HOUR] {
        let node = (scenario.primary(0) + 1) % 4;
        scenario.fault();
        scenario.cluster.kill(node);
        scenario.cluster.start_with_clock(node, Wrong::by_seconds(seconds));
        scenario.commits(100);
        let height = scenario.cluster.height((node + 1) % 4);
        scenario.cluster.reach(height);
        scenario.cluster.set_clock(node, Wrong::default());
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

/// A node's clock is wrong for some time; at most so many views are left behind.
fn wrong_for_a_while(scenario: &mut Scenario, node: usize, wrong: Wrong, views: u64) {
    let (before, begin) = (view(scenario), Instant::now());
    scenario.fault();
    scenario.cluster.set_clock(node, wrong);
    scenario.commits(100);
    scenario.lasts(Duration::from_secs(8));
    scenario.commits(100);
    let other = (node + 1) % 4;
    let ahead = scenario.cluster.block_time_ahead_ms(other);
    assert!((-BEHIND_MAX_MS..AHEAD_MAX_MS).contains(&ahead), "block time is {ahead} ms ahead");
    // It executes what the others order.
    let height = scenario.cluster.height(other);
    scenario.cluster.reach(height);
    let silence = scenario.load.longest_silence(begin, Instant::now());
    assert!(silence < SILENCE_MAX, "{silence:?} without a commit");
    scenario.cluster.set_clock(node, Wrong::default());
    scenario.heals_after(Instant::now());
    let changed = view(scenario) - before;
    note(&format!(
        "| - node {node} by {} s, block time {ahead} ms ahead | | {:.1} s | | | | {changed} | | |",
        wrong.ahead_ms / 1000,
        silence.as_secs_f64()
    ));
    assert!(changed <= views, "{changed} views for one wrong clock");
}

fn view(scenario: &Scenario) -> u64 {
    (0..4).filter_map(|node| scenario.cluster.status(node)["view"].as_u64()).max().unwrap()
}
