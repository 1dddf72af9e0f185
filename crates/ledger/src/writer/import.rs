//! Catching up: certified blocks from others are verified, executed, compared and only then stored.

use std::sync::Arc;

use types::{Block, CheckedBatch, EpochInfo, certificate::CertificateError};

use super::{Executed, LedgerWriter};
use crate::{
    BlockFault, LedgerError, epochs,
    execution::block::{self, ProposedBlock},
    store::Durable,
};

/// What became of a block from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It was executed now, is stored and certified.
    Executed(Box<Executed>),
    /// The same block had been executed here; its certificate is durable.
    AlreadyHere,
}

impl LedgerWriter {
    /// Takes a certified block whose batches were checked. The certificate is verified first; a block that
    /// was executed already is only compared.
    ///
    /// # Errors
    /// [`LedgerError::InvalidBlock`] and [`LedgerError::NotNext`] for what was given: nothing is written
    /// and the writer goes on. [`LedgerError::Diverged`] when execution gives another header than the
    /// certified one: nothing is written.
    pub fn import_block(
        &mut self,
        block: &Block,
        batches: Vec<Arc<CheckedBatch>>,
    ) -> Result<Imported, LedgerError> {
        self.import(block, batches, Durable::Now)
    }

    /// As [`LedgerWriter::import_block`] for one of many: readers see it, for the others have it certified, but it is
    /// durable only after [`LedgerWriter::sync`]. Until then nobody is to act on having it.
    ///
    /// # Errors
    /// As there.
    pub fn import_of_many(
        &mut self,
        block: &Block,
        batches: Vec<Arc<CheckedBatch>>,
    ) -> Result<Imported, LedgerError> {
        self.import(block, batches, Durable::Later)
    }

    /// Makes everything written so far durable.
    ///
    /// # Errors
    /// A disk that refuses: fatal.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        self.check_usable()?;
        self.shared.store.sync().inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn import(
        &mut self,
        block: &Block,
        batches: Vec<Arc<CheckedBatch>>,
        durable: Durable,
    ) -> Result<Imported, LedgerError> {
        self.check_usable()?;
        let (height, tip) = (block.header.height, self.state.tip.height);
        if height > tip.next() {
            return Err(LedgerError::NotNext { expected: tip.next(), found: height });
        }
        self.check_certified(block)?;
        if height <= tip {
            self.store_certificates(std::slice::from_ref(&block.certificate))?;
            return Ok(Imported::AlreadyHere);
        }
        if block.header.parent != self.state.tip_hash {
            let (expected, found) = (block.header.parent, self.state.tip_hash);
            let error = LedgerError::Diverged { height: tip, expected, found };
            self.failed = Some(error.clone());
            return Err(error);
        }
        let proposed =
            ProposedBlock { epoch: block.header.epoch, height, proposal: block.proposal.clone(), batches };
        block::check_batches(&proposed)?;
        let executed = self.run(&proposed, Some(&block.certificate), &|_| None, durable)?;
        Ok(Imported::Executed(Box::new(executed)))
    }

    /// Header, certificate and proposal belong together and to this chain; the validators are those of the
    /// height's epoch.
    fn check_certified(&self, block: &Block) -> Result<(), LedgerError> {
        let (header, certificate) = (&block.header, &block.certificate);
        let refused = |fault| LedgerError::InvalidBlock { height: header.height, fault };
        let EpochInfo { epoch, set, .. } =
            epochs::at(&self.shared.store, &self.state.ahead.epoch, header.height)?;
        let same_place = header.chain_id == self.shared.chain
            && header.epoch == epoch
            && certificate.epoch == epoch
            && certificate.height == header.height;
        if !same_place {
            return Err(refused(BlockFault::Place { epoch, height: header.height }));
        }
        let found = header.hash();
        if certificate.header_hash != found {
            let certified = certificate.header_hash;
            return Err(refused(CertificateError::OtherHeader { certified, found }.into()));
        }
        certificate.verify(&self.shared.chain, &set).map_err(|error| refused(error.into()))?;
        let digest = block.proposal.digest();
        if digest != header.proposal {
            return Err(refused(BlockFault::Proposal { expected: header.proposal, found: digest }));
        }
        Ok(())
    }
}
