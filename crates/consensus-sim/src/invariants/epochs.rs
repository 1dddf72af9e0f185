//! Epochs (`threats.md` S7; requirements 4, 21, 30): one change is in flight at a time and takes effect D
//! heights later; no honest node says anything of an epoch before the last block of the one before is
//! executed and certified there; nobody votes with another log than the one the set names. Decides who the
//! validators of a height are, for the other invariants.

use std::{collections::BTreeMap, rc::Rc};

use consensus::SignedStatement;
use types::{Epoch, Height};

use super::{Verdict, require};
use crate::{epochs::ChainState, identity::Identity, queue::Place, store::StoredBlock};

const NAME: &str = "epochs";

/// The agreed chain, as far as epochs go.
#[derive(Debug)]
pub(super) struct Epochs {
    identities: BTreeMap<Epoch, Rc<Identity>>,
    newest: Rc<ChainState>,
}

impl Epochs {
    /// Before the first block.
    pub fn new(genesis: Rc<ChainState>) -> Self {
        let identities = [(genesis.identity.epoch, Rc::clone(&genesis.identity))].into();
        Self { identities, newest: genesis }
    }

    /// The state after the newest block.
    pub fn newest(&self) -> &Rc<ChainState> {
        &self.newest
    }

    /// The validators of an epoch.
    pub fn identity(&self, epoch: Epoch) -> Option<&Rc<Identity>> {
        self.identities.get(&epoch)
    }

    /// The validators of a height.
    pub fn identity_at(&self, height: Height) -> Option<&Rc<Identity>> {
        self.identities.values().rev().find(|identity| identity.base < height)
    }

    /// Whether a height belongs to an epoch.
    pub fn belongs(&self, epoch: Epoch, height: Height) -> bool {
        self.identity_at(height).is_some_and(|identity| identity.epoch == epoch)
    }

    /// A height was executed for the first time anywhere.
    pub fn block(&mut self, block: &StoredBlock) -> Verdict {
        let (header, state, before) = (&block.header, &block.state, Rc::clone(&self.newest));
        let height = header.height;
        self.newest = Rc::clone(state);
        if let Some(pending) = &state.pending {
            self.identities.entry(pending.epoch).or_insert_with(|| Rc::clone(pending));
        }
        let begins = before.pending.as_ref().filter(|pending| height == pending.base.next());
        let (expected, still) = match begins {
            Some(pending) => (pending, None),
            None => (&before.identity, before.pending.as_ref()),
        };
        require(state.identity == *expected, NAME, || {
            format!("height {height} is one of {:?}, not of {expected:?}", state.identity)
        })?;
        let named = state.pending.as_ref().unwrap_or(&state.identity).validators.hash();
        let is_named = header.epoch == expected.epoch
            && header.active_set == expected.validators.hash()
            && header.next_set == named;
        require(is_named, NAME, || format!("the header of height {height} names other sets: {header:?}"))?;
        let is_one_in_flight = match (still, &state.pending) {
            (Some(was), now) => now.as_ref() == Some(was),
            (None, Some(now)) => {
                now.base == height.plus(expected.parameters.activation_delay)
                    && now.epoch == state.identity.epoch.next()
            }
            (None, None) => true,
        };
        require(is_one_in_flight, NAME, || {
            format!("height {height}: {still:?} was pending, now {:?} is", state.pending)
        })
    }

    /// A person signs a statement; its ledger's low and the number of its vote log.
    pub fn logged(
        &self,
        place: Place,
        person: Place,
        (low, log): (Height, u64),
        signed: &SignedStatement,
    ) -> Verdict {
        let identity = self.identity(signed.epoch);
        let is_entered = identity.is_some_and(|identity| identity.base <= low);
        require(is_entered, NAME, || {
            format!("node {place} at low {low} signs for epoch {}: {:?}", signed.epoch, signed.statement)
        })?;
        let named = identity.and_then(|identity| identity.log_of(person));
        require(named == Some(log), NAME, || {
            format!("node {place} signs with vote log {log}, the set names {named:?}: {:?}", signed.statement)
        })?;
        let height = signed.statement.vote().map(|vote| vote.height);
        require(height.is_none_or(|height| self.belongs(signed.epoch, height)), NAME, || {
            format!("node {place} signs for a height of another epoch than {}: {signed:?}", signed.epoch)
        })
    }
}
