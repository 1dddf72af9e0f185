//! Everything the replica can learn.

use types::{
    AvailabilityProof, BatchRef, BlockHash, Height, ProposalDigest, Signature, TimeMs, ValidatorIndex,
};

use crate::{
    record::LogRecord,
    verify::{Verified, VerifiedCertificate},
};

/// A reading of the process's monotonic clock, in ms since any fixed instant of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Monotonic(pub u64);

/// The two clocks, read by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// For timers.
    pub monotonic: Monotonic,
    /// For the time bounds of fresh proposals only.
    pub wall: TimeMs,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Time passed. The shell sends one before each run of other inputs and at
    /// [`crate::Replica::next_deadline`].
    Tick(Clock),
    /// A message from an authenticated peer, all its signatures verified.
    Message {
        /// The peer that sent it (not always the signer: anybody may resend).
        from: ValidatorIndex,
        /// The message.
        message: Verified,
    },
    /// What [`crate::Effect::Persist`] asked for is signed and durable in the vote log.
    Durable(LogRecord),
    /// A batch is verified and durable here.
    BatchHeld(BatchRef),
    /// A batch is available: the proof was verified by the shell.
    BatchCertified {
        /// The proof.
        proof: AvailabilityProof,
        /// How many validators are known to hold it.
        acks: usize,
    },
    /// The block is executed and durable here, in height order; answers [`crate::Effect::Execute`], and is
    /// also sent for blocks imported by sync.
    Executed {
        /// Its height.
        height: Height,
        /// Its header's hash.
        header_hash: BlockHash,
        /// The digest of its proposal, as in the header.
        proposal: ProposalDigest,
        /// The batches that it ordered.
        references: Vec<BatchRef>,
        /// Its block time.
        time: TimeMs,
        /// Our checkpoint signature, stored with the block; `None` where we do not vote.
        checkpoint: Option<Signature>,
        /// The last height of this epoch, where the state after the block has a pending change.
        boundary: Option<Height>,
    },
    /// A block certificate from sync, verified by the shell.
    Certificate(VerifiedCertificate),
    /// The certificate of this height, and of all below, is durable here.
    CertificateDurable(Height),
    /// A client awaits an outcome past its expiry.
    EmptyBlockWanted,
}
