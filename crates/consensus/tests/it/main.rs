//! The replica, step by step. Names start with the number of the requirement in the protocol's
//! specification where there is one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod bench;
mod normal_case;
mod ordering;
mod restart;
mod show;
mod simulated;
mod verifier;
mod view_change;
