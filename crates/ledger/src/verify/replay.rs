//! Replay: each block is read, its certificate, links, batches and client signatures are checked, and it is
//! executed again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use types::{AccountId, Certificate, CheckedBatch, Genesis, Header, Height, Proposal, TransactionId};

use super::memory::Memory;
use crate::{
    LedgerError, epochs,
    execution::{
        block::{self, Below, Outcome, ProposedBlock},
        epoch::Ahead,
    },
    genesis::GenesisBlock,
    reader::decoded::{batches, listed, proposal},
    state::Tables,
    store::{Column, HeaderPart, Store, keys, meta},
    tree::Tree,
};

/// The chain computed so far.
pub(super) struct Replay<'s> {
    store: &'s Store,
    certified: Height,
    pub(super) memory: Memory,
    tables: Tables,
    tip: Header,
    /// What holds for the block above the tip.
    ahead: Ahead,
    /// The history of epochs as it must be.
    pub(super) epochs: BTreeMap<Vec<u8>, Vec<u8>>,
    genesis: Header,
    /// The height of the stored pages, and the tree there.
    pub(super) written: (Height, Tree),
    blocks: u64,
    transactions: u64,
    /// Rows that the indices must have, no more and no fewer.
    pub(super) indexed: u64,
    pub(super) history: u64,
}

impl<'s> Replay<'s> {
    pub(super) fn begin(store: &'s Store, genesis: &Genesis, certified: Height) -> Result<Self, LedgerError> {
        let block = GenesisBlock::of(genesis)?;
        let memory = Memory::new(&block.writes, block.tree);
        let written = (store.tip(meta::TREE)?, memory.tree.clone());
        let (tip, genesis) = (block.header.clone(), block.header);
        let tables = Tables::new();
        let epochs =
            BTreeMap::from([(keys::epoch(block.epoch.epoch).to_vec(), epochs::encode(&block.epoch))]);
        let ahead = Ahead { epoch: block.epoch, boundary: None };
        Ok(Self {
            store,
            certified,
            memory,
            tables,
            tip,
            ahead,
            epochs,
            genesis,
            written,
            blocks: 0,
            transactions: 0,
            indexed: 0,
            history: 0,
        })
    }

    pub(super) fn tip(&self) -> &Header {
        &self.tip
    }

    pub(super) fn counts(&self) -> (u64, u64) {
        (self.blocks, self.transactions)
    }

    pub(super) fn check_genesis(&mut self, errors: &mut Vec<String>) -> Result<bool, LedgerError> {
        if self.store.header(Height::ZERO)?.as_ref() != Some(&self.genesis) {
            errors.push("height 0: the stored header is not that of the genesis".to_owned());
            return Ok(false);
        }
        self.blocks = 1;
        Ok(true)
    }

    /// Checks the next block. `false`: what follows cannot be judged.
    pub(super) fn next_block(&mut self, errors: &mut Vec<String>) -> Result<bool, LedgerError> {
        let height = self.tip.height.next();
        let mut fault = |text: String| errors.push(format!("height {height}: {text}"));
        let Some(header) = self.store.header(height)? else {
            fault("the header is missing".to_owned());
            return Ok(false);
        };
        if header.parent != self.tip.hash() {
            fault(format!("the parent is {}, the block below is {}", header.parent, self.tip.hash()));
        }
        if let Err(text) = self.check_certificate(&header) {
            fault(text);
        }
        let proposed = match self.read_body(&header)? {
            Ok(proposed) => proposed,
            Err(text) => {
                fault(text);
                return Ok(false);
            }
        };
        let below =
            Below { source: &self.memory, tree: &self.memory.tree, parent: &self.tip, forgotten: None };
        let outcome = block::execute(&below, &mut self.tables, &proposed)?;
        let differing = differing(&header, &outcome.header);
        if !differing.is_empty() {
            fault(format!("replay gives another header: {} differ", differing.join(", ")));
            return Ok(false);
        }
        for text in self.check_rows(&outcome)? {
            fault(text);
        }
        self.blocks += 1;
        self.transactions += outcome.listed.len() as u64;
        if outcome.ahead.is_new_epoch() {
            let epoch = &outcome.ahead.epoch;
            self.epochs.insert(keys::epoch(epoch.epoch).to_vec(), epochs::encode(epoch));
        }
        self.ahead = outcome.ahead.clone();
        self.tip = outcome.header.clone();
        self.memory.apply(&outcome.writes, outcome.tree);
        if height == self.written.0 {
            self.written.1 = self.memory.tree.clone();
        }
        self.tables.settle();
        Ok(true)
    }

