//! Executing a block and storing all of it in one write; synced, but for blocks of a group from elsewhere.

use std::{collections::VecDeque, sync::Arc};

use types::{Certificate, Height, Signature, certificate::CheckpointStatement, codec};

use super::{Executed, LedgerWriter};
use crate::{
    LedgerError, epochs,
    execution::block::{self, Below, Outcome, ProposedBlock},
    shared::{CHANGED_VALUES_MAX, CHANGES_MAX, ExecutedTip},
    state::{Changes, Tables},
    store::{Batch, Column, Durable, HeaderPart, keys, meta},
    undo,
};

impl LedgerWriter {
    /// Executes the next height and stores everything of it. `sign` makes the own checkpoint, or none
    /// (observers, validators that may not vote); it becomes durable in the same write.
    ///
    /// # Errors
    /// [`LedgerError::NotNext`] and [`LedgerError::InvalidBlock`] for what was given;
    /// [`LedgerError::Diverged`] when a certificate for another header is stored; others are fatal.
    pub fn execute(
        &mut self,
        block: &ProposedBlock,
        sign: &dyn Fn(&CheckpointStatement) -> Option<Signature>,
    ) -> Result<Executed, LedgerError> {
        self.check_usable()?;
        block::check_batches(block)?;
        let known = self.state.certificates.get(&block.height).cloned();
        self.run(block, known.as_ref(), sign, Durable::Now)
    }

    /// Executes and stores; with a certificate, only when the header is the certified one.
    pub(super) fn run(
        &mut self,
        block: &ProposedBlock,
        certificate: Option<&Certificate>,
        sign: &dyn Fn(&CheckpointStatement) -> Option<Signature>,
        durable: Durable,
    ) -> Result<Executed, LedgerError> {
        let expected = self.state.tip.height.next();
        if block.height != expected {
            return Err(LedgerError::NotNext { expected, found: block.height });
        }
        match self.execute_and_store(block, certificate, sign, durable) {
            Ok(executed) => Ok(executed),
            Err(error) => {
                let error = error.below(self.shared.store.path());
                // What was read and changed belongs to a block that was not stored.
                self.tables = Tables::new();
                match &error {
                    LedgerError::NotNext { .. } | LedgerError::InvalidBlock { .. } => {}
                    LedgerError::InUse { .. }
                    | LedgerError::Damaged { .. }
                    | LedgerError::NoSpace { .. }
                    | LedgerError::Io { .. }
                    | LedgerError::OtherGenesis { .. }
                    | LedgerError::Genesis { .. }
                    | LedgerError::NewerFormat { .. }
                    | LedgerError::OlderFormat { .. }
                    | LedgerError::NewerRules { .. }
                    | LedgerError::Diverged { .. }
                    | LedgerError::ConflictingCertificates { .. } => self.failed = Some(error.clone()),
                }
                Err(error)
            }
        }
    }

    fn execute_and_store(
        &mut self,
        block: &ProposedBlock,
        certificate: Option<&Certificate>,
        sign: &dyn Fn(&CheckpointStatement) -> Option<Signature>,
        durable: Durable,
    ) -> Result<Executed, LedgerError> {
        let below = Below {
            source: &self.shared.store,
            tree: &self.state.pages.tree,
            parent: &self.state.tip,
            forgotten: self.forgotten,
        };
        let mut outcome = block::execute(&below, &mut self.tables, block)?;
        if let Some(certificate) = certificate.filter(|certificate| certificate.header_hash != outcome.hash) {
            let (expected, found) = (certificate.header_hash, outcome.hash);
            return Err(LedgerError::Diverged { height: block.height, expected, found });
        }
        let checkpoint = sign(&CheckpointStatement { height: block.height, header_hash: outcome.hash });
        let shared = Arc::clone(&self.shared);
        let mut batch = shared.store.batch();
        put_block(&mut batch, block, &outcome)?;
        put_state(&mut batch, &outcome)?;
        let touched = std::mem::take(&mut outcome.touched);
        self.state.pages.follow(&mut batch, block.height, &outcome.tree, touched)?;
        if let Some(signature) = &checkpoint {
            let key = keys::header(block.height, HeaderPart::OwnCheckpoint);
            batch.put(Column::Headers, &key, &codec::encode(signature))?;
        }
        let mut certificates = self.state.certificates.clone();
        if let Some(certificate) = certificate {
            certificates.insert(block.height, certificate.clone());
            let key = keys::header(block.height, HeaderPart::Certificate);
            batch.put(Column::Headers, &key, &codec::encode(certificate))?;
        }
        let certified = self.advance(&mut batch, &certificates, block.height)?;
        batch.write(durable)?;
        self.state.certificates = certificates;
        self.settle(block.height, outcome, certified, checkpoint)
    }

