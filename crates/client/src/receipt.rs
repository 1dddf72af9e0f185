//! Receipts: what became of a transaction, provable years later with the genesis alone.

use bytes::Bytes;
use types::{
    CheckedTransaction, Code, EpochEnd, Genesis, Height, ResultRecord, TimeMs, Transaction,
    block::CertifiedHeader, merkle::MerklePath,
};

use crate::{ProofError, Verifier, decode, pb};

/// A transaction, its result, and the proof that a certified block holds both. Portable: see
/// [`Receipt::to_json`] and [`Receipt::read_file`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
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
    /// The ends of all epochs before the block's, in order: they prove its validators.
    pub epochs: Vec<EpochEnd>,
}

/// What a receipt proves.
#[derive(Debug, Clone)]
pub struct VerifiedReceipt {
    /// The transaction; its signatures were checked too.
    pub transaction: CheckedTransaction,
    /// What became of it.
    pub result: ResultRecord,
    /// The block.
    pub height: Height,
    /// The block's time.
    pub time: TimeMs,
    /// Its place in the block, from 0.
    pub index: u32,
}

impl Receipt {
    /// Checks everything offline: the changes of the validator set since the genesis, header, certificate by
    /// the header's validator set, both Merkle paths, the
    /// identity of transaction and result, and the transaction's own signatures.
    ///
    /// # Errors
    /// [`ProofError`] names the first fault.
    pub fn verify(&self, genesis: &Genesis) -> Result<VerifiedReceipt, ProofError> {
        self.verify_with(&Verifier::new(genesis.clone())?)
    }

    /// As [`Receipt::verify`], for many receipts of one network.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify_with(&self, verifier: &Verifier) -> Result<VerifiedReceipt, ProofError> {
        self.learn_epochs(verifier)?;
        verifier.certified(&self.block)?;
        let header = &self.block.header;
        // Also where the verifier knew the set already: the receipt must prove itself.
        if (self.epochs.len() as u64) < header.epoch.get() {
            return Err(ProofError::UnknownEpoch { found: header.epoch });
        }
        let transaction = Transaction::decode_any(self.transaction.clone())?;
        let found = transaction.body().chain_id;
        if found != *verifier.chain_id() {
            return Err(ProofError::WrongChain { expected: *verifier.chain_id(), found });
        }
        if *transaction.id() != self.result.id {
            return Err(ProofError::OtherTransaction { expected: *transaction.id(), found: self.result.id });
        }
        self.check_place("transaction", &self.transaction_path)?;
        self.check_place("result", &self.result_path)?;
        if !self.transaction_path.proves(transaction.witness().as_bytes(), &header.transactions_root) {
            return Err(ProofError::TransactionPath);
        }
        if !self.result_path.proves(&self.result.encode(), &header.results_root) {
            return Err(ProofError::ResultPath);
        }
        let checked = CheckedTransaction::check_each(vec![transaction]).pop();
        let transaction = checked.and_then(Result::ok).ok_or(ProofError::TransactionSignature)?;
        let (height, time, index) = (header.height, header.time, self.index);
        Ok(VerifiedReceipt { transaction, result: self.result, height, time, index })
    }

    /// Reads a node's answer, which has no ends of epochs; nothing is verified.
    ///
    /// # Errors
    /// [`ProofError::Shape`] and other faults of form.
    pub fn from_wire(receipt: &pb::Receipt) -> Result<Self, ProofError> {
        Ok(Self {
            transaction: receipt.signed_transaction.clone(),
            result: decode::result(receipt.result.as_ref())?,
            index: receipt.index,
            block: decode::certified_header(receipt.block.as_ref())?,
            transaction_path: decode::merkle_path("transaction_path", receipt.transaction_path.as_ref())?,
            result_path: decode::merkle_path("result_path", receipt.result_path.as_ref())?,
            epochs: Vec::new(),
        })
    }

    /// Whether the transaction had its effect, as the receipt says.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        self.result.code == Code::Committed
    }

    /// Learns the validators of the block from the receipt itself: every change up to it, in order.
    fn learn_epochs(&self, verifier: &Verifier) -> Result<(), ProofError> {
        let epoch = self.block.header.epoch;
        for (place, end) in (0u64..).zip(&self.epochs) {
            let found = end.block.header.epoch;
            if found.get() != place || found >= epoch {
                return Err(ProofError::EpochOrder { place, found });
            }
            verifier.learn(end)?;
        }
        Ok(())
    }

    fn check_place(&self, tree: &'static str, path: &MerklePath) -> Result<(), ProofError> {
        let leaves = self.block.header.transaction_count;
        if path.index == u64::from(self.index) && path.leaves == u64::from(leaves) {
            return Ok(());
        }
        Err(ProofError::Place {
            tree,
            index: path.index,
            leaves: path.leaves,
            expected_index: self.index,
            expected_leaves: leaves,
        })
    }
}
