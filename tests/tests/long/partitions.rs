//! Partitions of every form, and slow links.

use std::time::{Duration, Instant};

use e2e::{Scenario, Shape, Wanted};

use crate::LINKS;

const SLOW: Shape<'static> = Shape { network: Wanted::SlowLinks, ..LINKS };

#[test]
fn n4f1_each_node_alone_once() {
    let mut scenario = Scenario::start("each node alone for 20 s", &LINKS);
    for node in 0..4 {
        let others: Vec<_> = (0..4).filter(|other| *other != node).collect();
        scenario.fault();
        scenario.cluster.fabric.partition(&[&[node], &others]);
        scenario.lasts(Duration::from_secs(20));
        scenario.commits(50);
        scenario.cluster.fabric.heal();
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_halves_in_every_form() {
    let mut scenario = Scenario::start("two halves for 20 s, three times", &LINKS);
    for halves in [[[0, 1], [2, 3]], [[0, 2], [1, 3]], [[0, 3], [1, 2]]] {
        scenario.fault();
        scenario.cluster.fabric.partition(&[&halves[0], &halves[1]]);
        scenario.lasts(Duration::from_secs(20));
        scenario.cluster.fabric.heal();
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_one_way_cuts_of_the_primary() {
    let mut scenario = Scenario::start("primary mute, then deaf, 15 s each", &LINKS);
    for mute in [true, false] {
        let primary = scenario.primary(0);
        scenario.fault();
        for other in 0..4 {
            let (from, to) = if mute { (primary, other) } else { (other, primary) };
            scenario.cluster.fabric.cut(from, to);
        }
        scenario.lasts(Duration::from_secs(15));
        scenario.commits(50);
        scenario.cluster.fabric.heal();
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_a_ring_and_a_bridge() {
    let mut scenario = Scenario::start("ring, then bridge, 20 s each", &LINKS);
    // Each hears its two neighbours only: three of four are a quorum around each.
    scenario.fault();
    scenario.cluster.fabric.cut_both(0, 2);
    scenario.cluster.fabric.cut_both(1, 3);
    scenario.lasts(Duration::from_secs(20));
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    // Node 0 alone joins 1 with 2 and 3, which hear each other.
    scenario.fault();
    scenario.cluster.fabric.cut_both(1, 2);
    scenario.cluster.fabric.cut_both(1, 3);
    scenario.lasts(Duration::from_secs(20));
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    scenario.finish();
}

#[test]
fn n4f1_links_stop_one_by_one_and_return_in_another_order() {
    let mut scenario = Scenario::start("swizzle-clog of all links, twice", &LINKS);
    let mut links: Vec<(usize, usize)> =
        (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
    for round in 1..3 {
        scenario.fault();
        for (from, to) in &links {
            scenario.cluster.fabric.cut(*from, *to);
            scenario.lasts(Duration::from_millis(700));
        }
        links.rotate_left(5 * round);
        links.reverse();
        for (from, to) in &links {
            scenario.cluster.fabric.restore(*from, *to);
            scenario.lasts(Duration::from_millis(700));
        }
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_two_minutes_without_a_quorum() {
    let mut scenario = Scenario::start("nobody hears anybody for 120 s", &LINKS);
    scenario.fault();
    scenario.cluster.fabric.partition(&[]);
    scenario.lasts(Duration::from_secs(120));
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    scenario.finish();
}

#[test]
fn n4f1_slow_links_and_closed_connections() {
    let mut scenario = Scenario::start("links with 5 to 300 ms, connections closed", &SLOW);
    for delay in [5, 50, 300] {
        scenario.fault();
        for from in 0..4 {
            for to in (0..4).filter(|to| *to != from) {
                // No two links alike.
                let delay = Duration::from_millis(delay * (4 + from as u64) / (4 + to as u64));
                scenario.cluster.fabric.delay(from, to, delay);
            }
        }
        scenario.commits(50);
        for (one, other) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
            scenario.cluster.fabric.close(one, other);
            scenario.commits(5);
        }
        scenario.cluster.fabric.heal();
        scenario.heals_after(Instant::now());
    }
    scenario.finish();
}

#[test]
fn n4f1_a_primary_behind_a_narrow_link() {
    let mut scenario = Scenario::start("primary sends 20 kB/s for 20 s", &SLOW);
    let primary = scenario.primary(0);
    scenario.fault();
    for to in (0..4).filter(|to| *to != primary) {
        scenario.cluster.fabric.throttle(primary, to, 20_000);
    }
    scenario.lasts(Duration::from_secs(20));
    scenario.commits(20);
    scenario.cluster.fabric.heal();
    scenario.heals_after(Instant::now());
    scenario.finish();
}
