//! What travels between the simulated processes.

use std::rc::Rc;

use consensus::Message;
use types::{Acknowledgement, AvailabilityProof, BatchDigest, Certificate, Height};

use crate::{mempool::StoredBatch, store::StoredBlock};

/// A certified block of somebody's store.
pub(crate) type SyncedBlock = (Rc<StoredBlock>, Certificate);

/// One packet; shared by its receivers, never changed on the way.
#[derive(Debug)]
pub(crate) enum Packet {
    /// Of the replica.
    Consensus(Box<Message>),
    /// A batch, spread by its author or fetched.
    Batch(Rc<StoredBatch>),
    /// To the author.
    Acknowledge(Acknowledgement),
    /// From the author.
    Proof(AvailabilityProof),
    /// Asks for a batch.
    FetchBatch(BatchDigest),
    /// Asks for certified blocks from this height on.
    FetchBlocks(Height),
    /// The answer: consecutive blocks.
    Blocks(Vec<SyncedBlock>),
    /// Transactions of somebody who may not pack them.
    Submit(Vec<u64>),
}

impl Packet {
    /// A message of the replica.
    pub fn consensus(message: Message) -> Self {
        Self::Consensus(Box::new(message))
    }

    /// A number for the trace.
    pub fn tag(&self) -> u8 {
        match self {
            Self::Consensus(message) => match &**message {
                Message::Signed(signed) => signed.statement.kind() as u8,
                Message::PrePrepare { .. } => 32,
                Message::Certificate(_) => 33,
                Message::Status(_) => 34,
                Message::BatchProof(_) => 35,
                Message::FetchProposal(_) => 36,
                Message::Proposal(_) => 37,
                Message::VotesHeld { .. } => 38,
            },
            Self::Batch(_) => 64,
            Self::Acknowledge(_) => 65,
            Self::Proof(_) => 66,
            Self::FetchBatch(_) => 67,
            Self::FetchBlocks(_) => 68,
            Self::Blocks(_) => 69,
            Self::Submit(_) => 70,
        }
    }
}
