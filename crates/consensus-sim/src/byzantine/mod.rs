//! Byzantine actors: a real replica whose words are changed on their way out, or that says more than its
//! replica does. One file per behaviour. They sign with their own key only, and never let their replica
//! hear what they said behind its back (a malicious operator would do the same).
//!
//! | behaviour | what it does | how it acts |
//! | --- | --- | --- |
//! | [`censor`] | as primary leaves out some authors | outgoing |
//! | [`duplicator`] | one signer repeated to a quorum, in every kind of certificate | mischief |
//! | [`equivocator`] | tells half of the network another story | outgoing |
//! | [`far_future`] | votes for views and heights far away | mischief |
//! | [`forger`] | short, forged and misplaced certificates | outgoing, mischief |
//! | [`hoarder`] | acknowledges batches that it never serves | batches |
//! | [`late_new_view`] | keeps its new view back, and makes others of the same votes | outgoing, mischief |
//! | [`liar`] | says that it stands somewhere else | outgoing |
//! | [`replayer`] | old messages again, and with one field changed | mischief |
//! | [`silent`] | says nothing to some | outgoing |
//! | [`slow`] | stays just under the timer | delay |
//! | [`twin`] | two honest processes with one key | `crate::twins` |
//! | [`unavailable`] | as primary proposes batches that do not exist | outgoing |
//! | [`view_change_spammer`] | asks for view after view | mischief |
//! | [`withholder`] | shows its batches to no more than must acknowledge them | batches |
//!
//! Who lies to those who fetch blocks stands in `crate::sync_lies`.

mod censor;
mod duplicator;
mod equivocator;
mod far_future;
mod forger;
mod hoarder;
mod late_new_view;
mod liar;
mod memory;
mod mutate;
mod replayer;
mod silent;
mod slow;
#[cfg(test)]
mod tests;
mod twin;
mod unavailable;
mod view_change_spammer;
mod withholder;

use std::collections::BTreeMap;

use consensus::{Message, status::ReplicaStatus};
use types::{Height, ProposalDigest, ValidatorIndex, View};

use crate::{identity::Identity, prng::Prng, time::Micros};
use memory::Memory;

/// What an actor does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Censor,
    Duplicator,
    Equivocator,
    FarFuture,
    Forger,
    Hoarder,
    LateNewView,
    Liar,
    Replayer,
    Silent,
    Slow,
    /// As a twin, but neither ever hears of the other.
    StubbornTwin,
    /// Two honest processes with one key.
    Twin,
    Unavailable,
    ViewChangeSpammer,
    Withholder,
}

/// One Byzantine process's mind.
#[derive(Debug)]
pub(crate) struct Actor {
    behaviour: Behaviour,
    index: ValidatorIndex,
    memory: Memory,
    /// The second story told about a slot.
    lies: BTreeMap<(View, Height), ProposalDigest>,
}

impl Behaviour {
    /// Those that the oldest seeds mean.
    pub const FIRST: [Self; 9] = [
        Self::Censor,
        Self::Equivocator,
        Self::FarFuture,
        Self::Replayer,
        Self::Silent,
        Self::Slow,
        Self::Twin,
        Self::Unavailable,
        Self::ViewChangeSpammer,
    ];

    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Censor,
        Self::Duplicator,
        Self::Equivocator,
        Self::FarFuture,
        Self::Forger,
        Self::Hoarder,
        Self::LateNewView,
        Self::Liar,
        Self::Replayer,
        Self::Silent,
        Self::Slow,
        Self::StubbornTwin,
        Self::Twin,
        Self::Unavailable,
        Self::ViewChangeSpammer,
        Self::Withholder,
    ];

    /// Whether its key is used by two processes.
    pub fn is_twin(self) -> bool {
        matches!(self, Self::Twin | Self::StubbornTwin)
    }
}

impl Actor {
    /// An actor with this validator's key.
    pub fn new(behaviour: Behaviour, index: ValidatorIndex) -> Self {
        Self { behaviour, index, memory: Memory::default(), lies: BTreeMap::new() }
    }

    /// Its place in the set of the next epoch.
    pub fn set_index(&mut self, index: ValidatorIndex) {
        self.index = index;
    }

