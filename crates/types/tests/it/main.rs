//! Tests of the vocabulary: arithmetic, signatures, trees, codec, and the frozen bytes of everything that
//! is hashed or signed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod certificate;
mod code;
mod codec;
mod crypto;
mod genesis;
mod merkle;
mod parameters;
mod quorum;
mod scripts;
mod small_order;
mod state_proof;
mod support;
mod transaction;
mod transaction_strictness;
mod validators;
mod vectors;
