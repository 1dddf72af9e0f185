//! Why an answer proves nothing.

use types::{
    BlockHash, CertificateError, ChainId, Code, Epoch, Height, TimeMs, TransactionId, ValidatorSetHash,
    codec::CodecError, state_proof::StateProofError, transaction::TransactionError,
    validators::ValidatorSetError,
};

/// Why an answer or a receipt does not verify. The answer must not be used; ask another node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A part is absent or has the wrong length.
    #[error("{field} is missing or has the wrong length")]
    Shape {
        /// Which.
        field: &'static str,
    },
    /// The header's bytes are no header.
    #[error("the header is not readable: {0}")]
    Header(CodecError),
    /// A state value is not what its key promises.
    #[error("the state value is not readable: {0}")]
    Value(CodecError),
    /// The transaction's bytes are no transaction.
    #[error("the transaction is not readable: {0}")]
    Transaction(#[from] TransactionError),
    /// A signature of the transaction does not verify.
    #[error("a signature of the transaction does not verify")]
    TransactionSignature,
    /// Of another network.
    #[error("this is of chain {found}, expected {expected}")]
    WrongChain {
        /// The trusted genesis' network.
        expected: ChainId,
        /// What was shown.
        found: ChainId,
    },
    /// The genesis' validators do not form a set.
    #[error("the genesis has no usable validator set: {0}")]
    Genesis(#[from] ValidatorSetError),
    /// No certificate, above height 0.
    #[error("the header of height {height} comes without certificate")]
    Uncertified {
        /// The header's height.
        height: Height,
    },
    /// The certificate itself.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate names another height or epoch than its header.
    #[error("the certificate is of height {certified} in epoch {epoch}, the header of {found}")]
    CertificateHeight {
        /// The certificate's height.
        certified: Height,
        /// The certificate's epoch.
        epoch: Epoch,
        /// The header's height.
        found: Height,
    },
    /// The validator set of an epoch to which no proven chain of changes leads.
    #[error(
        "the validator set of epoch {found} is not known: a change of the set on the way to it is missing"
    )]
    UnknownEpoch {
        /// The epoch.
        found: Epoch,
    },
    /// The header's height is of another epoch than it says.
    #[error("height {height} is not of epoch {claimed}")]
    OtherEpoch {
        /// What the header says.
        claimed: Epoch,
        /// Its height.
        height: Height,
    },
    /// A header that names no other set, shown as the end of an epoch.
    #[error("the header of height {height} ends no epoch")]
    NoEpochEnd {
        /// Its height.
        height: Height,
    },
    /// The changes of the set are not those of epochs 0, 1, ... up to the block's.
    #[error("change {place} of the validator set is that of epoch {found}")]
    EpochOrder {
        /// Its place, from 0.
        place: u64,
        /// Its epoch.
        found: Epoch,
    },
    /// A validator set that the header does not name.
    #[error("the validator set hashes to {found}, the header names {expected}")]
    OtherSet {
        /// The header's.
        expected: ValidatorSetHash,
        /// The shown one's.
        found: ValidatorSetHash,
    },
    /// Another block than asked for.
    #[error("this is the block of height {found}, asked was {expected}")]
    OtherHeight {
        /// Asked for.
        expected: Height,
        /// Shown.
        found: Height,
    },
    /// The proof is for another place than the receipt names, or for a tree of another size.
    #[error(
        "the {tree} path is for leaf {index} of {leaves}, expected {expected_index} of {expected_leaves}"
    )]
    Place {
        /// `transaction` or `result`.
        tree: &'static str,
        /// The path's leaf.
        index: u64,
        /// The path's tree size.
        leaves: u64,
        /// The receipt's index.
        expected_index: u32,
        /// The header's transaction count.
        expected_leaves: u32,
    },
    /// The transaction is not in the block.
    #[error("the transaction path does not lead to the header's transaction root")]
    TransactionPath,
    /// The result is not in the block.
    #[error("the result path does not lead to the header's results root")]
    ResultPath,
    /// The result is another transaction's, or another transaction was asked for.
    #[error("this is transaction {found}, expected {expected}")]
    OtherTransaction {
        /// Whose it should be.
        expected: TransactionId,
        /// Whose it is.
        found: TransactionId,
    },
    /// The claimed outcome differs from the proven one.
    #[error("the answer says {claimed}, its receipt proves {proven}")]
    OtherOutcome {
        /// Said.
        claimed: Code,
        /// Proven.
        proven: Code,
    },
    /// The block's transactions or results do not hash to the header's roots.
    #[error("the block's {tree} do not hash to the header's root")]
    OtherContent {
        /// `transactions` or `results`.
        tree: &'static str,
    },
    /// The proof is for another key than asked for.
    #[error("the proof is for another state key than asked for")]
    OtherKey,
    /// The state proof itself.
    #[error(transparent)]
    State(#[from] StateProofError),
    /// A name was answered with an id that it does not stand for.
    #[error("the answer does not belong to the name {name}")]
    OtherName {
        /// Asked for.
        name: String,
    },
    /// The block is too early or too late to prove an expiry.
    #[error("block time {found} proves no expiry: it must be above {after} and at most {until}")]
    ExpiryTime {
        /// The transaction's `valid_until`.
        after: TimeMs,
        /// That plus `expiry_grace_ms`.
        until: TimeMs,
        /// The header's time.
        found: TimeMs,
    },
    /// The id was executed and is remembered: the transaction did not expire.
    #[error("transaction {id} was executed before it expired")]
    NotExpired {
        /// Which.
        id: TransactionId,
    },
    /// A header hash that the header does not have.
    #[error("the header hashes to {found}, expected {expected}")]
    OtherHeader {
        /// Expected.
        expected: BlockHash,
        /// Found.
        found: BlockHash,
    },
}