    /// What really leaves for one receiver when the replica says `message`.
    pub fn outgoing(
        &mut self,
        identity: &Identity,
        prng: &mut Prng,
        to: ValidatorIndex,
        message: &Message,
    ) -> Vec<Message> {
        self.overhear(message);
        match self.behaviour {
            Behaviour::Censor => censor::outgoing(self.index, identity, message),
            Behaviour::Equivocator => equivocator::outgoing(self, identity, to, message),
            Behaviour::Forger => forger::outgoing(self, identity, prng, message),
            Behaviour::LateNewView => late_new_view::outgoing(self.index, prng, message),
            Behaviour::Liar => liar::outgoing(prng, message),
            Behaviour::Silent => silent::outgoing(self.index, to, message),
            Behaviour::Unavailable => unavailable::outgoing(self.index, identity, prng, message),
            Behaviour::Duplicator
            | Behaviour::FarFuture
            | Behaviour::Hoarder
            | Behaviour::Replayer
            | Behaviour::Slow
            | Behaviour::StubbornTwin
            | Behaviour::Twin
            | Behaviour::ViewChangeSpammer
            | Behaviour::Withholder => vec![message.clone()],
        }
    }

    /// How long it holds a message back.
    pub fn delay(&self, message: &Message, view_timeout: Micros) -> Micros {
        if self.behaviour == Behaviour::Slow { slow::delay(message, view_timeout) } else { 0 }
    }

    /// What it invents now.
    pub fn mischief(
        &mut self,
        identity: &Identity,
        prng: &mut Prng,
        status: &ReplicaStatus,
    ) -> Vec<(ValidatorIndex, Message)> {
        match self.behaviour {
            Behaviour::Duplicator => duplicator::mischief(self.index, identity, prng, status),
            Behaviour::FarFuture => far_future::mischief(self.index, identity, prng, status),
            Behaviour::Forger => forger::mischief(self, identity, prng, status),
            Behaviour::LateNewView => late_new_view::mischief(self, identity, prng),
            Behaviour::Replayer => replayer::mischief(self, identity, prng),
            Behaviour::ViewChangeSpammer => view_change_spammer::mischief(self.index, identity, prng, status),
            Behaviour::Censor
            | Behaviour::Equivocator
            | Behaviour::Hoarder
            | Behaviour::Liar
            | Behaviour::Silent
            | Behaviour::Slow
            | Behaviour::StubbornTwin
            | Behaviour::Twin
            | Behaviour::Unavailable
            | Behaviour::Withholder => Vec::new(),
        }
    }

    /// Whether it keeps one of its own batches from this receiver.
    pub fn withholds_batch(&self, identity: &Identity, to: ValidatorIndex) -> bool {
        self.behaviour == Behaviour::Withholder && withholder::withholds(self.index, identity, to)
    }

    /// Whether it leaves those without an answer who fetch batches.
    pub fn refuses_batches(&self) -> bool {
        match self.behaviour {
            Behaviour::Hoarder => hoarder::REFUSES,
            Behaviour::Withholder => withholder::REFUSES,
            Behaviour::Censor
            | Behaviour::Duplicator
            | Behaviour::Equivocator
            | Behaviour::FarFuture
            | Behaviour::Forger
            | Behaviour::LateNewView
            | Behaviour::Liar
            | Behaviour::Replayer
            | Behaviour::Silent
            | Behaviour::Slow
            | Behaviour::StubbornTwin
            | Behaviour::Twin
            | Behaviour::Unavailable
            | Behaviour::ViewChangeSpammer => false,
        }
    }

    /// What it lets its replica hear.
    pub fn incoming(&self, message: &Message) -> Option<Message> {
        if self.behaviour == Behaviour::Twin {
            Some(message.clone())
        } else {
            twin::incoming(self.index, message)
        }
    }

    /// Remembers a message, said or heard.
    pub fn overhear(&mut self, message: &Message) {
        if matches!(self.behaviour, Behaviour::Forger | Behaviour::LateNewView | Behaviour::Replayer) {
            self.memory.keep(message);
        }
    }
}

/// Everybody but one.
fn others(identity: &Identity, index: ValidatorIndex) -> Vec<ValidatorIndex> {
    identity.validators.indices().filter(|other| *other != index).collect()
}

/// A message for a random subset of the others.
fn to_some(
    identity: &Identity,
    index: ValidatorIndex,
    prng: &mut Prng,
    message: &Message,
) -> Vec<(ValidatorIndex, Message)> {
    let heard: Vec<_> = others(identity, index).into_iter().filter(|_| prng.chance(700_000)).collect();
    heard.into_iter().map(|to| (to, message.clone())).collect()
}
