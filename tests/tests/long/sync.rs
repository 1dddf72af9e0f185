//! A node that is far behind catches up under load; interrupted at random instants it resumes.

use std::time::{Duration, Instant};

use e2e::{Cluster, Scenario, cluster::PATIENCE, report::note, scenario::my_turn, usage::Usage};

use crate::PLAIN;

/// How long the throughput without the late node is measured.
const BASE: Duration = Duration::from_secs(20);
/// Who is no further behind takes part: the default of `window`.
const WINDOW: u64 = 64;
/// After how much of its way the late node is killed, in thousandths.
const KILLED_AT: [u64; 6] = [31, 113, 342, 518, 707, 954];

#[test]
fn n4f1_a_node_far_behind_catches_up_under_load() {
    let behind = std::env::var("HANSE_E2E_BEHIND").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let turn = my_turn();
    let mut cluster = Cluster::make(&PLAIN);
    cluster.grow(&[0, 1, 2], behind);
    for node in 0..3 {
        cluster.start_node(node);
        cluster.status(node);
    }
    let mut scenario = Scenario::begin(&format!("a node {behind} blocks behind"), cluster, 3, turn);
    scenario.first_height = behind;
    let mut usage = Usage::start(&mut scenario, &[0, 1, 2]);
    scenario.lasts(BASE);
    let base = usage.so_far(&mut scenario);
    scenario.fault();
    usage = Usage::start(&mut scenario, &[0, 1, 2]);
    let start = Instant::now();
    scenario.cluster.start_node(3);
    catch_up(&mut scenario.cluster, behind);
    let during = usage.so_far(&mut scenario);
    let took = start.elapsed();
    let late = scenario.cluster.process(3).resident_mib();
    let blocks = scenario.cluster.height(3);
    note(&format!(
        "| - {blocks} blocks in {:.1} s = {:.0} blocks/s, killed {} times; the others {:.0} of {:.0} tx/s = {:.0} %, \
         each tx {:.2} of {:.2} ms of their processors; the late node has {late} MiB | | | | | | | |",
        took.as_secs_f64(),
        blocks as f64 / took.as_secs_f64(),
        KILLED_AT.len(),
        during.rate(),
        base.rate(),
        100.0 * during.rate() / base.rate(),
        during.processor_ms(),
        base.processor_ms(),
    ));
    scenario.heals_after(Instant::now());
    scenario.finish();
}

/// Until the late node has all blocks; it is killed on its way, and goes on from where it stood.
fn catch_up(cluster: &mut Cluster, behind: u64) {
    for thousandths in KILLED_AT {
        let reached = reach(cluster, behind * thousandths / 1000);
        cluster.kill(3);
        cluster.start_node(3);
        let again = cluster.height(3);
        assert!(again + 1_000 >= reached, "it had {reached} blocks, and {again} after a crash");
    }
    reach(cluster, behind);
    // Meanwhile the others went on.
    loop {
        let tip = cluster.height(0);
        if reach(cluster, tip.saturating_sub(WINDOW)) + WINDOW >= cluster.height(0) {
            return;
        }
    }
}

fn reach(cluster: &Cluster, height: u64) -> u64 {
    let (mut last, mut moved) = (0, Instant::now());
    loop {
        let found = cluster.height(3);
        if found >= height {
            return found;
        }
        if found > last {
            (last, moved) = (found, Instant::now());
        }
        assert!(moved.elapsed() < PATIENCE * 2, "it stands still at {found}\n{}", cluster.log(3));
        std::thread::sleep(Duration::from_millis(100));
    }
}
