//! A node that is far behind catches up under load; interrupted at random instants it resumes.

use std::time::{Duration, Instant};

use e2e::{Cluster, Scenario, cluster::PATIENCE, report::note, scenario::my_turn};

use crate::PLAIN;

/// How long the throughput without the late node is measured.
const BASE: Duration = Duration::from_secs(10);
/// After how much of its way the late node is killed, in percent.
const KILLED_AT: [u64; 3] = [11, 34, 71];

#[test]
fn n4f1_a_node_far_behind_catches_up_under_load() {
    let behind = std::env::var("HANSE_E2E_BEHIND").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let turn = my_turn();
    let mut cluster = Cluster::make(&PLAIN);
    cluster.grow(&[0, 1, 2], behind);
    for node in 0..3 {
        cluster.start_node(node);
        cluster.status(node);
    }
    let mut scenario = Scenario::begin(&format!("a node {behind} blocks behind"), cluster, 3, turn);
    scenario.first_height = behind;
    let (before, at) = (scenario.load.committed(), Instant::now());
    scenario.lasts(BASE);
    let base = rate(&scenario, before, at);
    scenario.fault();
    let (before, start) = (scenario.load.committed(), Instant::now());
    scenario.cluster.start_node(3);
    catch_up(&mut scenario.cluster, behind);
    let during = rate(&scenario, before, start);
    let took = start.elapsed();
    scenario.heals_after(Instant::now());
    note(&format!(
        "| - {behind} blocks in {:.1} s = {:.0} blocks/s, killed {} times; the others {during:.0} of {base:.0} tx/s = {:.0} % | | | | | | | |",
        took.as_secs_f64(),
        behind as f64 / took.as_secs_f64(),
        KILLED_AT.len(),
        100.0 * during / base
    ));
    scenario.finish();
}

/// Until the late node has all blocks; it is killed on its way, and goes on from where it stood.
fn catch_up(cluster: &mut Cluster, behind: u64) {
    for percent in KILLED_AT {
        let reached = reach(cluster, behind * percent / 100);
        cluster.kill(3);
        cluster.start_node(3);
        let again = cluster.height(3);
        assert!(again + 1_000 >= reached, "it had {reached} blocks, and {again} after a crash");
    }
    reach(cluster, behind);
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

/// Commits per second since then.
fn rate(scenario: &Scenario, before: usize, since: Instant) -> f64 {
    (scenario.load.committed() - before) as f64 / since.elapsed().as_secs_f64()
}
