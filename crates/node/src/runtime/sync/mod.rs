//! Block sync: how a node that was away gets certified blocks from its peers.
//!
//! The replica names a certified target; [`fetch`] asks one peer after another for ranges of blocks, also
//! beyond the target until f+1 peers have little more, `check` verifies certificate, digests and client
//! signatures of each **before** it is stored, and the executor takes them. [`serve`] answers the same requests from the ledger. A peer's claims never steer it: the
//! target is a certificate, and a peer that does not deliver is passed over.

pub mod asked;
mod check;
pub mod epochs;
pub mod fetch;
pub mod message;
pub mod serve;

use types::{Certificate, ValidatorIndex};

/// What the replica wants fetched.
#[derive(Debug, Clone)]
pub struct SyncTarget {
    /// The newest certificate known, verified.
    pub target: Certificate,
    /// Who showed that they have it.
    pub from: Vec<ValidatorIndex>,
}
