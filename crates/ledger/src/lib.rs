//! The ledger: executes ordered batches, keeps blocks, state, state tree and indices in RocksDB, proves
//! what it says, and verifies all of it again offline.
//!
//! - [`Ledger::open`] gives one [`LedgerWriter`] and any number of [`LedgerReader`]s.
//! - Execution (`execution`, `identity`, `asset`, `validator`) is a pure function of the state below, the parent header
//!   and what was ordered; rights stand in one table ([`roles_table`]).
//! - All of a block becomes durable in one synced write, the own checkpoint included. A block is visible
//!   to readers once it is certified; execution may be some heights ahead.
//! - The state tree ([`tree`]) is updated once per block and proves presence and absence.

mod asset;
mod epochs;
mod error;
mod execution;
mod genesis;
mod identity;
mod open;
mod reader;
mod roles;
mod shared;
mod state;
mod store;
pub mod tree;
mod undo;
mod validator;
mod verify;
mod writer;

pub use error::{BlockFault, LedgerError};
pub use execution::{RULES, block::ProposedBlock};
pub use genesis::genesis_header;
pub use open::Ledger;
pub use reader::{LedgerReader, OwnCheckpoint};
pub use roles::{Consent, Relation, RoleRule, Scope, roles_table};
pub use store::{FORMAT, LedgerOptions};
pub use verify::{VerifyReport, verify_ledger};
pub use writer::{Executed, Imported, LedgerWriter};
