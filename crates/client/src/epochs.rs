//! The validators of each epoch, followed from the genesis over the certified ends of epochs.

use std::sync::Arc;

use types::{Epoch, EpochEnd, Height, ValidatorSet};

use crate::ProofError;

/// The chain of sets as far as it is proven; grows by one step per change of the set.
#[derive(Debug)]
pub(crate) struct Epochs {
    first: Arc<ValidatorSet>,
    /// The end of epoch i at place i, and the validators after it.
    ends: Vec<(EpochEnd, Arc<ValidatorSet>)>,
}

impl Epochs {
    pub(crate) fn new(first: ValidatorSet) -> Self {
        Self { first: Arc::new(first), ends: Vec::new() }
    }

    /// The newest epoch whose validators are known.
    pub(crate) fn newest(&self) -> Epoch {
        Epoch::new(self.ends.len() as u64)
    }

    /// The validators of an epoch.
    pub(crate) fn set(&self, epoch: Epoch) -> Result<Arc<ValidatorSet>, ProofError> {
        let set = match epoch.get().checked_sub(1) {
            None => Some(&self.first),
            Some(before) => self.end(Epoch::new(before)).map(|(_, next)| next),
        };
        set.map(Arc::clone).ok_or(ProofError::UnknownEpoch { found: epoch })
    }

    /// The validators who certify this height, which the header says is of this epoch.
    pub(crate) fn set_at(&self, epoch: Epoch, height: Height) -> Result<Arc<ValidatorSet>, ProofError> {
        let set = self.set(epoch)?;
        let has_begun = match epoch.get().checked_sub(1).and_then(|before| self.end(Epoch::new(before))) {
            Some((end, _)) => height > end.block.header.height,
            None => true,
        };
        let has_ended = self.end(epoch).is_some_and(|(end, _)| height > end.block.header.height);
        if !has_begun || has_ended {
            return Err(ProofError::OtherEpoch { claimed: epoch, height });
        }
        Ok(set)
    }

    /// Adds an end that was proven, or compares it with the known one.
    pub(crate) fn add(&mut self, end: &EpochEnd) -> Result<(), ProofError> {
        let header = &end.block.header;
        if let Some((known, _)) = self.end(header.epoch) {
            let known = &known.block.header;
            if known.height == header.height && known.next_set == header.next_set {
                return Ok(());
            }
            return Err(ProofError::OtherEpoch { claimed: header.epoch, height: header.height });
        }
        if header.epoch != self.newest() {
            return Err(ProofError::UnknownEpoch { found: header.epoch });
        }
        self.ends.push((end.clone(), Arc::new(end.next.clone())));
        Ok(())
    }

    /// What proves the validators of an epoch, from the genesis on; empty where it is not known.
    pub(crate) fn ends_below(&self, epoch: Epoch) -> Vec<EpochEnd> {
        let count = usize::try_from(epoch.get()).unwrap_or(usize::MAX);
        self.ends.get(..count).unwrap_or_default().iter().map(|(end, _)| end.clone()).collect()
    }

    fn end(&self, epoch: Epoch) -> Option<&(EpochEnd, Arc<ValidatorSet>)> {
        self.ends.get(usize::try_from(epoch.get()).ok()?)
    }
}
