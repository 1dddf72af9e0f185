//! The client-facing side over fakes behind the ports: a real server, a real channel.
#![allow(clippy::unwrap_used, clippy::panic)]

mod errors;
mod events;
mod expiry;
mod fake;
mod fake_chain;
mod harness;
mod http;
mod limits;
mod queries;
mod stream;
mod waiting;
