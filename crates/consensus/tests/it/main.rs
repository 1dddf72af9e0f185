//! The replica, step by step. Names start with `r` and the number of the requirement in the protocol's
//! specification, or with `b` and the number of the bug of another system that the test would have caught.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod bench;
mod boundary;
mod epochs;
mod laggard;
mod late_batches;
mod lone;
mod lost_memory;
mod mutants;
mod normal_case;
mod offsets;
mod ordering;
mod pacing;
mod restart;
mod show;
mod simulated;
mod slow;
mod vectors;
mod verifier;
mod view_change;
mod world;
