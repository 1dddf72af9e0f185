//! Epochs: runs of heights with one validator set and one set of parameters.

use std::sync::Arc;

use crate::{Epoch, Height, Parameters, ValidatorSet, block::CertifiedHeader};

/// What holds in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochInfo {
    /// Which.
    pub epoch: Epoch,
    /// The last height of the epoch before (0 for epoch 0): its own heights begin one above.
    pub base: Height,
    /// The validators that certify its blocks.
    pub set: Arc<ValidatorSet>,
    /// The chain parameters in force.
    pub parameters: Arc<Parameters>,
}

/// One step of the proof by which the genesis' validators vouch for later ones: the last block of an epoch,
/// certified by its own set, whose header names the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochEnd {
    /// The last block of the epoch.
    pub block: CertifiedHeader,
    /// The validators of the next epoch; their hash is the header's `next_set`.
    pub next: ValidatorSet,
}
