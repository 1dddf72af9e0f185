//! What the vocabulary costs: signatures, hashes, decoding, batches, trees.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{hint::black_box, time::Duration};

use benches::transactions::{batch, chain, key, transfer};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use types::{
    Batch, CheckedBatch, Parameters, Transaction,
    crypto::{SignedBytes, verify_batch},
    hash::sha256,
    merkle,
};

fn signatures(c: &mut Criterion) {
    let secret = key(0);
    let message = [1u8; 79];
    let signature = secret.sign(&message);
    let public = secret.public_key();
    c.bench_function("types::sign/bytes=79", |b| b.iter(|| secret.sign(black_box(&message))));
    c.bench_function("types::verify/batch=1", |b| {
        b.iter(|| public.verify(black_box(&message), &signature).unwrap())
    });
    for (name, keys) in [("types::verify", u64::MAX), ("types::verify_few_keys", 16)] {
        let mut group = c.benchmark_group(name);
        for size in [4u64, 16, 64, 128, 256, 512] {
            let messages: Vec<_> = (0..size).map(|i| sha256("bench.message", &[&i.to_le_bytes()])).collect();
            let mut items = Vec::new();
            for (number, message) in (0..size).zip(&messages) {
                let key = key(number % keys);
                let (key, signature) = (key.public_key(), key.sign(message));
                items.push(SignedBytes { key, signature, message: message.as_slice() });
            }
            group.throughput(Throughput::Elements(size));
            group.bench_function(format!("batch={size}"), |b| {
                b.iter(|| verify_batch(black_box(&items)).unwrap())
            });
        }
    }
}

fn hashes(c: &mut Criterion) {
    let mut group = c.benchmark_group("types::sha256");
    for size in [64usize, 1 << 20] {
        let data = vec![5u8; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("bytes={size}"), |b| {
            b.iter(|| sha256("bench.hash", &[black_box(&data)]))
        });
    }
    group.finish();
    let leaves: Vec<_> = (0..1000u64).map(|i| sha256("bench.leaf", &[&i.to_le_bytes()])).collect();
    c.bench_function("types::merkle_root/leaves=1000", |b| b.iter(|| merkle::root(black_box(&leaves))));
}

fn transactions(c: &mut Criterion) {
    let parameters = Parameters::default();
    let bytes = transfer(1).bytes().clone();
    let decode = |bytes: &Bytes| Transaction::decode(bytes.clone(), &chain(), &parameters).unwrap();
    c.bench_function("types::transaction_decode/operations=1", |b| b.iter(|| decode(black_box(&bytes))));
    let batch = batch(500);
    let encoded: Bytes = batch.encode().into();
    c.bench_function("types::batch_encode/transactions=500", |b| b.iter(|| black_box(&batch).encode()));
    c.bench_function("types::batch_decode/transactions=500", |b| {
        b.iter(|| Batch::decode(black_box(&encoded), parameters.max_batch_bytes).unwrap())
    });
    let mut group = c.benchmark_group("types::batch_check");
    group.throughput(Throughput::Elements(500));
    group.bench_function("transactions=500", |b| {
        b.iter(|| CheckedBatch::check(black_box(encoded.clone()), &chain(), &parameters).unwrap());
    });
}

criterion_group! {
    name = types_benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = signatures, hashes, transactions
}
criterion_main!(types_benches);
