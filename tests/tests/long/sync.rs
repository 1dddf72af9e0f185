//! A node that is far behind catches up under load; interrupted at random instants it resumes. And how fast it is
//! against the network that made the blocks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use e2e::{
    Cluster, Scenario, Wallet,
    cluster::PATIENCE,
    processors::keep_last_free,
    report::note,
    scenario::my_turn,
    stream,
    usage::{Spent, Usage},
};

use crate::PLAIN;

/// How long the throughput without the late node is measured.
const BASE: Duration = Duration::from_secs(20);
/// Who is no further behind takes part: the default of `window`.
const WINDOW: u64 = 64;
/// After how much of its way the late node is killed, in thousandths.
const KILLED_AT: [u64; 6] = [31, 113, 342, 518, 707, 954];
/// Transfers of each of three nodes that the fourth has not seen.
const SHARE: usize = 20_000;

/// The late node has a processor of its own where the machine has two, as it would have at its operator's: what is
/// measured is what it costs the others, not how processors are shared.
#[test]
fn n4f1_a_node_far_behind_catches_up_under_load() {
    let behind = number("HANSE_E2E_BEHIND", 100_000);
    let turn = my_turn();
    let divided = keep_last_free();
    let mut cluster = Cluster::make(&PLAIN);
    if let Some((_, last)) = &divided {
        cluster.processors.insert(3, last.clone());
    }
    cluster.grow(&[0, 1, 2], behind);
    for node in 0..3 {
        cluster.start_node(node);
        cluster.status(node);
    }
    let mut scenario = Scenario::begin(&format!("a node {behind} blocks behind"), cluster, 3, turn);
    scenario.first_height = behind;
    let usage = Usage::start(&mut scenario, &[0, 1, 2]);
    let first = scenario.cluster.height(0);
    scenario.lasts(BASE);
    let base = usage.so_far(&mut scenario);
    let live = (scenario.cluster.height(0) - first) as f64 / BASE.as_secs_f64();
    scenario.fault();
    let usage = Usage::start(&mut scenario, &[0, 1, 2]);
    let start = Instant::now();
    scenario.cluster.start_node(3);
    catch_up(&mut scenario.cluster, behind);
    let (took, during) = (start.elapsed(), usage.so_far(&mut scenario));
    let late = scenario.cluster.process(3).resident_mib();
    let blocks = scenario.cluster.height(3);
    note(&format!(
        "| - {blocks} blocks in {:.1} s = {:.0} blocks/s, live {live:.0}; killed {} times; {}; the late node has {late} MiB | | | | | | | |",
        took.as_secs_f64(),
        blocks as f64 / took.as_secs_f64(),
        KILLED_AT.len(),
        share(&during, &base),
    ));
    scenario.heals_after(Instant::now());
    scenario.finish();
    if divided.is_some() {
        assert!(during.rate() >= 0.8 * base.rate(), "the others kept {}", share(&during, &base));
    }
}

/// No load while it catches up: its rate on all processors, against that of the network on the same.
#[test]
fn n4f1_catching_up_is_faster_than_the_network_was() {
    let each = usize::try_from(number("HANSE_E2E_SHARE", SHARE as u64)).unwrap();
    let _turn = my_turn();
    let mut cluster = Cluster::make(&PLAIN);
    for node in 0..3 {
        cluster.start_node(node);
        cluster.status(node);
    }
    let wallet = Arc::new(Wallet::open(&cluster));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = Instant::now();
    let top = runtime.block_on(stream::drive_all(&cluster, &wallet, 3, each)).1.get();
    let live = start.elapsed().as_secs_f64();
    cluster.start_node(3);
    cluster.status(3);
    let start = Instant::now();
    let first = cluster.height(3);
    reach(&cluster, top);
    let late = start.elapsed().as_secs_f64();
    let (transfers, blocks, fetched) = ((3 * each) as f64, top as f64, (top - first) as f64);
    let part = fetched / blocks;
    note(&format!(
        "| - {transfers} transfers in {top} blocks: live {:.0} tx/s, {:.0} blocks/s; fetched {:.0} tx/s, {:.0} blocks/s, {:.1} times | | | | | | | |",
        transfers / live,
        blocks / live,
        transfers * part / late,
        fetched / late,
        part * live / late,
    ));
    assert!(part * live > late, "{live} s to make, {late} s to fetch {part} of it");
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn share(during: &Spent, base: &Spent) -> String {
    format!(
        "the others {:.0} of {:.0} tx/s = {:.0} %, each tx {:.2} of {:.2} ms of their processors",
        during.rate(),
        base.rate(),
        100.0 * during.rate() / base.rate(),
        during.processor_ms(),
        base.processor_ms(),
    )
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
