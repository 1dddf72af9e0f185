//! What ordering costs all replicas together for one height, and what the disk takes for a synced write.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{io::Write as _, time::Duration};

use benches::network::Network;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// One height of one batch of 1,000 transactions, every step of every replica, without signatures and disks.
fn ordering(c: &mut Criterion) {
    let mut group = c.benchmark_group("consensus::order");
    for validators in [4u16, 16] {
        let mut network = Network::new(validators);
        group.throughput(Throughput::Elements(u64::from(validators)));
        group.bench_function(format!("validators={validators}"), |b| {
            b.iter(|| network.order(|replica, input| replica.step(input)))
        });
    }
}

fn disk(c: &mut Criterion) {
    let folder = std::env::var("BENCH_DIR").unwrap_or("/var/tmp".to_owned());
    let mut file = tempfile::tempfile_in(folder).unwrap();
    c.bench_function("disk::fdatasync/bytes=300", |b| {
        b.iter(|| {
            file.write_all(&[7; 300]).unwrap();
            file.sync_data().unwrap();
        })
    });
}

criterion_group! {
    name = consensus_benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = ordering, disk
}
criterion_main!(consensus_benches);
