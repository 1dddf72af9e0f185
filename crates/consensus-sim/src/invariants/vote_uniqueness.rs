//! S6, one vote per slot for ever: an honest key never signs two different statements for one (kind, view,
//! height), across restarts, view changes and new views included (`consensus.md`, "Durability"; sawtooth
//! `180ceed`, tendermint #247, aptos #18298).

use std::collections::BTreeMap;

use consensus::SignedStatement;
use types::{Epoch, Signature};

use super::{Slot, Verdict, require, slot_of};
use crate::queue::Place;

/// Every statement an honest key ever made.
#[derive(Debug, Default)]
pub(super) struct VoteUniqueness {
    statements: BTreeMap<(Place, Epoch, Slot), Signature>,
}

impl VoteUniqueness {
    /// A node signed or sent a statement. Signing is deterministic, so the signature names the content.
    pub fn stated(&mut self, place: Place, signed: &SignedStatement) -> Verdict {
        let Some(slot) = slot_of(&signed.statement) else { return Ok(()) };
        let known = *self.statements.entry((place, signed.epoch, slot)).or_insert(signed.signature);
        require(known == signed.signature, "vote_uniqueness", || {
            format!("node {place} signed twice for kind, view, height {slot:?}: now {:?}", signed.statement)
        })
    }
}
