//! Block headers: 292 bytes with fixed offsets.
//!
//! ```text
//! offset  length  field
//!      0       4  version, u32 little-endian, 1
//!      4      32  chain id
//!     36       8  epoch, u64 little-endian
//!     44       8  height, u64 little-endian
//!     52      32  parent hash (zeros at height 0)
//!     84       8  time, unix ms, u64 little-endian
//!     92      32  proposal digest
//!    124      32  transaction root
//!    156       4  transaction count, u32 little-endian
//!    160      32  results root
//!    192      32  state root after this block
//!    224      32  hash of the active validator set
//!    256      32  hash of the next block's validator set
//!    288       4  execution rules version, u32 little-endian
//! ```
//! These are exactly the bytes of the canonical codec. The header hash is
//! SHA-256("hanse.header.v1" ‖ the 292 bytes).

use serde::{Deserialize, Serialize};

use crate::{
    BlockHash, ChainId, Epoch, Hash, Height, ProposalDigest, StateRoot, TimeMs, ValidatorSetHash, codec,
    hash::sha256,
};

/// Length of an encoded header.
pub const HEADER_BYTES: usize = 292;

/// Commits to everything about a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Layout version, 1.
    pub version: u32,
    /// The network.
    pub chain_id: ChainId,
    /// The epoch whose set certifies this block.
    pub epoch: Epoch,
    /// Height; genesis is 0.
    pub height: Height,
    /// The hash of the header one lower.
    pub parent: BlockHash,
    /// Block time: max(proposal's time, parent's time + 1).
    pub time: TimeMs,
    /// What was ordered here.
    pub proposal: ProposalDigest,
    /// RFC 6962 root over the witness hashes.
    pub transactions_root: Hash,
    /// How many transactions.
    pub transaction_count: u32,
    /// RFC 6962 root over the encoded results.
    pub results_root: Hash,
    /// The state after this block.
    pub state_root: StateRoot,
    /// The validators that certify this block.
    pub active_set: ValidatorSetHash,
    /// The validators that certify the next block.
    pub next_set: ValidatorSetHash,
    /// The rules by which this block was executed.
    pub rules: u32,
}

impl Header {
    /// The 292 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads exactly 292 bytes.
    ///
    /// # Errors
    /// [`codec::CodecError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, codec::CodecError> {
        codec::decode_canonical(bytes)
    }

    /// SHA-256("hanse.header.v1" ‖ encoded header).
    #[must_use]
    pub fn hash(&self) -> BlockHash {
        BlockHash::new(sha256("hanse.header.v1", &[&self.encode()]))
    }
}
