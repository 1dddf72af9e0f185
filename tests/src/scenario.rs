//! A network under load that suffers faults, heals by itself, and is judged by the oracle.

use std::{
    fs::File,
    time::{Duration, Instant},
};

use types::TransactionId;

use crate::{
    Load,
    cluster::{Cluster, PATIENCE, Shape},
    oracle,
    report::Row,
    wait::until,
};

/// After the last fault heals, the first commit comes within this, and nobody is restarted.
pub const HEAL: Duration = Duration::from_secs(30);
/// A replica that asks for a new view alone is followed after view_timeout_max, which is 16 s by default.
const CONVERGE: Duration = Duration::from_secs(30);
/// A node that takes longer until it is level leaves its state in the output.
const SLOW: Duration = Duration::from_secs(20);
/// Clients at once.
const CLIENTS: usize = 12;

/// A running scenario.
pub struct Scenario {
    /// Its network.
    pub cluster: Cluster,
    /// Its clients.
    pub load: Load,
    /// The oracle reads blocks from here on.
    pub first_height: u64,
    row: Row,
    fault: Option<Instant>,
    _turn: File,
}

impl Scenario {
    /// Starts network and load, and waits until it commits. One scenario at a time runs on a machine.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn start(name: &str, shape: &Shape<'_>) -> Self {
        let turn = my_turn();
        Self::begin(name, Cluster::running(shape), shape.validators, turn)
    }

    /// With a network of which not all nodes may run yet.
    ///
    /// # Panics
    /// When it does not commit.
    #[must_use]
    pub fn begin(name: &str, mut cluster: Cluster, nodes: usize, turn: File) -> Self {
        let load = Load::start(&cluster, nodes, CLIENTS);
        until("the first commits", PATIENCE, || match load.committed() {
            found if found >= 100 => Ok(()),
            found => Err(format!("{found} so far\n{}", cluster.logs())),
        });
        let row = Row {
            name: name.to_owned(),
            network: cluster.fabric.name(),
            resident_before: resident(&mut cluster),
            ..Row::default()
        };
        println!("{name}: on {}", row.network);
        Self { cluster, load, first_height: 1, row, fault: None, _turn: turn }
    }

    /// A fault begins now.
    pub fn fault(&mut self) {
        self.fault.get_or_insert_with(Instant::now);
    }

    /// The fault lasts so long.
    pub fn lasts(&self, time: Duration) {
        std::thread::sleep(time);
    }

    /// Waits for so many commits more.
    ///
    /// # Panics
    /// When they do not come.
    pub fn commits(&self, more: usize) {
        let goal = self.load.committed() + more;
        until(&format!("{more} more commits"), HEAL, || match self.load.committed() {
            found if found >= goal => Ok(()),
            found => Err(format!("{} are missing\n{}", goal - found, self.cluster.logs())),
        });
    }

    /// The last fault ended at `end`: waits for the first commit, and until all nodes are level.
    ///
    /// # Panics
    /// When the network does not heal by itself.
    pub fn heals_after(&mut self, end: Instant) {
        let fault = self.fault.unwrap_or(end);
        let first = until("a commit after the last fault", HEAL, || {
            self.load.first_after(end).ok_or_else(|| self.cluster.logs())
        });
        let height = self.heights().into_iter().max().unwrap_or(0);
        for node in self.cluster.started() {
            let mut told = false;
            until(&format!("node {node} level"), PATIENCE, || {
                let found = self.is_level(node, height);
                if let (Err(state), false, true) = (&found, told, end.elapsed() > SLOW) {
                    println!("{}: node {node} is not level after {SLOW:?}: {state}", self.row.name);
                    told = true;
                }
                found
            });
        }
        let level = end.elapsed();
        self.one_view();
        self.row.one_view = self.row.one_view.max(Some(end.elapsed()));
        self.row.silence = self.row.silence.max(Some(self.load.longest_silence(fault, end + first)));
        self.row.first_commit = self.row.first_commit.max(Some(first));
        self.row.level = self.row.level.max(Some(level));
        self.fault = None;
    }

    /// Stops the load, asks the oracle, and reports.
    ///
    /// # Panics
    /// When anything acknowledged is lost or doubled, or nodes differ.
    pub fn finish(self) {
        self.judge(Load::stop);
    }

    /// As [`Scenario::finish`] for a network that cannot commit any more.
    ///
    /// # Panics
    /// When anything acknowledged is lost or doubled, or nodes differ.
    pub fn finish_without_quorum(self) {
        self.judge(Load::abandon);
    }

    fn judge(self, end: impl FnOnce(Load) -> Vec<TransactionId>) {
        let Self { mut cluster, load, mut row, first_height, _turn, .. } = self;
        let told = end(load);
        row.resident_after = resident(&mut cluster);
        let changes = |node: usize| cluster.status(node)["view_changes"].as_u64();
        row.view_changes = cluster.started().into_iter().filter_map(changes).max().unwrap_or(0);
        row.blocks = oracle::check(&mut cluster, &told, first_height);
        row.tell();
    }

    /// The certified heights of all started nodes.
    #[must_use]
    pub fn heights(&self) -> Vec<u64> {
        self.cluster.started().into_iter().map(|node| self.cluster.height(node)).collect()
    }

    /// The primary, as a node sees it.
    #[must_use]
    pub fn primary(&self, node: usize) -> usize {
        let primary = self.cluster.status(node)["primary"].as_u64().unwrap_or(0);
        usize::try_from(primary).unwrap_or(0)
    }

    fn is_level(&self, node: usize, height: u64) -> Result<(), String> {
        let status = self.cluster.status(node);
        match status["height"].as_u64() >= Some(height) && status["voting"] == true {
            true => Ok(()),
            false => Err(format!("goal {height}: {status}\n{}", self.cluster.logs())),
        }
    }

    /// View numbers converge.
    fn one_view(&self) {
        until("one view everywhere", CONVERGE, || {
            let nodes = self.cluster.started();
            let views: Vec<_> =
                nodes.iter().map(|node| self.cluster.status(*node)["view"].as_u64()).collect();
            match views.iter().all(|view| *view == views[0]) {
                true => Ok(()),
                false => Err(format!("{views:?}\n{}", self.cluster.logs())),
            }
        });
    }
}

/// Waits until no other scenario runs on this machine.
///
/// # Panics
/// When the lock cannot be made.
#[must_use]
pub fn my_turn() -> File {
    let turn = File::create(std::env::temp_dir().join("hanse-e2e-scenario.lock")).unwrap();
    turn.lock().unwrap();
    turn
}

fn resident(cluster: &mut Cluster) -> u64 {
    let nodes = cluster.started();
    nodes.into_iter().map(|node| cluster.process(node).resident_mib()).max().unwrap_or(0)
}
