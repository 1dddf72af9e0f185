//! The part of the chain's state that speaks of epochs, and its only changes: orders in blocks, and the
//! boundary (`consensus.md`, "Epochs").

use std::{collections::BTreeMap, rc::Rc};

use types::{Epoch, Height, Parameters, TimeMs};

use crate::{identity::Identity, queue::Place};

/// Transactions from here on are orders: the rest is their place in the list of all orders ever made.
pub(crate) const ORDER: u64 = 1 << 60;

/// Block time between two Rejoins of one validator.
const REJOIN_INTERVAL_MS: u64 = 2_000;

/// What a special transaction wants.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// This set and these parameters, from this epoch on to the next.
    Change { from: Epoch, members: Vec<(Place, u64)>, parameters: Rc<Parameters> },
    /// A person's new vote log.
    Rejoin { person: Place, log: u64 },
}

/// The state after a block, as far as epochs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainState {
    /// The epoch of the block.
    pub identity: Rc<Identity>,
    /// The epoch that is to come; its base is this one's last height.
    pub pending: Option<Rc<Identity>>,
    /// The last heights of the epochs that are over.
    pub ends: Vec<Height>,
    rejoined: BTreeMap<Place, TimeMs>,
}

impl ChainState {
    /// Before the first block.
    pub fn genesis(identity: Identity) -> Self {
        Self { identity: Rc::new(identity), pending: None, ends: Vec::new(), rejoined: BTreeMap::new() }
    }

    /// The last height of the epoch, where that is known.
    pub fn boundary(&self) -> Option<Height> {
        self.pending.as_ref().map(|pending| pending.base)
    }

    /// The epoch of a height above this state.
    pub fn of(&self, height: Height) -> &Rc<Identity> {
        self.pending.as_ref().filter(|pending| height > pending.base).unwrap_or(&self.identity)
    }

    /// The state with which the execution of a block begins.
    pub fn begin(self: &Rc<Self>, height: Height) -> Rc<Self> {
        match &self.pending {
            Some(next) if height > next.base => {
                let mut ends = self.ends.clone();
                ends.push(next.base);
                let (identity, rejoined) = (Rc::clone(next), self.rejoined.clone());
                Rc::new(Self { identity, pending: None, ends, rejoined })
            }
            Some(_) | None => Rc::clone(self),
        }
    }

    /// Executes an order in the block at `height`; false when it fails.
    pub fn apply(self: &mut Rc<Self>, order: &Order, height: Height, time: TimeMs) -> bool {
        if self.pending.is_some() {
            return false;
        }
        let (members, parameters) = match order {
            Order::Change { from, members, parameters } if *from == self.identity.epoch => {
                (members.clone(), parameters)
            }
            Order::Change { .. } => return false,
            Order::Rejoin { person, log } => match self.rejoin(*person, *log, time) {
                Some(members) => (members, &self.identity.parameters),
                None => return false,
            },
        };
        let Some(next) = self.identity.next(height, members, Rc::clone(parameters)) else { return false };
        let state = Rc::make_mut(self);
        state.pending = Some(Rc::new(next));
        if let Order::Rejoin { person, .. } = order {
            state.rejoined.insert(*person, time);
        }
        true
    }

    fn rejoin(&self, person: Place, log: u64, time: TimeMs) -> Option<Vec<(Place, u64)>> {
        let last = self.rejoined.get(&person).copied();
        let is_early = last.is_some_and(|last| time.get() < last.get() + REJOIN_INTERVAL_MS);
        let mut members = self.identity.members.clone();
        let is_named = members.iter().any(|(_, named)| *named == log);
        let member = members.iter_mut().find(|(member, _)| *member == person)?;
        if is_early || is_named {
            return None;
        }
        member.1 = log;
        Some(members)
    }
}
