//! The client's promises: what is false does not verify, what is true survives a file.
#![allow(clippy::unwrap_used)]

mod builder;
mod epochs;
mod expiry;
mod fixture;
mod receipt;
mod receipt_file;
