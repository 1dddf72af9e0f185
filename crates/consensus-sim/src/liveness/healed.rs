//! What it means that the network has healed: all sound nodes work again, vote again, and stand in one view;
//! and when it has, that nothing disturbs it (L3) and that memory is back at its baseline (L6).

use std::rc::Rc;

use consensus::{Footprint, config::VIEWS_BACK, status::ReplicaStatus};
use types::View;

use super::Phase;
use crate::{
    epochs::OUTSIDER,
    node::Node,
    queue::{Event, Place},
    scenario::{Older, Rollback},
    time::{MILLISECOND, Micros},
    world::World,
};

impl World {
    pub(super) fn what_is_missing(&self) -> Option<String> {
        if self.env.changed < self.env.scenario.epochs.changes.len() {
            return Some(format!("set {} of the plan is not there yet", self.env.changed + 1));
        }
        let is_missing = |(place, marker): &&(Place, u64)| {
            !self.env.invariants.is_executed(*marker) && !self.nodes[*place].is_retired()
        };
        if let Some((place, marker)) = self.liveness.markers.iter().find(is_missing) {
            return Some(format!(
                "transaction {marker}, submitted at {place} in this phase, is not executed"
            ));
        }
        let sound: Vec<&Node> =
            (0..self.nodes.len()).filter(|p| self.is_sound(*p)).map(|p| &self.nodes[p]).collect();
        let statuses: Vec<ReplicaStatus> =
            sound.iter().filter_map(|node| node.replica.as_ref()).map(|replica| replica.status()).collect();
        if statuses.len() < sound.len() {
            return Some("a sound node does not run".into());
        }
        let newest = self.env.invariants.height().get();
        let identity = Rc::clone(&self.env.invariants.newest().identity);
        for (node, status) in sound.iter().zip(&statuses) {
            let place = node.place;
            let window = identity.parameters.window;
            // Observers are told of less.
            let window = if node.index == OUTSIDER { window.max(16) } else { window };
            if status.low.get() + window < newest || status.low.get() <= self.liveness.height {
                return Some(format!("node {place} is at low {}, the chain at {newest}", status.low));
            }
            if status.epoch != identity.epoch {
                return Some(format!(
                    "node {place} is in epoch {}, the chain in {}",
                    status.epoch, identity.epoch
                ));
            }
            if identity.index_of(node.person).is_some() && node.voted <= self.liveness.height {
                return Some(format!("node {place} did not vote since the phase began"));
            }
        }
        let mut voting =
            sound.iter().zip(&statuses).filter(|(node, _)| node.index != OUTSIDER).map(|(_, status)| status);
        let first = voting.next()?;
        let converged = first.active && voting.all(|status| status.active && status.view == first.view);
        (!converged).then(|| "the views have not converged".into())
    }

    /// The highest view of a sound replica.
    pub fn highest_view(&self) -> View {
        let sound = (0..self.nodes.len()).filter(|place| self.is_sound(*place));
        let replicas = sound.filter_map(|place| self.nodes[place].replica.as_ref());
        replicas.map(|replica| replica.status().view).max().unwrap_or_default()
    }

    /// T of the newest epoch.
    pub(super) fn view_timeout(&self) -> Micros {
        self.env.invariants.newest().identity.parameters.view_timeout_ms * MILLISECOND
    }

    /// Nothing is broken, so nobody may ask for another view (but Byzantine validators may make them).
    pub(super) fn check_quiet(&mut self, until: u64, view: View) -> bool {
        let (now, highest) = (self.env.now, self.highest_view());
        let disturbers =
            !self.env.scenario.byzantine.is_empty() || self.nodes.iter().any(|node| node.forgetful);
        if highest > view && !disturbers {
            let detail = format!("all are whole and healed, but view {view} gave way to {highest}");
            self.accuse_liveness(&detail);
            return true;
        }
        if now >= until {
            let wait = 8 * self.view_timeout();
            self.liveness.phase = Phase::Idle { until: now + wait };
            self.liveness.markers.clear();
        }
        self.env.queue.push(now + 50 * MILLISECOND, Event::Check);
        false
    }

    /// Everything is ordered, executed and certified, so the replicas' memories are empty again. (What
    /// Byzantine validators say of heights to come is kept, within bounds.)
    pub(super) fn check_idle(&mut self, until: u64) -> bool {
        // Sets change: at most everybody there is, and the outsider, sits in one.
        let n = self.nodes.len() + 2;
        let own = 2 + usize::try_from(VIEWS_BACK).unwrap_or(0);
        let nothing = Footprint {
            own,
            certificates: usize::MAX,
            view_changes: n,
            // Late proofs after a restart may stay until they expire.
            certified_batches: usize::MAX,
            ..Footprint::default()
        };
        let disturbed = !self.env.scenario.byzantine.is_empty() || self.nodes.iter().any(|n| n.forgetful);
        let footprints = self.footprints();
        let is_empty = footprints.iter().all(|(_, found)| found.excess(&nothing).is_empty());
        if disturbed || is_empty {
            return true;
        }
        if self.env.now >= until {
            footprints.iter().for_each(|(place, found)| self.env.invariants.keeps(*place, found, &nothing));
            return true;
        }
        self.env.queue.push(self.env.now + 50 * MILLISECOND, Event::Check);
        false
    }

    /// No replica ever keeps more than its window allows.
    pub(super) fn check_footprints(&mut self) {
        let n = self.nodes.len() + 2;
        for (place, found) in self.footprints() {
            let parameters = &self.nodes[place].identity.parameters;
            let bound = Footprint::bound(n, parameters.window, parameters.batches_per_author);
            let found = if self.has_older_ledger(place) { Footprint::default() } else { found };
            self.env.invariants.keeps(place, &found, &bound);
        }
    }

    /// Its ledger was put back and is still behind: its vote log reaches further than any window above it
    /// (seeds 205, 1247, 1332).
    fn has_older_ledger(&self, place: Place) -> bool {
        let is_it = |rollback: &Rollback| rollback.place == place && rollback.older == Older::Ledger;
        let low = self.nodes[place].replica.as_ref().map_or(0, |replica| replica.status().low.get());
        self.env.scenario.rollback.as_ref().is_some_and(is_it)
            && low + self.nodes[place].identity.parameters.window < self.env.invariants.height().get()
    }

    fn footprints(&self) -> Vec<(Place, Footprint)> {
        let honest = self.nodes.iter().filter(|node| node.is_honest());
        honest.filter_map(|node| Some((node.place, node.replica.as_ref()?.footprint()))).collect()
    }

    pub(super) fn accuse_liveness(&mut self, detail: &str) {
        let phase = self.liveness.phase;
        let standings: Vec<String> = self.nodes.iter().map(describe).collect();
        self.env.violate("liveness", format!("{phase:?}: {detail}\n  {}", standings.join("\n  ")));
    }
}

fn describe(node: &Node) -> String {
    let replica = node.replica.as_ref().map_or_else(|| "no replica".into(), ToString::to_string);
    let kind = match (node.actor.is_some(), node.forgetful, node.memory_lost) {
        (true, ..) => "byzantine",
        (false, true, _) => "rolled back",
        (false, false, true) => "wiped",
        (false, false, false) => "honest",
    };
    let own = node.mempool.own.len();
    format!(
        "{} {kind} {:?}: {replica}; certified {}, voted {}, own batches {own}, {:?}",
        node.place,
        node.process,
        node.store.certified(),
        node.voted,
        node.sync
    )
}
