//! The vocabulary of Hanse: identifiers, keys and the one signature rule, transactions, batches,
//! proposals, headers, certificates, the validator set and its quorum arithmetic, Merkle trees, the
//! canonical codec, and the traits ([`ports`]) that join crates which never import each other.
//!
//! Nothing here does I/O, reads a clock or spawns a thread.

pub mod account;
pub mod admission;
pub mod amount;
pub mod batch;
pub mod block;
pub mod certificate;
pub mod checked;
pub mod code;
pub mod codec;
pub mod crypto;
pub mod epoch;
pub mod genesis;
pub mod hash;
pub mod header;
pub mod merkle;
pub mod number;
pub mod operation;
pub mod parameters;
pub mod ports;
pub mod proposal;
pub mod quorum;
pub mod signing;
pub mod state;
pub mod state_proof;
pub mod transaction;
pub mod validators;
pub mod wire;

pub use account::{Account, AccountStatus, KeySet, Member, Role, WeightedKey};
pub use amount::Amount;
pub use batch::{Acknowledgement, AvailabilityProof, Batch, BatchRef};
pub use block::{Block, ResultRecord};
pub use certificate::{Certificate, CertificateError};
pub use checked::{CheckedBatch, CheckedTransaction};
pub use code::Code;
pub use crypto::{PublicKey, SecretKey, Signature};
pub use epoch::{EpochEnd, EpochInfo};
pub use genesis::Genesis;
pub use hash::{
    AccountId, AssetId, BatchDigest, BlockHash, ChainId, Hash, LockId, MemberId, ProposalDigest, StateRoot,
    TransactionId, ValidatorSetHash, VoteLogId, WitnessHash,
};
pub use header::Header;
pub use number::{BatchSequence, Epoch, Height, TimeMs, ValidatorIndex, View};
pub use operation::{Authority, Operation};
pub use parameters::Parameters;
pub use proposal::{Participation, Proposal};
pub use transaction::Transaction;
pub use validators::{Validator, ValidatorSet};