    fn check_certificate(&self, header: &Header) -> Result<(), String> {
        let certificate: Option<Certificate> =
            self.store.certificate(header.height).map_err(|error| error.to_string())?;
        let Some(certificate) = certificate else {
            return if header.height > self.certified {
                Ok(())
            } else {
                Err("the certificate is missing".to_owned())
            };
        };
        if certificate.header_hash != header.hash() || certificate.height != header.height {
            return Err(format!("the certificate is for header {}", certificate.header_hash));
        }
        if certificate.epoch != header.epoch {
            return Err(format!("the certificate is of epoch {}", certificate.epoch));
        }
        certificate.verify(&header.chain_id, &self.ahead.epoch.set).map_err(|error| error.to_string())
    }

    /// Reads proposal and batches and verifies every client signature. The outer error is the store's.
    fn read_body(&self, header: &Header) -> Result<Result<ProposedBlock, String>, LedgerError> {
        let height = header.height;
        let Some(proposal) = proposal(self.store, height)? else {
            return Ok(Err("the body is missing".to_owned()));
        };
        if proposal.digest() != header.proposal {
            return Ok(Err(format!("the proposal has digest {}", proposal.digest())));
        }
        let encoded = batches(self.store, height, &proposal)?;
        Ok(self.check_batches(header, proposal, encoded))
    }

    fn check_batches(
        &self,
        header: &Header,
        proposal: Proposal,
        encoded: Vec<Bytes>,
    ) -> Result<ProposedBlock, String> {
        let parameters = &self.ahead.epoch.parameters;
        let mut batches = Vec::with_capacity(encoded.len());
        for (place, bytes) in encoded.into_iter().enumerate() {
            let checked = CheckedBatch::check(bytes, &header.chain_id, parameters);
            batches.push(Arc::new(checked.map_err(|error| format!("batch {place}: {error}"))?));
        }
        let proposed = ProposedBlock { epoch: header.epoch, height: header.height, proposal, batches };
        block::check_batches(&proposed).map_err(|error| error.to_string())?;
        Ok(proposed)
    }

    /// Compares results and index rows of a block.
    fn check_rows(&mut self, outcome: &Outcome) -> Result<Vec<String>, LedgerError> {
        let height = outcome.header.height;
        let mut faults = Vec::new();
        if listed(self.store, height)?.as_ref() != Some(&outcome.listed) {
            faults.push("the stored results are not those of the replay".to_owned());
        }
        let mut ids: BTreeSet<TransactionId> = BTreeSet::new();
        for (index, listed) in (0u32..).zip(&outcome.listed) {
            let id = listed.record.id;
            if !listed.record.consumes_id() || !ids.insert(id) {
                continue;
            }
            self.indexed += 1;
            let row = self.store.get(Column::Transactions, id.as_bytes())?;
            if row.as_deref() != Some(&keys::location(height, index)) {
                faults.push(format!("transaction {id} is not indexed at its place {index}"));
            }
        }
        let boundary = self.store.get(Column::Headers, &keys::header(height, HeaderPart::Boundary))?;
        if boundary.as_deref() != outcome.ahead.boundary.map(keys::height).as_ref().map(<[u8; 8]>::as_slice) {
            faults.push("the stored end of the epoch is not that of the replay".to_owned());
        }
        for (account, index) in &outcome.history {
            self.history += 1;
            if !self.has_history(account, height, *index)? {
                faults.push(format!("the history of account {account} lacks transaction {index}"));
            }
        }
        Ok(faults)
    }

    fn has_history(&self, account: &AccountId, height: Height, index: u32) -> Result<bool, LedgerError> {
        Ok(self.store.get(Column::History, &keys::history(account, height, index))?.is_some())
    }
}

/// The names of the fields in which headers differ.
fn differing(stored: &Header, computed: &Header) -> Vec<&'static str> {
    let fields = [
        ("version", stored.version == computed.version),
        ("chain id", stored.chain_id == computed.chain_id),
        ("epoch", stored.epoch == computed.epoch),
        ("height", stored.height == computed.height),
        ("parent", stored.parent == computed.parent),
        ("time", stored.time == computed.time),
        ("proposal", stored.proposal == computed.proposal),
        ("transaction root", stored.transactions_root == computed.transactions_root),
        ("transaction count", stored.transaction_count == computed.transaction_count),
        ("results root", stored.results_root == computed.results_root),
        ("state root", stored.state_root == computed.state_root),
        ("active set", stored.active_set == computed.active_set),
        ("next set", stored.next_set == computed.next_set),
        ("rules", stored.rules == computed.rules),
    ];
    fields.into_iter().filter(|(_, equal)| !equal).map(|(name, _)| name).collect()
}
