//! Assets: creating, issuing, moving, setting aside, destroying. Amounts are whole minor units and their
//! sums are conserved: an asset's supply is the sum over all holdings.

mod create;
mod holding;
mod issue;
mod lock;
mod redeem;
mod set_holder;
mod transfer;
mod unlock;

pub(crate) use create::create;
pub(crate) use issue::issue;
pub(crate) use lock::{NewLock, lock};
pub(crate) use redeem::redeem;
pub(crate) use set_holder::set_holder;
pub(crate) use transfer::transfer;
pub(crate) use unlock::unlock;
