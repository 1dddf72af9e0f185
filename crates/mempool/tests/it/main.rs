//! The mempool from outside: its calls, its events, its files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod admission;
mod epochs;
mod exchange;
mod forwarding;
mod making;
mod network;
mod proofs;
mod store;
mod world;
