//! The event queue: by time, and among equal times in order of creation.

use std::{cmp::Reverse, collections::BinaryHeap, rc::Rc};

use crate::{packet::Packet, time::Micros};

/// A process's place in the simulation; several places can be one validator (twins).
pub(crate) type Place = usize;

/// What can happen. `run` names the run of the process it concerns: events of an earlier run are void.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A packet arrives.
    Deliver { from: Place, to: Place, packet: Rc<Packet> },
    /// Something that was verified reaches the replica.
    Heard { place: Place, run: u32 },
    /// The replica's deadline.
    Wake { place: Place, run: u32, at: Micros },
    /// The fdatasync of the vote log ends.
    VotesSynced { place: Place, run: u32 },
    /// The synced write of the block store ends.
    StoreSynced { place: Place, run: u32 },
    /// A batch is durable.
    BatchSynced { place: Place, run: u32, digest: types::BatchDigest },
    /// The executor finished the next height.
    Executed { place: Place, run: u32 },
    /// Time to resend batches, fetch batches and blocks.
    Housekeeping { place: Place, run: u32 },
    /// A client's transactions are packed at this node.
    Load { place: Place },
    /// A Byzantine actor acts of its own accord.
    Mischief { place: Place },
    /// The fault injector draws its next fault of this kind.
    Fault(crate::faults::FaultKind),
    /// Somebody is the first at something: an ambush.
    Ambush(crate::ambush::Ambush),
    /// A crashed process starts again.
    Restart { place: Place },
    /// A suspended process goes on.
    Resume { place: Place },
    /// The links of this process are stopped until `back`.
    Clog { place: Place, back: Micros },
    /// A process of the liveness phases that never stays alive dies.
    LoopCrash { place: Place },
    /// This change of the links ends.
    Heal { change: u64 },
    /// A look at the plan of sets.
    Drive,
    /// Faults end; the liveness phase begins.
    FaultsEnd,
    /// Look whether the network has healed.
    Check,
}

struct Entry {
    at: Micros,
    order: u64,
    event: Event,
}

/// Pending events.
#[derive(Default)]
pub(crate) struct EventQueue {
    heap: BinaryHeap<Reverse<Entry>>,
    created: u64,
}

impl EventQueue {
    /// Adds an event.
    pub fn push(&mut self, at: Micros, event: Event) {
        self.created += 1;
        self.heap.push(Reverse(Entry { at, order: self.created, event }));
    }

    /// Takes the earliest event.
    pub fn pop(&mut self) -> Option<(Micros, Event)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }

    /// When the earliest event comes.
    pub fn next_at(&self) -> Option<Micros> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// How many are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
