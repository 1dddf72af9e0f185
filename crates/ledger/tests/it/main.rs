//! Tests of the ledger through its public API, on real databases in temporary folders.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not test functions themselves")]

mod atomic;
mod conservation;
mod crash;
mod epochs;
mod import;
mod locks;
mod opening;
mod outcomes;
mod policies;
mod readers;
mod replay;
mod roles;
mod signatures;
mod support;
mod tree;
mod verify;
