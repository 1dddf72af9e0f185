//! The script of a scenario: in each round who hears whom, who leads, and what kind of message vanishes.
//! All of it is what an asynchronous network may do: messages are lost, nothing is made up.

use consensus::{Message, SignedStatement, Statement};
use types::{ValidatorIndex, signing::Kind};

use super::partition::Partition;
use crate::{environment::Environment, packet::Packet, queue::Place, time::Micros};

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Round {
    /// When it ends.
    pub until: Micros,
    /// Packets travel inside a group only.
    pub groups: Partition,
    /// Only these lead: what other primaries begin and propose vanishes, so their views fail.
    pub leaders: Option<Vec<ValidatorIndex>>,
    pub muted: Option<Muted>,
    /// These processes die as it begins, and start again a little later.
    pub dying: Vec<Place>,
}

/// Statements that vanish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Muted {
    pub kind: Kind,
    /// Who hears them all the same.
    pub spared: Option<Place>,
}

/// Rounds in order of time; afterwards everything passes. An empty script is no script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Script(pub Vec<Round>);

impl Script {
    /// When which processes die, in order.
    pub fn deaths(&self) -> Vec<(Micros, Place)> {
        let begins = std::iter::once(0).chain(self.0.iter().map(|round| round.until));
        let of_round =
            |(at, round): (Micros, &Round)| round.dying.iter().map(|place| (at, *place)).collect::<Vec<_>>();
        begins.zip(&self.0).flat_map(of_round).collect()
    }

    /// Whether this packet passes now.
    pub fn passes(&self, now: Micros, from: Place, to: Place, packet: &Packet) -> bool {
        self.0.iter().find(|round| now < round.until).is_none_or(|round| round.passes(from, to, packet))
    }
}

impl Round {
    fn passes(&self, from: Place, to: Place, packet: &Packet) -> bool {
        if self.groups.get(from) != self.groups.get(to) {
            return false;
        }
        let Packet::Consensus(message) = packet else { return true };
        let (Message::Signed(signed) | Message::PrePrepare { signed, .. }) = &**message else { return true };
        let is_muted = |muted: &Muted| muted.kind == signed.statement.kind() && muted.spared != Some(to);
        !self.muted.as_ref().is_some_and(is_muted) && self.may_lead(signed)
    }

    fn may_lead(&self, SignedStatement { signer, statement, .. }: &SignedStatement) -> bool {
        let leads = matches!(statement, Statement::PrePrepare(_) | Statement::NewView(_));
        !leads || self.leaders.as_ref().is_none_or(|leaders| leaders.contains(signer))
    }
}

impl Environment {
    /// Whether the script lets a packet pass.
    pub fn is_in_script(&self, from: Place, to: Place, packet: &Packet) -> bool {
        self.calm || self.script.passes(self.now, from, to, packet)
    }
}
