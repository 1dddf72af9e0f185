//! A short selection of network faults and pauses; `tests/long` has all of them.

use std::time::{Duration, Instant};

use e2e::{
    Scenario, Shape, Wanted,
    clocks::{self, Wrong},
    scenario::HEAL,
    until,
};

const LINKS: Shape<'static> = Shape {
    validators: 4,
    observers: 0,
    parameters: &["view_timeout_ms=1000", "view_timeout_max_ms=8000"],
    network: Wanted::Links,
};

#[test]
fn n4f1_partitions_of_a_minority_and_in_halves_heal() {
    let mut scenario = Scenario::start("minority with the primary, then halves", &LINKS);
    let primary = scenario.primary(0);
    let others: Vec<_> = (0..4).filter(|node| *node != primary).collect();
    scenario.fault();
    scenario.cluster.fabric.partition(&[&[primary], &others]);
    scenario.commits(50);
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());

    scenario.fault();
    scenario.cluster.fabric.partition(&[&[0, 1], &[2, 3]]);
    scenario.lasts(Duration::from_secs(4));
    // Clients may still be told of what was certified before: the chain itself must stand.
    let stuck = scenario.heights();
    scenario.lasts(Duration::from_secs(3));
    assert_eq!(scenario.heights(), stuck, "two of four are no quorum");
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    scenario.finish();
}

#[test]
fn n4f1_a_stopped_primary_is_replaced_and_comes_back() {
    let mut scenario = Scenario::start("SIGSTOP of the primary, then of a backup", &LINKS);
    let primary = scenario.primary(0);
    for node in [primary, (primary + 2) % 4] {
        scenario.fault();
        scenario.cluster.process(node).pause();
        scenario.commits(50);
        scenario.cluster.process(node).resume();
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_a_primary_that_is_not_heard_and_slow_links_do_no_harm() {
    let mut scenario = Scenario::start(
        "one-way cut of the primary on slow links",
        &Shape { network: Wanted::SlowLinks, ..LINKS },
    );
    for (from, to) in pairs() {
        scenario.cluster.fabric.delay(from, to, Duration::from_millis(20));
    }
    scenario.commits(50);
    let primary = scenario.primary(0);
    scenario.fault();
    for to in 0..4 {
        scenario.cluster.fabric.cut(primary, to);
    }
    scenario.commits(50);
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    scenario.finish();
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..4).flat_map(|from| (0..4).filter(move |to| *to != from).map(move |to| (from, to)))
}

#[test]
fn n4f1_the_clock_of_a_backup_and_then_of_the_primary_is_an_hour_wrong() {
    let mut scenario = clocks::start("backup an hour behind, then the primary an hour ahead");
    let primary = scenario.primary(0);
    for (node, seconds) in [((primary + 1) % 4, -3_600), (primary, 3_600)] {
        scenario.fault();
        scenario.cluster.set_clock(node, Wrong::by_seconds(seconds));
        if node == primary {
            let led = |by: usize| if by == primary { Err("it leads".to_owned()) } else { Ok(()) };
            until("another primary", HEAL, || led(scenario.primary((primary + 2) % 4)));
        }
        scenario.commits(100);
        let ahead = scenario.cluster.block_time_ahead_ms((node + 1) % 4);
        assert!((-60_000..60_000).contains(&ahead), "block time is {ahead} ms ahead");
        scenario.cluster.set_clock(node, Wrong::default());
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}
