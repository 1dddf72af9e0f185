//! Certificates: storing them, and showing readers what they certify.

use std::{collections::BTreeMap, sync::Arc};

use types::{Certificate, Height, block::CertifiedHeader, codec};

use super::LedgerWriter;
use crate::{
    LedgerError,
    reader::view::CertifiedView,
    shared::Published,
    store::{Batch, Column, HeaderPart, Pinned, keys, meta},
    undo::{self, Overlay},
};

impl LedgerWriter {
    /// Stores certificates durably; those held already are skipped. The caller has verified them. One for
    /// a height that is not executed yet is kept and compared when it is. Readers see a block when it and
    /// all below it are executed and certified.
    ///
    /// # Errors
    /// [`LedgerError::Diverged`] when another header was executed here at that height,
    /// [`LedgerError::ConflictingCertificates`] when another one is certified; nothing is written then.
    pub fn store_certificates(&mut self, certificates: &[Certificate]) -> Result<(), LedgerError> {
        self.check_usable()?;
        match self.store_new(certificates) {
            Ok(()) => Ok(()),
            Err(error) => {
                let error = error.below(self.shared.store.path());
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    fn store_new(&mut self, certificates: &[Certificate]) -> Result<(), LedgerError> {
        let mut new = Vec::new();
        let mut all = self.state.certificates.clone();
        for certificate in certificates {
            if self.is_new(certificate, &all)? {
                all.insert(certificate.height, certificate.clone());
                new.push(certificate);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let mut batch = shared.store.batch();
        for certificate in new {
            let key = keys::header(certificate.height, HeaderPart::Certificate);
            batch.put(Column::Headers, &key, &codec::encode(certificate))?;
        }
        let certified = self.advance(&mut batch, &all, self.state.tip.height)?;
        batch.write_synced()?;
        self.state.certificates = all;
        self.publish(certified)
    }

    /// Compares with what is certified or executed here at that height.
    fn is_new(
        &self,
        certificate: &Certificate,
        all: &BTreeMap<Height, Certificate>,
    ) -> Result<bool, LedgerError> {
        let (height, found) = (certificate.height, certificate.header_hash);
        if let Some(kept) = all.get(&height) {
            return if kept.header_hash == found {
                Ok(false)
            } else {
                Err(LedgerError::ConflictingCertificates { height, kept: kept.header_hash, found })
            };
        }
        if height > self.state.tip.height {
            return Ok(true);
        }
        let executed = self.shared.store.header_at(height)?.hash();
        let is_certified = height <= self.state.certified;
        match (executed == found, is_certified) {
            (true, certified) => Ok(!certified),
            (false, true) => Err(LedgerError::ConflictingCertificates { height, kept: executed, found }),
            (false, false) => Err(LedgerError::Diverged { height, expected: found, found: executed }),
        }
    }

    /// How far certificates reach without a gap, up to `executed`; what is only needed for uncertified
    /// heights goes.
    pub(super) fn advance(
        &mut self,
        batch: &mut Batch<'_>,
        certificates: &BTreeMap<Height, Certificate>,
        executed: Height,
    ) -> Result<Height, LedgerError> {
        let mut certified = self.state.certified;
        while certified < executed && certificates.contains_key(&certified.next()) {
            certified = certified.next();
        }
        self.state.pages.drop_undo(batch, certified)?;
        if certified > self.state.certified {
            batch.put(Column::Meta, meta::CERTIFIED, &keys::height(certified))?;
        }
        Ok(certified)
    }

    /// Shows readers the state after `certified`, whose certificate is durable.
    pub(super) fn publish(&mut self, certified: Height) -> Result<(), LedgerError> {
        if certified == self.state.certified {
            return Ok(());
        }
        let certificate = self.state.certificates.get(&certified).cloned();
        let header = match certified == self.state.tip.height {
            true => self.state.tip.clone(),
            false => self.shared.store.header_at(certified)?,
        };
        let block = Arc::new(CertifiedHeader { header, certificate });
        let (pinned, overlay) = match self.waiting.get(&certified) {
            Some((pinned, tree)) => (Arc::clone(pinned), Overlay::of(tree.clone())),
            None => self.reconstructed(certified)?,
        };
        let view = Arc::new(CertifiedView { block: Arc::clone(&block), pinned, overlay });
        *self.shared.published.write() = Arc::new(Published { block, view });
        self.state.certified = certified;
        self.state.opened = self.state.opened.take().filter(|(_, _, height)| certified < *height);
        self.state.certificates = self.state.certificates.split_off(&certified.next());
        self.waiting = self.waiting.split_off(&certified.next());
        Ok(())
    }

    /// The state after a height that was executed before this start.
    fn reconstructed(&self, height: Height) -> Result<(Arc<Pinned>, Overlay), LedgerError> {
        let opened = self.state.opened.clone();
        let (opened, tree, from) =
            opened.ok_or_else(|| LedgerError::damaged("undo", &keys::height(height)))?;
        let overlay = undo::overlay(&self.shared.store, &opened, &tree, from, height)?;
        Ok((opened, overlay))
    }
}
