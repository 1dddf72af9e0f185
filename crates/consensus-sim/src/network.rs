//! The simulated network: loss, duplication, heavy-tailed delay and therefore reordering, and links that
//! are cut in one or both directions.

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    environment::Environment,
    packet::Packet,
    prng::Prng,
    queue::{Event, Place},
    scenario::NetworkFaults,
    time::Micros,
};

/// Directed links.
type Links = Vec<(Place, Place)>;

/// The state of all links.
pub(crate) struct Network {
    places: usize,
    prng: Prng,
    faults: NetworkFaults,
    /// How many changes cut the link from the first to the second place.
    cuts: Vec<u32>,
    changes: BTreeMap<u64, Links>,
    changes_made: u64,
    /// Packets put on the wire.
    pub sent: u64,
}

impl Network {
    /// All links whole.
    pub fn new(seed: u64, places: usize, faults: NetworkFaults) -> Self {
        Self {
            places,
            prng: Prng::stream(seed, "network"),
            faults,
            cuts: vec![0; places * places],
            changes: BTreeMap::new(),
            changes_made: 0,
            sent: 0,
        }
    }

    /// Cuts links until [`Network::heal`].
    pub fn cut(&mut self, links: Links) -> u64 {
        for (from, to) in &links {
            self.cuts[from * self.places + to] += 1;
        }
        self.changes_made += 1;
        self.changes.insert(self.changes_made, links);
        self.changes_made
    }

    /// Takes back one change; no-op for one already taken back.
    pub fn heal(&mut self, change: u64) {
        for (from, to) in self.changes.remove(&change).unwrap_or_default() {
            self.cuts[from * self.places + to] -= 1;
        }
    }

    /// Ends all faults: whole links, no loss, no duplicates, the usual delays.
    pub fn calm(&mut self) {
        self.changes.clear();
        self.cuts.fill(0);
        self.faults.loss_ppm = 0;
        self.faults.duplicate_ppm = 0;
        self.faults.tail_ppm = 0;
    }

    /// Whether packets from one place to another vanish.
    pub fn is_cut(&self, from: Place, to: Place) -> bool {
        self.cuts[from * self.places + to] > 0
    }

    fn delay(&mut self) -> Micros {
        let (shortest, longest) = self.faults.delay;
        let mut delay = self.prng.range(shortest, longest);
        let mut doublings = 0;
        if self.prng.chance(self.faults.tail_ppm) {
            while doublings < 8 && self.prng.chance(700_000) {
                delay *= 2;
                doublings += 1;
            }
        }
        delay
    }

    /// The delays after which copies arrive: none, one or two.
    fn copies(&mut self, from: Place, to: Place) -> (usize, [Micros; 2]) {
        self.sent += 1;
        let delays = [self.delay(), self.delay()];
        if self.is_cut(from, to) || self.prng.chance(self.faults.loss_ppm) {
            return (0, delays);
        }
        (1 + usize::from(self.prng.chance(self.faults.duplicate_ppm)), delays)
    }
}

impl Environment {
    /// Puts a packet on the wire.
    pub fn post(&mut self, from: Place, to: Place, packet: &Rc<Packet>) {
        self.post_later(from, to, packet, 0);
    }

    /// Puts a packet on the wire after a while.
    pub fn post_later(&mut self, from: Place, to: Place, packet: &Rc<Packet>, wait: Micros) {
        if !self.is_in_script(from, to, packet) {
            return;
        }
        let (count, delays) = self.network.copies(from, to);
        for delay in delays.iter().take(count) {
            let packet = Rc::clone(packet);
            self.queue.push(self.now + wait + delay, Event::Deliver { from, to, packet });
        }
    }
}
