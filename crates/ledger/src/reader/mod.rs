//! Reading: the certified chain, the state after its newest block, and what admission asks.

pub(crate) mod admission;
pub(crate) mod decoded;
mod epochs;
pub(crate) mod view;

use std::sync::Arc;

use types::{
    AccountId, Block, BlockHash, Certificate, Epoch, EpochEnd, Header, Height, Parameters, Proposal,
    Signature, TransactionId, ValidatorSet,
    block::CertifiedHeader,
    certificate::CheckpointStatement,
    ports::{BlockView, ChainReader, HistoryEntry, ReadError, StateView, TransactionRecord},
};

use crate::{
    LedgerError,
    shared::{RECENT_MAX, Shared},
    store::{Column, HeaderPart, keys},
};
use decoded::DecodedBlock;

/// Reads a ledger while it is written. Cheap to clone; any thread may use it.
#[derive(Clone)]
pub struct LedgerReader {
    pub(crate) shared: Arc<Shared>,
}

/// A checkpoint that this node signed when it executed the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnCheckpoint {
    /// The epoch of the height.
    pub epoch: Epoch,
    /// Height and header hash.
    pub statement: CheckpointStatement,
    /// Over the statement's signing bytes.
    pub signature: Signature,
}

impl LedgerReader {
    /// The newest executed header, certified or not.
    #[must_use]
    pub fn executed_header(&self) -> Header {
        self.shared.executed.read().header.clone()
    }

    /// The chain parameters after the newest executed block.
    #[must_use]
    pub fn parameters(&self) -> Arc<Parameters> {
        Arc::clone(&self.shared.executed.read().parameters)
    }

    /// The validators of the block above the newest executed one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn validator_set(&self) -> Result<ValidatorSet, LedgerError> {
        Ok((*self.next_epoch().set).clone())
    }

    /// What was ordered at a height; `None` for genesis and heights not executed here.
    ///
    /// # Errors
    /// [`LedgerError`] when the store cannot be read.
    pub fn proposal(&self, height: Height) -> Result<Option<Proposal>, LedgerError> {
        decoded::proposal(&self.shared.store, height)
    }

    /// The blocks above the certified tip, ascending: executed here, not yet certified.
    ///
    /// # Errors
    /// [`LedgerError`] when the store cannot be read.
    pub fn uncertified_blocks(&self) -> Result<Vec<(Header, Proposal)>, LedgerError> {
        let (certified, executed) = (self.certified_height(), self.executed());
        let block = |height: Height| {
            let proposal = decoded::proposal(&self.shared.store, height)?;
            let missing = || LedgerError::damaged("bodies", &keys::body(height, 0));
            Ok((self.shared.store.header_at(height)?, proposal.ok_or_else(missing)?))
        };
        (certified.get() + 1..=executed.get()).map(Height::new).map(block).collect()
    }

    /// Heights that are executed but not certified, with their header hashes, ascending.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn uncertified(&self) -> Result<Vec<(Height, BlockHash)>, LedgerError> {
        let (certified, executed) = (self.certified_height(), self.executed());
        let heights = (certified.get() + 1..=executed.get()).map(Height::new);
        heights.map(|height| Ok((height, self.shared.store.header_at(height)?.hash()))).collect()
    }

    /// The hash of the header executed at a height, certified or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn executed_hash(&self, height: Height) -> Result<Option<BlockHash>, LedgerError> {
        if height > self.executed() {
            return Ok(None);
        }
        Ok(self.shared.store.header(height)?.map(|header| header.hash()))
    }

    /// The own checkpoints of all executed heights above `height`, ascending; a height at which this node
    /// signed none is left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn own_checkpoints_above(&self, height: Height) -> Result<Vec<OwnCheckpoint>, LedgerError> {
        let mut checkpoints = Vec::new();
        for height in (height.get() + 1..=self.executed().get()).map(Height::new) {
            let key = keys::header(height, HeaderPart::OwnCheckpoint);
            let Some(signature) = self.shared.store.value(Column::Headers, &key)? else { continue };
            let header = self.shared.store.header_at(height)?;
            let statement = CheckpointStatement { height, header_hash: header.hash() };
            checkpoints.push(OwnCheckpoint { epoch: header.epoch, statement, signature });
        }
        Ok(checkpoints)
    }

    /// The stored certificate of a height, also of one that is not executed here yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn certificate(&self, height: Height) -> Result<Option<Certificate>, LedgerError> {
        self.shared.store.certificate(height)
    }

    /// Height of the newest block that is durable here and, like all below it, certified.
    #[must_use]
    pub fn certified_height(&self) -> Height {
        self.shared.published.read().block.header.height
    }

    fn is_visible(&self, height: Height) -> bool {
        height <= self.certified_height()
    }

    fn certified_header(&self, height: Height) -> Result<Option<CertifiedHeader>, LedgerError> {
        let Some(header) = self.shared.store.header(height)? else { return Ok(None) };
        let certificate = self.shared.store.certificate(height)?;
        if certificate.is_none() && height > Height::ZERO {
            return Err(LedgerError::damaged("headers", &keys::header(height, HeaderPart::Certificate)));
        }
        Ok(Some(CertifiedHeader { header, certificate }))
    }

    /// A decoded block, from the few newest used ones when it is among them.
    fn decoded(&self, height: Height) -> Result<Option<Arc<DecodedBlock>>, LedgerError> {
        if let Some(block) = self.shared.recent.lock().iter().find(|block| block.height == height) {
            return Ok(Some(Arc::clone(block)));
        }
        let Some(block) = DecodedBlock::read(&self.shared.store, height)? else { return Ok(None) };
        let block = Arc::new(block);
        let mut recent = self.shared.recent.lock();
        if recent.len() >= RECENT_MAX {
            recent.pop_front();
        }
        recent.push_back(Arc::clone(&block));
        Ok(Some(block))
    }

    fn find(&self, id: &TransactionId) -> Result<Option<TransactionRecord>, LedgerError> {
        let Some(location) = self.shared.store.get(Column::Transactions, id.as_bytes())? else {
            return Ok(None);
        };
        let damaged = || LedgerError::damaged("transactions", id.as_bytes());
        let (height, index) = keys::read_location(&location).ok_or_else(damaged)?;
        if !self.is_visible(height) {
            return Ok(None);
        }
        let (Some(block), Some(header)) = (self.decoded(height)?, self.certified_header(height)?) else {
            return Ok(None);
        };
        let (transaction, result) = block.transactions.get(index as usize).cloned().ok_or_else(damaged)?;
        let (transaction_path, result_path) = block.paths(index).ok_or_else(damaged)?;
        Ok(Some(TransactionRecord {
            transaction,
            result,
            index,
            block: header,
            transaction_path,
            result_path,
        }))
    }

    fn entries(
        &self,
        account: &AccountId,
        before: Option<(Height, u32)>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, LedgerError> {
        // Uncertified rows sort first: start below them.
        let newest = (self.certified_height(), u32::MAX);
        let from = before.map_or(newest, |before| before.min(newest));
        let after = keys::history(account, from.0, from.1);
        let rows = self.shared.store.scan(Column::History, account.as_bytes(), Some(&after), limit)?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut listed = (Height::ZERO, Vec::new());
        for (key, _) in rows {
            let damaged = || LedgerError::damaged("history", &key);
            let (height, index) = keys::read_history(&key, account).ok_or_else(damaged)?;
            if listed.0 != height {
                listed = (height, decoded::listed(&self.shared.store, height)?.ok_or_else(damaged)?);
            }
            let id = listed.1.get(index as usize).ok_or_else(damaged)?.record.id;
            entries.push(HistoryEntry { height, index, id });
        }
        Ok(entries)
    }

    fn whole_block(&self, height: Height) -> Result<Option<Block>, LedgerError> {
        let Some(CertifiedHeader { header, certificate: Some(certificate) }) =
            self.certified_header(height)?
        else {
            return Ok(None);
        };
        let Some(proposal) = decoded::proposal(&self.shared.store, height)? else { return Ok(None) };
        let batches = decoded::batches(&self.shared.store, height, &proposal)?;
        Ok(Some(Block { header, certificate, proposal, batches }))
    }
}

