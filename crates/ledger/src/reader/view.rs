//! The state after one certified block, unmoved by later ones.

use std::sync::Arc;

use types::{
    block::CertifiedHeader,
    ports::{ProvenValue, ReadError, StateView},
    state_proof::key_path,
};

use crate::{LedgerError, store::Pinned, undo::Overlay};

/// A pinned database and the tree of its height, with differences where the state had to be reconstructed after a restart.
pub(crate) struct CertifiedView {
    pub(crate) block: Arc<CertifiedHeader>,
    pub(crate) pinned: Arc<Pinned>,
    pub(crate) overlay: Overlay,
}

impl CertifiedView {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        match self.overlay.values.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.pinned.value(key),
        }
    }
}

impl StateView for CertifiedView {
    fn at(&self) -> &CertifiedHeader {
        &self.block
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.value(key)?)
    }

    fn prove(&self, key: &[u8]) -> Result<ProvenValue, ReadError> {
        let proof = self.overlay.tree.prove(&*self.pinned, &key_path(key))?;
        Ok(ProvenValue { value: self.value(key)?, proof })
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ReadError> {
        if self.overlay.values.is_empty() {
            return Ok(self.pinned.scan(prefix, after, limit)?);
        }
        // The overlay can only hide as many stored entries as it has itself.
        let stored = self.pinned.scan(prefix, after, limit.saturating_add(self.overlay.values.len()))?;
        let mut entries: std::collections::BTreeMap<_, _> = stored.into_iter().collect();
        let in_range = |key: &[u8]| key.starts_with(prefix) && after.is_none_or(|after| key > after);
        for (key, value) in self.overlay.values.iter().filter(|(key, _)| in_range(key)) {
            match value {
                Some(value) => entries.insert(key.clone(), value.clone()),
                None => entries.remove(key),
            };
        }
        Ok(entries.into_iter().take(limit).collect())
    }
}