    /// The block is stored: from here on it is the tip.
    fn settle(
        &mut self,
        height: Height,
        outcome: Outcome,
        certified: Height,
        checkpoint: Option<Signature>,
    ) -> Result<Executed, LedgerError> {
        let changes = Arc::new(self.tables.changes());
        self.tables.settle();
        self.forgotten = outcome.forgotten.or(self.forgotten);
        self.state.tip = outcome.header.clone();
        self.state.tip_hash = outcome.hash;
        self.waiting.insert(height, (self.shared.store.pin(), outcome.tree));
        // The block was executed by what was ahead of the one below.
        let parameters = Arc::clone(&self.state.ahead.epoch.parameters);
        let (header, ahead) = (outcome.header.clone(), outcome.ahead.clone());
        self.keep_changes(changes);
        let changes = self.changes.clone();
        *self.shared.executed.write() = Arc::new(ExecutedTip { header, parameters, ahead, changes });
        let boundary = outcome.ahead.boundary;
        self.state.ahead = outcome.ahead;
        self.publish(certified)?;
        let results = outcome.listed.iter().map(|listed| listed.record).collect();
        Ok(Executed { header: outcome.header, hash: outcome.hash, results, checkpoint, boundary })
    }

    fn keep_changes(&mut self, newest: Arc<Changes>) {
        self.changes.push_back(newest);
        let values =
            |changes: &VecDeque<Arc<Changes>>| changes.iter().map(|block| block.len()).sum::<usize>();
        while self.changes.len() > CHANGES_MAX || values(&self.changes) > CHANGED_VALUES_MAX {
            self.changes.pop_front();
        }
    }
}

fn put_block(batch: &mut Batch<'_>, block: &ProposedBlock, outcome: &Outcome) -> Result<(), LedgerError> {
    let height = block.height;
    batch.put(Column::Headers, &keys::header(height, HeaderPart::Header), &outcome.header.encode())?;
    batch.put(Column::Bodies, &keys::body(height, 0), &codec::encode(&block.proposal))?;
    for (part, checked) in (1u32..).zip(&block.batches) {
        batch.put(Column::Bodies, &keys::body(height, part), checked.encoded())?;
    }
    batch.put(Column::Results, &keys::height(height), &codec::encode(&outcome.listed))?;
    put_index(batch, height, outcome)?;
    if let Some(last) = outcome.ahead.boundary {
        let key = keys::header(height, HeaderPart::Boundary);
        batch.put(Column::Headers, &key, &keys::height(last))?;
    }
    if outcome.ahead.is_new_epoch() {
        epochs::put(batch, &outcome.ahead.epoch)?;
    }
    batch.put(Column::Meta, meta::EXECUTED, &keys::height(height))
}

/// Rows in the order of their keys: neighbours are inserted cheaper.
fn put_index(batch: &mut Batch<'_>, height: Height, outcome: &Outcome) -> Result<(), LedgerError> {
    // Void transactions stand in their block, but not in the index: their id may still commit.
    let consumed = (0u32..).zip(&outcome.listed).filter(|(_, listed)| listed.record.consumes_id());
    let mut places: Vec<_> = consumed.map(|(index, listed)| (listed.record.id, index)).collect();
    places.sort_unstable();
    for (id, index) in places {
        batch.put(Column::Transactions, id.as_bytes(), &keys::location(height, index))?;
    }
    let mut rows: Vec<_> =
        outcome.history.iter().map(|(account, index)| keys::history(account, height, *index)).collect();
    rows.sort_unstable();
    for row in rows {
        batch.put(Column::History, &row, &[])?;
    }
    Ok(())
}

fn put_state(batch: &mut Batch<'_>, outcome: &Outcome) -> Result<(), LedgerError> {
    for write in &outcome.writes {
        match &write.after {
            Some(value) => batch.put(Column::State, &write.key, value)?,
            None => batch.delete(Column::State, &write.key)?,
        }
    }
    batch.put(Column::Undo, &keys::height(outcome.header.height), &undo::encode(&outcome.writes))
}
