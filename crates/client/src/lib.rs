//! The Rust SDK of Hanse: build and sign transactions, send them, follow the chain, and **verify** every
//! answer against the genesis, so that no single node needs to be trusted.
//!
//! ```no_run
//! # async fn example(genesis: types::Genesis, key: types::SecretKey, operation: types::Operation)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::{Duration, SystemTime};
//! use client::{Client, TransactionBuilder, Trust};
//!
//! let chain = genesis.chain_id();
//! let client = Client::connect(vec!["http://127.0.0.1:26601".into()], Trust::Genesis(genesis)).await?;
//! let body = TransactionBuilder::new(chain)
//!     .operation(operation)
//!     .valid_for(SystemTime::now(), Duration::from_secs(60))
//!     .salt_random()?
//!     .build()?;
//! let outcome = client.submit_and_wait(&body.sign(&[&key]), Duration::from_secs(10)).await?;
//! assert!(outcome.verified);
//! # Ok(()) }
//! ```
//!
//! Offline, [`Receipt::verify`] needs the genesis alone.

mod builder;
mod client;
mod decode;
mod endpoints;
mod epochs;
mod error;
mod node;
mod outcome;
pub mod pb;
mod proof_error;
mod queries;
mod receipt;
mod receipt_file;
mod stream;
mod subscription;
mod verified;
mod verifier;
mod views;

pub use builder::{BuildError, TransactionBuilder};
pub use client::{Client, Trust};
pub use error::{ClientError, ErrorCode, Refused};
pub use node::{NodeReport, Version};
pub use outcome::{Executed, ExpiryProof, Outcome};
pub use proof_error::ProofError;
pub use receipt::{Receipt, VerifiedReceipt};
pub use receipt_file::ReceiptFileError;
pub use stream::{StreamReceiver, StreamReply, StreamSender};
pub use subscription::{Event, EventFilter, Start, Subscription};
pub use verified::Verified;
pub use verifier::Verifier;
pub use views::{
    AccountView, AssetView, BlockView, Candidate, HistoryPage, HoldingView, HoldingsPage, TransactionView,
    ValidatorsView,
};