impl ChainReader for LedgerReader {
    fn certified(&self) -> Arc<CertifiedHeader> {
        Arc::clone(&self.shared.published.read().block)
    }

    fn executed(&self) -> Height {
        self.shared.executed.read().header.height
    }

    fn first_kept(&self) -> Height {
        Height::ZERO
    }

    fn header(&self, height: Height) -> Result<Option<CertifiedHeader>, ReadError> {
        if !self.is_visible(height) {
            return Ok(None);
        }
        Ok(self.certified_header(height)?)
    }

    fn block(&self, height: Height) -> Result<Option<Block>, ReadError> {
        if !self.is_visible(height) {
            return Ok(None);
        }
        Ok(self.whole_block(height)?)
    }

    fn block_view(&self, height: Height) -> Result<Option<BlockView>, ReadError> {
        let Some(block) = self.header(height)? else { return Ok(None) };
        let transactions = match self.decoded(height)? {
            Some(decoded) => decoded.transactions.clone(),
            None => Vec::new(),
        };
        Ok(Some(BlockView { block, transactions }))
    }

    fn transaction(&self, id: &TransactionId) -> Result<Option<TransactionRecord>, ReadError> {
        Ok(self.find(id)?)
    }

    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, ReadError> {
        if !self.is_visible(height) {
            return Ok(None);
        }
        Ok(self.epoch_at(height)?.map(|epoch| epoch.set))
    }

    fn epoch_ends(&self, first: Epoch, limit: usize) -> Result<Vec<EpochEnd>, ReadError> {
        Ok(self.finished(first, limit)?)
    }

    fn history(
        &self,
        account: &AccountId,
        before: Option<(Height, u32)>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, ReadError> {
        Ok(self.entries(account, before, limit)?)
    }

    fn state(&self) -> Arc<dyn StateView> {
        let published = self.shared.published.read();
        Arc::clone(&published.view) as Arc<dyn StateView>
    }
}
