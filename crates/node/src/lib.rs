//! A Hanse node: configuration, key files, the genesis ceremony, the wiring of a running node, and the
//! `hanse` command line.

pub mod amounts;
pub mod ceremony;
pub mod cli;
pub mod config;
pub mod devnet;
pub mod exit;
pub mod failpoint;
pub mod files;
pub mod home;
pub mod json;
pub mod keys;
pub mod runtime;
pub mod testnet;

/// The release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
