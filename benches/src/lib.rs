//! What the benchmarks work on: transactions, a chain with its ledger, a network of replicas. Shared by the timed ones
//! (criterion) and by the counted ones (`make bench-check`).
#![allow(clippy::unwrap_used, reason = "benchmarks only")]

pub mod chain;
pub mod network;
pub mod transactions;
