//! What a block costs the ledger: execution, state tree and the synced write, alone on one thread.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use benches::chain::{BLOCK_MS, Chain, LIFETIME_MS, changes, tree_of};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger::tree::NoPages;

fn blocks(c: &mut Criterion) {
    let mut group = c.benchmark_group("ledger::execute");
    for accounts in [1_000, 100_000] {
        let mut chain = Chain::new(accounts);
        // A block without transfers: what writing any block costs.
        for size in [0, 100, 1_000] {
            // The replay window is full before the clock runs.
            for _ in 0..(LIFETIME_MS + 2_000) / BLOCK_MS {
                let block = chain.block(size);
                chain.execute(&block);
            }
            group.throughput(Throughput::Elements(size.max(1) as u64));
            group.bench_function(format!("accounts={accounts}/transfers={size}"), |b| {
                b.iter_custom(|rounds| {
                    let mut total = Duration::ZERO;
                    for _ in 0..rounds {
                        let block = chain.block(size);
                        let begin = Instant::now();
                        chain.execute(&block);
                        total += begin.elapsed();
                    }
                    total
                });
            });
        }
    }
}

/// The state tree alone: new values of 2,000 keys among so many.
fn tree(c: &mut Criterion) {
    let mut group = c.benchmark_group("ledger::tree_update");
    for keys in [20_000u64, 200_000] {
        let tree = tree_of(keys);
        let changes = changes(keys, 2_000);
        group.throughput(Throughput::Elements(changes.len() as u64));
        group.bench_function(format!("keys={keys}/changed=2000"), |b| {
            b.iter(|| tree.update(&NoPages, &changes, &mut BTreeSet::new()).unwrap())
        });
    }
}

criterion_group! {
    name = ledger_benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    targets = blocks, tree
}
criterion_main!(ledger_benches);
