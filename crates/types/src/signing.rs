//! What exactly is signed by validators: `tag(24) ‖ chain id(32) ‖ kind(1) ‖ epoch(8, little-endian) ‖
//! canonical bytes`. No signature of one kind, network, version or epoch can be taken for another's.

use serde::Serialize;

use crate::{ChainId, Epoch, codec};

/// Protocol and version, 24 bytes, zero-padded.
pub const TAG: [u8; 24] = *b"hanse.validator.v1\0\0\0\0\0\0";

/// The kind of a validator's signed statement; the byte is part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A primary's ordering of a digest.
    PrePrepare = 1,
    /// A backup's agreement to it.
    Prepare = 2,
    /// The promise that it is prepared and durable.
    Commit = 3,
    /// An executed block's header hash.
    Checkpoint = 4,
    /// The wish for a higher view.
    ViewChange = 5,
    /// A primary's proof that its view begins.
    NewView = 6,
    /// A batch is verified and durable here.
    Acknowledgement = 7,
    /// A wish for one empty block.
    EmptyRequest = 8,
    /// A validator's card in the genesis ceremony (proof of possession).
    GenesisCard = 9,
    /// A member's approval of a genesis.
    GenesisApproval = 10,
    /// A validator asks its peers which votes of its own they hold.
    VoteQuery = 11,
}

/// The bytes that a validator signs for `statement`.
#[must_use]
pub fn signing_bytes<T: Serialize>(chain: &ChainId, kind: Kind, epoch: Epoch, statement: &T) -> Vec<u8> {
    let content = codec::encode(statement);
    let mut bytes = Vec::with_capacity(TAG.len() + 32 + 1 + 8 + content.len());
    bytes.extend_from_slice(&TAG);
    bytes.extend_from_slice(chain.as_bytes());
    bytes.push(kind as u8);
    bytes.extend_from_slice(&epoch.get().to_le_bytes());
    bytes.extend_from_slice(&content);
    bytes
}

/// The bytes that an account's key signs: "hanse.tx.sig.v1" ‖ chain id ‖ transaction id.
#[must_use]
pub fn transaction_signing_bytes(chain: &ChainId, id: &crate::TransactionId) -> [u8; 79] {
    let mut bytes = [0; 79];
    bytes[..15].copy_from_slice(b"hanse.tx.sig.v1");
    bytes[15..47].copy_from_slice(chain.as_bytes());
    bytes[47..].copy_from_slice(id.as_bytes());
    bytes
}
