//! Our seat in the present epoch: what every thread needs to know of it, exchanged as a whole when an epoch
//! begins or the vote memory is found lost.

use std::{collections::BTreeMap, sync::Arc};

use consensus::{
    record::Voting,
    verify::{Verifier, Zip215},
};
use ledger::{LedgerError, LedgerReader};
use mempool::Era;
use parking_lot::RwLock;
use types::{ChainId, EpochInfo, PublicKey, ValidatorIndex, ports::Signer};

/// One epoch, seen from here.
pub struct Seat {
    /// The epoch, its validators and parameters.
    pub epoch: EpochInfo,
    /// Whether the replica may vote.
    pub voting: Voting,
    /// Signs; only where the vote memory is whole, or the operator accepted the risk.
    pub signer: Option<Arc<dyn Signer>>,
    /// Checks consensus messages of this epoch.
    pub verifier: Arc<Verifier>,
    places: BTreeMap<PublicKey, ValidatorIndex>,
}

/// The epoch of the block above the newest certified one: the one in which a node starts, and goes on.
///
/// # Errors
/// When the ledger cannot be read.
pub fn present_epoch(reader: &LedgerReader) -> Result<EpochInfo, LedgerError> {
    let next = reader.certified_height().next();
    Ok(reader.epoch_at(next)?.unwrap_or_else(|| reader.next_epoch()))
}

/// Checks what the validators of an epoch sign.
#[must_use]
pub fn verifier_of(chain: ChainId, epoch: &EpochInfo) -> Arc<Verifier> {
    let (set, parameters) = (Arc::clone(&epoch.set), (*epoch.parameters).clone());
    Arc::new(Verifier::new(chain, set, epoch.epoch, epoch.base, parameters, Arc::new(Zip215)))
}

/// The present seat; threads hold it for one piece of work, so that the piece sees one epoch only.
pub struct Seats(RwLock<Arc<Seat>>);

impl Seat {
    /// A seat; whether it votes is said by `voting`.
    #[must_use]
    pub fn new(
        epoch: EpochInfo,
        voting: Voting,
        signer: Option<Arc<dyn Signer>>,
        verifier: Arc<Verifier>,
    ) -> Self {
        let place = |index| Some((epoch.set.get(index)?.node_key, index));
        let places = epoch.set.indices().filter_map(place).collect();
        Self { epoch, voting, signer, verifier, places }
    }

    /// Own place in the set; `None` for observers.
    #[must_use]
    pub const fn index(&self) -> Option<ValidatorIndex> {
        self.voting.index()
    }

    /// A peer's place in the set, by its node key.
    #[must_use]
    pub fn place_of(&self, peer: &PublicKey) -> Option<ValidatorIndex> {
        self.places.get(peer).copied()
    }

    /// The node key at a place.
    #[must_use]
    pub fn node_key(&self, index: ValidatorIndex) -> Option<PublicKey> {
        self.epoch.set.get(index).map(|validator| validator.node_key)
    }

    /// The epoch as the mempool needs it.
    #[must_use]
    pub fn era(&self) -> Era {
        Era {
            epoch: self.epoch.epoch,
            validators: (*self.epoch.set).clone(),
            parameters: (*self.epoch.parameters).clone(),
            signer: self.signer.clone(),
        }
    }
}

impl Seats {
    /// The first seat of this run.
    #[must_use]
    pub fn new(seat: Arc<Seat>) -> Self {
        Self(RwLock::new(seat))
    }

    /// The present one.
    #[must_use]
    pub fn get(&self) -> Arc<Seat> {
        Arc::clone(&self.0.read())
    }

    /// Another one begins.
    pub fn take(&self, seat: Arc<Seat>) {
        *self.0.write() = seat;
    }
}
