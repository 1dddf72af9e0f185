//! Generated protobuf messages of `proto/hanse/v1/transaction.proto`.
//!
//! They stop here: everything else works with [`crate::Transaction`] and [`crate::Operation`].
#![allow(missing_docs, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/hanse.v1.rs"));
