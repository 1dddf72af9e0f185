//! Byzantine actors: a real replica whose words are changed on their way out, or that says more than its
//! replica does. One file per behaviour. They sign with their own key only.

mod censor;
mod equivocator;
mod far_future;
mod replayer;
mod silent;
mod slow;
mod twin;
mod unavailable;
mod view_change_spammer;

use std::collections::{BTreeMap, VecDeque};

use consensus::{Message, status::ReplicaStatus};
use types::{Height, ProposalDigest, ValidatorIndex, View};

use crate::{identity::Identity, prng::Prng, time::Micros};

/// What an actor does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Censor,
    Equivocator,
    FarFuture,
    Replayer,
    Silent,
    Slow,
    /// As a twin, but neither ever hears of the other.
    StubbornTwin,
    /// Two honest processes with one key.
    Twin,
    Unavailable,
    ViewChangeSpammer,
}

/// One Byzantine process's mind.
#[derive(Debug)]
pub(crate) struct Actor {
    behaviour: Behaviour,
    index: ValidatorIndex,
    /// Messages heard or said, newest last, for replay.
    memory: VecDeque<Message>,
    /// The second story told about a slot.
    lies: BTreeMap<(View, Height), ProposalDigest>,
}

const MEMORY_MAX: usize = 256;

impl Behaviour {
    /// All of them.
    pub const ALL: [Self; 9] = [
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
}

impl Actor {
    /// An actor with this validator's key.
    pub fn new(behaviour: Behaviour, index: ValidatorIndex) -> Self {
        Self { behaviour, index, memory: VecDeque::new(), lies: BTreeMap::new() }
    }

    /// What really leaves for one receiver when the replica says `message`.
    pub fn outgoing(
        &mut self,
        identity: &Identity,
        prng: &mut Prng,
        to: ValidatorIndex,
        message: &Message,
    ) -> Vec<Message> {
        match self.behaviour {
            Behaviour::Censor => censor::outgoing(self.index, identity, message),
            Behaviour::Equivocator => equivocator::outgoing(self, identity, to, message),
            Behaviour::Silent => silent::outgoing(self.index, to, message),
            Behaviour::Unavailable => unavailable::outgoing(self.index, identity, prng, message),
            Behaviour::Replayer => {
                self.overhear(message);
                vec![message.clone()]
            }
            Behaviour::FarFuture
            | Behaviour::Slow
            | Behaviour::StubbornTwin
            | Behaviour::Twin
            | Behaviour::ViewChangeSpammer => vec![message.clone()],
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
            Behaviour::FarFuture => far_future::mischief(self.index, identity, prng, status),
            Behaviour::Replayer => replayer::mischief(self, identity, prng),
            Behaviour::ViewChangeSpammer => view_change_spammer::mischief(self.index, identity, prng, status),
            Behaviour::Censor
            | Behaviour::Equivocator
            | Behaviour::Silent
            | Behaviour::Slow
            | Behaviour::StubbornTwin
            | Behaviour::Twin
            | Behaviour::Unavailable => Vec::new(),
        }
    }

    /// What it lets its replica hear.
    pub fn incoming(&self, message: &Message) -> Option<Message> {
        if self.behaviour == Behaviour::StubbornTwin {
            return twin::incoming(self.index, message);
        }
        Some(message.clone())
    }

    /// Remembers a message.
    pub fn overhear(&mut self, message: &Message) {
        if self.behaviour != Behaviour::Replayer {
            return;
        }
        if self.memory.len() == MEMORY_MAX {
            self.memory.pop_front();
        }
        self.memory.push_back(message.clone());
    }
}

/// Everybody but one.
fn others(identity: &Identity, index: ValidatorIndex) -> Vec<ValidatorIndex> {
    identity.validators.indices().filter(|other| *other != index).collect()
}
