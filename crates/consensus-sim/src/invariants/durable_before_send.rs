//! Durable before send: a statement on the wire stands in its signer's synced vote log, a checkpoint in
//! its synced block store (`consensus.md`, "Durability"; PBFT §4.1 "inserted in the log"; aptos #18298,
//! radixdlt #110, tendermint #10108).

use std::collections::BTreeSet;

use consensus::SignedStatement;
use types::Signature;

use super::{Verdict, require};
use crate::queue::Place;

/// The statements that were ever durable at their signer.
#[derive(Debug, Default)]
pub(super) struct DurableBeforeSend {
    durable: BTreeSet<(Place, Signature)>,
}

impl DurableBeforeSend {
    /// A statement became durable.
    pub fn synced(&mut self, place: Place, signature: Signature) {
        self.durable.insert((place, signature));
    }

    /// A node puts its own statement on the wire.
    pub fn sent(&self, place: Place, signed: &SignedStatement) -> Verdict {
        require(self.durable.contains(&(place, signed.signature)), "durable_before_send", || {
            format!("node {place} sends what is not durable: {:?}", signed.statement)
        })
    }
}
