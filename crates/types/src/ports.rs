//! The traits that join crates which never import each other; `node` wires them.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    AccountId, Block, Code, Epoch, EpochEnd, Height, ResultRecord, Signature, Transaction, TransactionId,
    ValidatorIndex, ValidatorSet,
    admission::{Admitted, ClientId, Refusal},
    block::CertifiedHeader,
    merkle::MerklePath,
    state_proof::StateProof,
};

/// Signs with the validator's consensus key. The key itself stays in `node`.
pub trait Signer: Send + Sync {
    /// This validator's place in the set.
    fn index(&self) -> ValidatorIndex;
    /// Signs bytes made by [`crate::signing::signing_bytes`].
    fn sign(&self, bytes: &[u8]) -> Signature;
}

/// The answer to a submission; called exactly once, on any thread, and must not block.
pub type AdmissionReply = Box<dyn FnOnce(Result<Admitted, Refusal>) + Send>;

/// Where clients' transactions go (implemented by `mempool`).
pub trait TransactionPool: Send + Sync {
    /// Takes the bytes of a signed transaction. Returns at once; submitting the same bytes again is safe.
    fn submit(&self, transaction: Bytes, client: ClientId, reply: AdmissionReply);
    /// What is waiting.
    fn load(&self) -> PoolLoad;
}

/// What waits in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolLoad {
    /// Transactions admitted here and not yet in a block.
    pub transactions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Own batches not yet ordered.
    pub batches_unordered: u64,
}

/// What admission asks of the current state (implemented by `ledger`).
pub trait AdmissionState: Send + Sync {
    /// A soft judgement by the latest executed state: would it be void or fail at once? `None`: take it.
    fn refusal(&self, transaction: &Transaction) -> Option<(Code, String)>;
    /// Whether its id was executed and is still remembered.
    fn is_seen(&self, transaction: &Transaction) -> bool;
}

/// A store that cannot be read. Details are logged where it happens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger cannot be read: {reason}")]
pub struct ReadError {
    /// What the store says.
    pub reason: String,
}

/// A transaction in a certified block, and all that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRecord {
    /// The exact signed bytes.
    pub transaction: Bytes,
    /// What became of it.
    pub result: ResultRecord,
    /// Its place in the block, from 0.
    pub index: u32,
    /// The block's header and certificate.
    pub block: CertifiedHeader,
    /// From the witness hash to `transactions_root`.
    pub transaction_path: MerklePath,
    /// From the encoded result to `results_root`.
    pub result_path: MerklePath,
}

/// A certified block as readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockView {
    /// Header and certificate.
    pub block: CertifiedHeader,
    /// Signed bytes and result of each transaction, in order.
    pub transactions: Vec<(Bytes, ResultRecord)>,
}

/// A value with the proof that it, or its absence, is part of the certified state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenValue {
    /// The value; `None`: absent.
    pub value: Option<Vec<u8>>,
    /// Against `state_root` of the view's header.
    pub proof: StateProof,
}

/// One entry of an account's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The block.
    pub height: Height,
    /// The transaction's place in it.
    pub index: u32,
    /// The transaction.
    pub id: TransactionId,
}

/// Reads of the certified chain (implemented by `ledger`). Every answer is at or below
/// [`ChainReader::certified`].
pub trait ChainReader: Send + Sync {
    /// The newest block that is durable here and certified.
    fn certified(&self) -> Arc<CertifiedHeader>;
    /// The newest block executed here, certified or not.
    fn executed(&self) -> Height;
    /// The lowest height whose body is kept.
    fn first_kept(&self) -> Height;
    /// Header and certificate at a height.
    ///
    /// # Errors
    /// [`ReadError`].
    fn header(&self, height: Height) -> Result<Option<CertifiedHeader>, ReadError>;
    /// The whole block, for a node that was away.
    ///
    /// # Errors
    /// [`ReadError`].
    fn block(&self, height: Height) -> Result<Option<Block>, ReadError>;
    /// The block with its transactions and results.
    ///
    /// # Errors
    /// [`ReadError`].
    fn block_view(&self, height: Height) -> Result<Option<BlockView>, ReadError>;
    /// A transaction by id, with its proofs.
    ///
    /// # Errors
    /// [`ReadError`].
    fn transaction(&self, id: &TransactionId) -> Result<Option<TransactionRecord>, ReadError>;
    /// The validators that certify the block of a height, which must be certified here.
    ///
    /// # Errors
    /// [`ReadError`].
    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, ReadError>;
    /// The last blocks of finished epochs from `first` on, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn epoch_ends(&self, first: Epoch, limit: usize) -> Result<Vec<EpochEnd>, ReadError>;
    /// The transactions that touched an account, newest first, strictly older than `before`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn history(
        &self,
        account: &AccountId,
        before: Option<(Height, u32)>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, ReadError>;
    /// The state as of the newest certified block.
    fn state(&self) -> Arc<dyn StateView>;
}

/// A state key's bytes and its value's.
pub type StateEntry = (Vec<u8>, Vec<u8>);

/// An immutable view of the state at one certified block.
pub trait StateView: Send + Sync {
    /// Which block.
    fn at(&self) -> &CertifiedHeader;
    /// A value by the bytes of its [`crate::state::StateKey`].
    ///
    /// # Errors
    /// [`ReadError`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError>;
    /// A value with proof of presence or absence.
    ///
    /// # Errors
    /// [`ReadError`].
    fn prove(&self, key: &[u8]) -> Result<ProvenValue, ReadError>;
    /// Entries whose keys start with `prefix`, ascending, strictly after `after`.
    ///
    /// # Errors
    /// [`ReadError`].
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<StateEntry>, ReadError>;
}

/// What a node says of itself (implemented by `node`).
pub trait NodeInformation: Send + Sync {
    /// A fresh picture; takes no lock that consensus waits for.
    fn status(&self) -> NodeStatus;
    /// Asks consensus for one empty block, because an outcome is awaited past its expiry. Rate-limited.
    fn request_empty_block(&self);
}

/// A node's picture of itself; `hanse status --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeStatus {
    /// Newest certified block.
    pub height: Height,
    /// The view consensus is in.
    pub view: u64,
    /// Its primary.
    pub primary: u16,
    /// Own place in the set; `None` for observers.
    pub index: Option<u16>,
    /// Whether this node votes.
    pub voting: bool,
    /// Why not, in a word or sentence.
    pub not_voting_reason: Option<String>,
    /// Since the newest block was certified here; `None` before the first since the start.
    pub last_commit_age_ms: Option<u64>,
    /// Whether blocks are being fetched.
    pub syncing: bool,
    /// Up to where, if known.
    pub sync_target: Option<Height>,
    /// The others.
    pub peers: Vec<PeerStatus>,
    /// What waits.
    pub mempool: PoolLoad,
    /// View changes since the start.
    pub view_changes: u64,
    /// Pieces of evidence of misbehaviour kept.
    pub evidence: u64,
    /// Release.
    pub version: String,
    /// Why `/readyz` and `grpc.health.v1` say no; empty when ready.
    pub not_ready_reasons: Vec<String>,
}

/// A peer as this node sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerStatus {
    /// Place in the set; `None` for observers.
    pub index: Option<u16>,
    /// Name in the set or in the configuration.
    pub id: String,
    /// Where it is dialled.
    pub address: String,
    /// Whether there is a connection.
    pub connected: bool,
    /// Its certified height, as it says.
    pub height: Option<Height>,
    /// Its view, as it says.
    pub view: Option<u64>,
    /// Round trip.
    pub rtt_ms: Option<u64>,
    /// Its release, as it says.
    pub version: Option<String>,
}
