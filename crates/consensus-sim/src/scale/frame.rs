//! What travels between the simulated validators. Encoded nowhere, but as long as if it were.

use std::rc::Rc;

use consensus::Message;
use types::{Acknowledgement, AvailabilityProof, BatchDigest, ValidatorIndex, codec};

use super::{links::Urgency, pool::Body};

/// A frame, shared by its receivers.
#[derive(Debug)]
pub(super) struct Frame {
    pub from: ValidatorIndex,
    pub bytes: u64,
    pub content: Content,
}

/// What is in it.
#[derive(Debug)]
pub(super) enum Content {
    /// Of the replica.
    Consensus(Message),
    /// A batch.
    Batch(Rc<Body>),
    /// To its author.
    Acknowledgement(Acknowledgement),
    /// From its author.
    Proof(Rc<AvailabilityProof>),
    /// Asks for a batch.
    Fetch(BatchDigest),
}

impl Frame {
    /// A frame of this content.
    pub fn new(from: ValidatorIndex, content: Content) -> Rc<Self> {
        let bytes = match &content {
            Content::Consensus(message) => codec::encode(message).len() as u64,
            Content::Batch(body) => 12 + u64::from(body.reference.bytes),
            Content::Acknowledgement(acknowledgement) => 4 + codec::encode(acknowledgement).len() as u64,
            Content::Proof(proof) => 4 + codec::encode(&**proof).len() as u64,
            Content::Fetch(_) => 44,
        };
        Rc::new(Self { from, bytes, content })
    }

    /// Which stream it takes.
    pub fn urgency(&self) -> Urgency {
        match self.content {
            Content::Consensus(_) => Urgency::Consensus,
            Content::Batch(_) | Content::Acknowledgement(_) | Content::Proof(_) | Content::Fetch(_) => {
                Urgency::Batches
            }
        }
    }
}
