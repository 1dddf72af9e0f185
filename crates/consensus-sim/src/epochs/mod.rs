//! Epochs: what a chain's state says of them, the orders that change them, and how a node goes from one to
//! the next.

mod drive;
mod enter;
mod ghost;
pub(crate) mod plan;
mod state;

pub(crate) use drive::Strike;
pub(crate) use enter::{OUTSIDER, verifier_of};
pub(crate) use state::{ChainState, ORDER, Order};
