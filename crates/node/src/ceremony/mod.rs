//! The genesis ceremony: members who never share private keys agree on one genesis.
//!
//! 1. Each home makes a signed **card** of its public keys, proving that it holds every private half.
//! 2. Anybody joins the cards to a genesis; the same cards and parameters give the same members, accounts
//!    and validators in the same order.
//! 3. Each member checks it and **approves** it: a signature over the chain id by a key of the genesis.
//! 4. A node starts only from a genesis that every member approved.

mod approve;
mod card;
mod create;
mod load;
mod parameters;
mod summary;

pub use approve::{approve, merge};
pub use card::{Card, CardContent, CardError, read_card};
pub use create::{AssetPlan, GenesisPlan, create};
pub use load::{GENESIS_BYTES_MAX, load_genesis, read_genesis, write_genesis};
pub use parameters::parameters_from;
pub use summary::{MyKeys, Summary, my_keys, summary};
