//! The liveness phase: faults stop, a minority may stay broken, and the network must heal completely
//! without anybody's help (`threats.md` L1-L4; the V class of `bugs-elsewhere.md`).

use consensus::status::ReplicaStatus;

use crate::{
    node::{Node, Process},
    queue::{Event, Place},
    scenario::Broken,
    time::{MILLISECOND, Micros},
    world::World,
};

const CHECK_INTERVAL: Micros = 50 * MILLISECOND;

/// What must be reached.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    /// Fresh transactions submitted at each connected correct node when faults ended.
    markers: Vec<u64>,
    /// The highest height executed when faults ended.
    height: u64,
}

impl World {
    /// Whether this node stays dead in the liveness phase.
    pub fn stays_down(&self, place: Place) -> bool {
        self.env.calm && self.env.scenario.broken.contains(&(place, Broken::Crashed))
    }

    /// Ends all faults but those of a minority, and submits what must be committed.
    pub fn end_faults(&mut self) {
        self.env.say(|| "faults end".into());
        self.env.calm = true;
        self.env.network.calm();
        let count = self.nodes.len();
        for (place, how) in self.env.scenario.broken.clone() {
            match how {
                Broken::Crashed => self.nodes[place].crash(&mut self.env),
                Broken::Isolated => {
                    let links = (0..count).filter(|other| *other != place);
                    let links = links.flat_map(|other| [(place, other), (other, place)]).collect();
                    self.env.network.cut(links);
                }
            }
        }
        self.liveness.height = self.env.invariants.height().get();
        for place in 0..count {
            let (offset_ms, _) = self.env.scenario.clocks.get(place).copied().unwrap_or((0, 0));
            self.nodes[place].clock.offset_ms = offset_ms;
            self.nodes[place].resume(&mut self.env);
            if self.nodes[place].process == Process::Down && !self.stays_down(place) {
                self.nodes[place].start(&mut self.env);
            }
            if self.is_sound(place) {
                self.env.transactions += 1;
                self.liveness.markers.push(self.env.transactions);
            }
        }
        // The last chance of an author is its first batch after the heal: earlier ones may be out of quota.
        self.env.queue.push(self.env.now + CHECK_INTERVAL, Event::Check);
    }

    /// Honest, connected and alive in the liveness phase.
    fn is_sound(&self, place: Place) -> bool {
        self.nodes[place].is_honest() && !self.env.scenario.broken.iter().any(|(broken, _)| *broken == place)
    }

    /// Whether all is well again; a violation when it took too long.
    pub fn check_healed(&mut self) -> bool {
        self.submit_markers();
        let missing = self.what_is_missing();
        if missing.is_none() {
            let healing = self.env.now - self.env.scenario.faults_end;
            self.env.statistics.healing_ms_max = healing / MILLISECOND;
            return true;
        }
        if self.env.now > self.env.scenario.healed_by {
            let detail = missing.unwrap_or_default();
            let standings: Vec<String> = self.nodes.iter().map(describe).collect();
            self.env.violate("liveness", format!("{detail}\n  {}", standings.join("\n  ")));
            return true;
        }
        self.env.queue.push(self.env.now + CHECK_INTERVAL, Event::Check);
        false
    }

    /// Each sound node packs one marker, as soon as its quota of batches allows, and again if its batch
    /// expired unordered.
    fn submit_markers(&mut self) {
        let sound: Vec<Place> = (0..self.nodes.len()).filter(|place| self.is_sound(*place)).collect();
        for (place, marker) in sound.into_iter().zip(self.liveness.markers.clone()) {
            let packed = |node: &Node| {
                let batches = node.mempool.own.values().filter_map(|own| node.mempool.held.get(&own.digest));
                batches.into_iter().any(|held| held.batch.transactions.contains(&marker))
            };
            if !self.env.invariants.is_executed(marker)
                && self.nodes[place].is_up()
                && !packed(&self.nodes[place])
            {
                self.nodes[place].pack_these(&mut self.env, vec![marker]);
            }
        }
    }

    fn what_is_missing(&self) -> Option<String> {
        if let Some(marker) =
            self.liveness.markers.iter().find(|marker| !self.env.invariants.is_executed(**marker))
        {
            return Some(format!("transaction {marker}, submitted when faults ended, is not executed"));
        }
        let sound: Vec<&Node> =
            (0..self.nodes.len()).filter(|p| self.is_sound(*p)).map(|p| &self.nodes[p]).collect();
        let statuses: Vec<ReplicaStatus> =
            sound.iter().filter_map(|node| node.replica.as_ref()).map(|replica| replica.status()).collect();
        if statuses.len() < sound.len() {
            return Some("a sound node does not run".into());
        }
        let newest = self.env.invariants.height().get();
        for (node, status) in sound.iter().zip(&statuses) {
            let place = node.place;
            if status.low.get() + self.env.scenario.parameters.window < newest
                || status.low.get() <= self.liveness.height
            {
                return Some(format!("node {place} is at low {}, the chain at {newest}", status.low));
            }
            if !node.memory_lost && node.voted <= self.liveness.height {
                return Some(format!("node {place} did not vote since faults ended"));
            }
        }
        let mut voting =
            sound.iter().zip(&statuses).filter(|(node, _)| !node.memory_lost).map(|(_, status)| status);
        let first = voting.next()?;
        let converged = first.active && voting.all(|status| status.active && status.view == first.view);
        (!converged).then(|| "the views have not converged".into())
    }
}

fn describe(node: &Node) -> String {
    let replica = node.replica.as_ref().map_or_else(|| "no replica".into(), ToString::to_string);
    let kind = match (node.is_honest(), node.memory_lost) {
        (true, false) => "honest",
        (true, true) => "wiped",
        (false, _) => "byzantine",
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
