//! The mesh over real sockets on loopback. Tests wait for events; times are upper bounds only.

// Helpers of tests may panic as tests may; clippy sees only the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod admission;
mod connections;
mod garbage;
mod hostile;
mod raw;
mod support;
mod traffic;
