//! Ten minutes without one node, under load; then it comes back.

use std::time::{Duration, Instant};

use e2e::{Scenario, Shape, Wanted, report::note, usage::Usage};

/// Patient validators: it is the return that must not change the view, not a busy machine.
const LINKS: Shape<'static> = Shape { network: Wanted::Links, ..Shape::plain(4) };
/// How long it is cut off.
const ALONE: Duration = Duration::from_secs(600);
/// Its return is watched so long, at least.
const AFTER: Duration = Duration::from_secs(20);

#[test]
fn n4f1_one_node_alone_for_ten_minutes_does_not_disturb_when_it_returns() {
    let alone = std::env::var("HANSE_E2E_ALONE").ok().and_then(|text| text.parse().ok());
    let alone = alone.map_or(ALONE, Duration::from_secs);
    let mut scenario = Scenario::start(&format!("one node alone for {alone:?}"), &LINKS);
    let primary = scenario.primary(0);
    let node = (primary + 1) % 4;
    let others: Vec<_> = (0..4).filter(|other| *other != node).collect();
    scenario.fault();
    scenario.cluster.fabric.partition(&[&[node], &others]);
    scenario.commits(50);
    // Clients have found those that answer: from here on the throughput is that of three.
    scenario.lasts(Duration::from_secs(20));
    let usage = Usage::start(&mut scenario, &others);
    scenario.lasts(alone.saturating_sub(Duration::from_secs(20)));
    let base = usage.so_far(&mut scenario);
    let missed = scenario.cluster.height(primary) - scenario.cluster.height(node);
    let views = views(&scenario, &others);
    scenario.cluster.fabric.heal();
    let (end, usage) = (Instant::now(), Usage::start(&mut scenario, &others));
    scenario.heals_after(end);
    let level = end.elapsed();
    let catching_up = usage.so_far(&mut scenario);
    let usage = Usage::start(&mut scenario, &others);
    scenario.lasts(AFTER);
    let after = usage.so_far(&mut scenario);
    let silence = scenario.load.longest_silence(end, Instant::now());
    note(&format!(
        "| - {missed} blocks missed, level after {:.1} s; {:.0} tx/s without it, {:.0} while it catches up, {:.0} after; \
         each tx {:.2}, {:.2}, {:.2} ms of the others' processors | | {:.2} s | | | | | | |",
        level.as_secs_f64(),
        base.rate(),
        catching_up.rate(),
        after.rate(),
        base.processor_ms(),
        catching_up.processor_ms(),
        after.processor_ms(),
        silence.as_secs_f64(),
    ));
    assert_eq!(self::views(&scenario, &others), views, "its return changed the view");
    assert!(silence < Duration::from_secs(5), "{silence:?} without a commit when it returned");
    scenario.finish();
}

fn views(scenario: &Scenario, nodes: &[usize]) -> Vec<Option<u64>> {
    nodes.iter().map(|node| scenario.cluster.status(*node)["view"].as_u64()).collect()
}
