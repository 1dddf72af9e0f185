//! A chain in memory: blocks are certified when they are appended.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use types::{
    AccountId, Block, BlockHash, Certificate, Code, Epoch, EpochEnd, Hash, Header, Height, ProposalDigest,
    ResultRecord, StateRoot, TimeMs, Transaction, TransactionId, ValidatorSet, ValidatorSetHash,
    block::CertifiedHeader,
    merkle,
    ports::{BlockView, ChainReader, HistoryEntry, ProvenValue, ReadError, StateView, TransactionRecord},
    state_proof::StateProof,
};

use crate::fake::{CHAIN, Hook};

/// Blocks and state in memory.
#[derive(Default)]
pub struct FakeChain {
    inner: Mutex<Chain>,
}

#[derive(Default)]
struct Chain {
    blocks: Vec<BlockView>,
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    first_kept: Height,
    ends: Vec<EpochEnd>,
    /// Runs once, after a look-up that found nothing and before its answer.
    after_miss: Option<Hook>,
}

impl FakeChain {
    pub fn new(time: TimeMs) -> Arc<Self> {
        let chain = Arc::new(Self::default());
        chain.append(&[], time);
        chain
    }

    /// Adds a certified block; genesis is the first.
    pub fn append(&self, transactions: &[(Transaction, Code)], time: TimeMs) -> (Height, Vec<ResultRecord>) {
        let mut inner = self.lock();
        let height = Height::new(inner.blocks.len() as u64);
        let record = |(transaction, code): &(Transaction, Code)| {
            (
                transaction.bytes().clone(),
                ResultRecord { id: *transaction.id(), code: *code, operation: None },
            )
        };
        let transactions: Vec<_> = transactions.iter().map(record).collect();
        let header = Header {
            version: 1,
            chain_id: CHAIN,
            epoch: Epoch::ZERO,
            height,
            parent: BlockHash::new([0; 32]),
            time,
            proposal: ProposalDigest::new([0; 32]),
            transactions_root: [0; 32],
            transaction_count: u32::try_from(transactions.len()).unwrap(),
            results_root: [0; 32],
            state_root: StateRoot::new([1; 32]),
            active_set: ValidatorSetHash::new([2; 32]),
            next_set: ValidatorSetHash::new([2; 32]),
            rules: 1,
        };
        let certificate = (height > Height::ZERO).then(|| Certificate {
            epoch: Epoch::ZERO,
            height,
            header_hash: header.hash(),
            signers: vec![7],
            signatures: vec![types::Signature::new([5; 64]); 3],
        });
        let results = transactions.iter().map(|(_, result)| *result).collect();
        inner.blocks.push(BlockView { block: CertifiedHeader { header, certificate }, transactions });
        (height, results)
    }

    pub fn put(&self, key: &types::state::StateKey, value: Vec<u8>) {
        self.lock().state.insert(key.encode(), value);
    }

    /// Makes the header of a block name this set.
    pub fn name_set(&self, height: Height, set: ValidatorSetHash) {
        let place = usize::try_from(height.get()).unwrap();
        self.lock().blocks[place].block.header.active_set = set;
    }

    /// Adds the end of an epoch.
    pub fn end_epoch(&self, end: EpochEnd) {
        self.lock().ends.push(end);
    }

    pub fn prune_below(&self, height: Height) {
        self.lock().first_kept = height;
    }

    pub fn after_miss(&self, hook: impl FnOnce() + Send + 'static) {
        self.lock().after_miss = Some(Box::new(hook));
    }

    fn lock(&self) -> MutexGuard<'_, Chain> {
        self.inner.lock().unwrap()
    }

    fn find(&self, id: &TransactionId) -> Option<TransactionRecord> {
        let inner = self.lock();
        for view in inner.blocks.iter().rev() {
            let Some(place) = view.transactions.iter().position(|(_, result)| result.id == *id) else {
                continue;
            };
            let (transaction, result) = view.transactions[place].clone();
            let leaves: Vec<Hash> = view.transactions.iter().map(|_| [0; 32]).collect();
            let path = merkle::path(&leaves, place).unwrap();
            return Some(TransactionRecord {
                transaction,
                result,
                index: u32::try_from(place).unwrap(),
                block: view.block.clone(),
                transaction_path: path.clone(),
                result_path: path,
            });
        }
        None
    }
}

impl ChainReader for FakeChain {
    fn certified(&self) -> Arc<CertifiedHeader> {
        Arc::new(self.lock().blocks.last().unwrap().block.clone())
    }

    fn executed(&self) -> Height {
        self.certified().header.height
    }

    fn first_kept(&self) -> Height {
        self.lock().first_kept
    }

    fn header(&self, height: Height) -> Result<Option<CertifiedHeader>, ReadError> {
        Ok(self.block_view(height)?.map(|view| view.block))
    }

    fn block(&self, _height: Height) -> Result<Option<Block>, ReadError> {
        Ok(None)
    }

    fn block_view(&self, height: Height) -> Result<Option<BlockView>, ReadError> {
        let inner = self.lock();
        if height < inner.first_kept {
            return Ok(None);
        }
        Ok(inner.blocks.get(usize::try_from(height.get()).unwrap()).cloned())
    }

    fn transaction(&self, id: &TransactionId) -> Result<Option<TransactionRecord>, ReadError> {
        let found = self.find(id);
        if found.is_none() {
            let hook = self.lock().after_miss.take();
            if let Some(hook) = hook {
                hook();
            }
        }
        Ok(found)
    }

    fn validators(&self, height: Height) -> Result<Option<Arc<ValidatorSet>>, ReadError> {
        let inner = self.lock();
        let bytes = inner.state.get(&types::state::StateKey::ActiveSet.encode());
        let is_known = height.get() < inner.blocks.len() as u64;
        Ok(bytes.filter(|_| is_known).map(|bytes| Arc::new(types::codec::decode(bytes).unwrap())))
    }

    fn epoch_ends(&self, first: Epoch, limit: usize) -> Result<Vec<EpochEnd>, ReadError> {
        let inner = self.lock();
        let skipped = usize::try_from(first.get()).unwrap_or(usize::MAX);
        Ok(inner.ends.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn history(
        &self,
        _account: &AccountId,
        before: Option<(Height, u32)>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, ReadError> {
        let inner = self.lock();
        let mut entries = Vec::new();
        for view in inner.blocks.iter().rev() {
            for (index, (_, result)) in (0u32..).zip(&view.transactions).collect::<Vec<_>>().into_iter().rev()
            {
                let height = view.block.header.height;
                if before.is_none_or(|before| (height, index) < before) {
                    entries.push(HistoryEntry { height, index, id: result.id });
                }
            }
        }
        entries.truncate(limit);
        Ok(entries)
    }

    fn state(&self) -> Arc<dyn StateView> {
        let inner = self.lock();
        Arc::new(FakeView { block: inner.blocks.last().unwrap().block.clone(), state: inner.state.clone() })
    }
}

struct FakeView {
    block: CertifiedHeader,
    state: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl StateView for FakeView {
    fn at(&self) -> &CertifiedHeader {
        &self.block
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.state.get(key).cloned())
    }

    fn prove(&self, key: &[u8]) -> Result<ProvenValue, ReadError> {
        let proof = StateProof { siblings: vec![[4; 32]], leaf: None };
        Ok(ProvenValue { value: self.state.get(key).cloned(), proof })
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        let matches = |key: &[u8]| key.starts_with(prefix) && after.is_none_or(|after| key > after);
        let entries = self.state.iter().filter(|(key, _)| matches(key));
        Ok(entries.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
