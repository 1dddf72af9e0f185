//! What leaves the mempool. The owner's callback is called from the mempool's threads, and from inside calls
//! of the handle (`fetch`, `set_chain_time`, `tick`); it must be cheap.

use types::{AvailabilityProof, BatchRef, TransactionId, ValidatorIndex};

use crate::{MempoolError, message::PoolMessage};

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipients {
    /// Every other validator.
    All,
    /// One validator.
    One(ValidatorIndex),
}

/// What the owner of a mempool is told.
#[derive(Debug)]
pub enum MempoolEvent {
    /// Send this; it may be lost, since everything that matters is sent again.
    Send {
        /// To whom.
        to: Recipients,
        /// What; [`PoolMessage::encode`] gives the bytes for [`crate::MempoolHandle::receive`].
        message: PoolMessage,
    },
    /// The batch is verified **and** durable here. Told again for each held batch at a start, and for a
    /// batch that is fetched although it is held.
    BatchHeld(BatchRef),
    /// An own batch reached f+1 acknowledgements, and again when it reached q.
    BatchCertified {
        /// The proof, already sent to all.
        proof: AvailabilityProof,
        /// How many acknowledgements it holds.
        acks: usize,
    },
    /// Another validator's proof, verified; the batch itself may be missing here.
    ProofReceived(AvailabilityProof),
    /// Admitted here, not committed, and block time has passed `valid_until`: these never commit.
    Expired(Vec<TransactionId>),
    /// The mempool cannot go on; the node must stop.
    Fatal(MempoolError),
}
