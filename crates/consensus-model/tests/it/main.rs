//! The model is explored whole within bounds, finds what is broken on purpose, and walks in step with the
//! real replica.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod exhaustive;
mod faults;
