//! Tests of settings, key files, the ceremony, test networks and the command line, without a running node.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

mod ceremony;
mod commands;
mod config;
mod disk;
mod keys;
mod offline;
mod run;
mod testnet;
