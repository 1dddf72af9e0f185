//! R61, F21, F8: a process with a ledger, whose disk fails at every operation in turn.
//!
//! The tests start this program again as the process that suffers, with the library of `tests/disk-faults` before
//! it. A sample of the operations here; all of them with `HANSE_E2E=all` (`make e2e`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not test functions themselves")]

mod life;
mod reads;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "the other program uses all of it")]
mod support;
mod victim;
mod writes;
