//! The stage on which a named scenario plays: a quiet world, and the hands that break it.

use std::rc::Rc;

use types::Parameters;

use crate::{
    environment::Environment,
    epochs::Order,
    faults::links::{Links, around},
    invariants::{Verdict, Violation, require},
    node::Process,
    queue::Place,
    scenario::Scenario,
    time::{MILLISECOND, Micros, SECOND},
    world::{Options, World},
};

/// A world, event by event.
pub(crate) struct Stage {
    pub world: World,
    pub n: usize,
    options: Options,
}

/// What a wait came to: the time it took.
pub(crate) type Waited = Result<Micros, Violation>;

impl Stage {
    /// A quiet network of `n`, before its first event.
    pub fn new(n: usize, options: Options) -> Option<Self> {
        Self::with(Scenario::quiet(n), options)
    }

    /// Another scenario of as many, from its beginning.
    pub fn change(&mut self, change: impl FnOnce(&mut Scenario)) {
        let mut scenario = self.world.env.scenario.clone();
        change(&mut scenario);
        if let Some(stage) = Self::with(scenario, self.options) {
            *self = stage;
        }
    }

    fn with(scenario: Scenario, options: Options) -> Option<Self> {
        let n = scenario.n;
        let env = Environment::new(scenario, n, options.mutant, options.verbosity)?;
        let mut world = World::new(env);
        world.begin();
        Some(Self { world, n, options })
    }

    /// Lets so much time pass.
    pub fn run_for(&mut self, time: Micros) -> Verdict {
        let end = self.now() + time;
        self.wait(time, "", |stage| stage.world.env.queue.next_at().is_none_or(|at| at > end))?;
        self.world.env.now = end;
        Ok(())
    }

    /// Lets time pass until it holds; a violation when it takes longer than `limit`.
    pub fn wait_until(&mut self, limit: Micros, what: &str, holds: impl Fn(&Self) -> bool) -> Waited {
        self.wait(limit, what, holds)
    }

    fn wait(&mut self, limit: Micros, what: &str, holds: impl Fn(&Self) -> bool) -> Waited {
        let began = self.now();
        loop {
            if let Some(violation) = self.world.env.invariants.violation() {
                return Err(violation.clone());
            }
            if holds(self) {
                return Ok(self.now() - began);
            }
            let is_late = self.world.env.queue.next_at().is_none_or(|at| at > began + limit);
            if is_late || !self.world.step() {
                let standings: Vec<String> = (0..self.n).map(|place| self.standing(place)).collect();
                let (limit, detail) = (limit / MILLISECOND, standings.join("\n  "));
                let detail = format!("not within {limit} ms: {what}\n  {detail}");
                return Err(Violation { invariant: "bound", detail });
            }
        }
    }

    /// Everybody works: some heights are certified by all.
    pub fn warm_up(&mut self) -> Verdict {
        self.wait_until(20 * SECOND, "a network that begins", |stage| {
            (0..stage.n).all(|place| stage.low(place) >= 10)
        })?;
        Ok(())
    }

    pub fn now(&self) -> Micros {
        self.world.env.now
    }

    /// The view timeout.
    pub fn timeout(&self) -> Micros {
        self.world.env.invariants.newest().identity.parameters.view_timeout_ms * MILLISECOND
    }

    /// f.
    pub fn faulty_max(&self) -> usize {
        (self.n - 1) / 3
    }

    /// The highest height executed by anybody.
    pub fn height(&self) -> u64 {
        self.world.env.invariants.height().get()
    }

    /// The primary in the eyes of most.
    pub fn primary(&self) -> Place {
        self.world.primary().unwrap_or(0)
    }

    pub fn low(&self, place: Place) -> u64 {
        self.status(place).map_or(0, |status| status.low.get())
    }

    pub fn view(&self, place: Place) -> u64 {
        self.status(place).map_or(0, |status| status.view.get())
    }

    pub fn status(&self, place: Place) -> Option<consensus::ReplicaStatus> {
        self.world.nodes[place].replica.as_ref().map(|replica| replica.status())
    }

    /// View changes that honest replicas began since the start.
    pub fn view_changes(&self) -> u64 {
        self.world.env.statistics.view_changes
    }

    /// Whether all these stand in one installed view.
    pub fn is_one_view(&self, places: &[Place]) -> bool {
        let views: Vec<_> = places.iter().filter_map(|place| self.status(*place)).collect();
        views.len() == places.len() && views.iter().all(|s| s.active && s.view == views[0].view)
    }

    pub fn kill(&mut self, place: Place) {
        self.world.nodes[place].crash(&mut self.world.env);
    }

    pub fn start(&mut self, place: Place) {
        if self.world.nodes[place].process == Process::Down {
            self.world.nodes[place].start(&mut self.world.env);
        }
    }

    pub fn suspend(&mut self, place: Place) {
        self.world.nodes[place].suspend();
    }

    pub fn resume(&mut self, place: Place) {
        self.world.nodes[place].resume(&mut self.world.env);
    }

    /// Cuts links until [`Stage::heal`].
    pub fn cut(&mut self, links: Links) -> u64 {
        self.world.env.statistics.link_faults += 1;
        self.world.env.network.cut(links)
    }

    pub fn isolate(&mut self, place: Place) -> u64 {
        self.cut(around(self.n, place))
    }

    pub fn heal(&mut self, change: u64) {
        self.world.env.network.heal(change);
    }

    /// Lets the chain grow by so many heights at all these places.
    pub fn grow(&mut self, places: &[Place], heights: u64, limit: Micros) -> Waited {
        let goal = self.height() + heights;
        let places = places.to_vec();
        self.wait_until(limit, "the chain grows", move |stage| places.iter().all(|p| stage.low(*p) >= goal))
    }

    /// Orders these parameters for the next epoch; when this returns its boundary is pending.
    pub fn order_parameters(&mut self, parameters: Parameters) -> Verdict {
        let identity = Rc::clone(&self.world.env.invariants.newest().identity);
        let (from, members) = (identity.epoch, identity.members.clone());
        let id = self.world.env.order(Order::Change { from, members, parameters: Rc::new(parameters) });
        let at = self.primary();
        self.world.nodes[at].pack_these(&mut self.world.env, vec![id]);
        self.wait_until(5 * SECOND, "a boundary", |stage| {
            stage.world.env.invariants.newest().boundary().is_some()
        })?;
        Ok(())
    }

    /// Somebody's fresh transaction is executed.
    pub fn commit_one(&mut self, at: Place, limit: Micros) -> Waited {
        self.world.env.transactions += 1;
        let transaction = self.world.env.transactions;
        self.world.nodes[at].pack_these(&mut self.world.env, vec![transaction]);
        self.wait_until(limit, "a fresh transaction is executed", move |stage| {
            stage.world.env.invariants.is_executed(transaction)
        })
    }

    /// A wish of the scenario itself.
    pub fn expect(&self, holds: bool, what: &str) -> Verdict {
        require(holds, "scenario", || {
            let standings: Vec<String> = (0..self.n).map(|place| self.standing(place)).collect();
            format!("{what}\n  {}", standings.join("\n  "))
        })
    }

    /// All but these.
    pub fn others(&self, without: &[Place]) -> Vec<Place> {
        (0..self.n).filter(|place| !without.contains(place)).collect()
    }

    fn standing(&self, place: Place) -> String {
        let node = &self.world.nodes[place];
        let replica = node.replica.as_ref().map_or_else(|| "no replica".into(), ToString::to_string);
        format!("{place} {:?}: {replica}", node.process)
    }
}
