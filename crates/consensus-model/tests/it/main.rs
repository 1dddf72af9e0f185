//! The model is explored whole within bounds, finds what is broken on purpose, and walks in step with the
//! real replica.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod code;
mod exhaustive;
mod faults;
mod in_step;
mod keys;
mod ledger;
mod liar;
mod pair;
mod replay;
mod words;
