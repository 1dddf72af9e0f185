//! A network whose nodes all have failpoints: one of them kills itself at a named place, the others go on, it
//! comes back and votes.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Instant};

use crate::{
    Cluster, Scenario, Shape,
    cluster::PATIENCE,
    fabric::Wanted,
    failpoints::{self, Role},
    scenario::my_turn,
    wait::until,
};

/// Such a network.
pub struct CrashRound {
    /// The network under load.
    pub scenario: Scenario,
    nodes: usize,
}

impl CrashRound {
    /// Four validators, impatient ones: each crash of a primary costs a view timeout.
    ///
    /// # Panics
    /// When they do not start.
    #[must_use]
    pub fn start(name: &str) -> Self {
        let nodes = 4;
        let turn = my_turn();
        let parameters = ["view_timeout_ms=1000", "view_timeout_max_ms=8000"];
        let mut cluster = Cluster::make(&Shape {
            validators: nodes,
            observers: 0,
            parameters: &parameters,
            network: Wanted::Plain,
        });
        for node in 0..nodes {
            launch(&mut cluster, node);
        }
        Self { scenario: Scenario::begin(name, cluster, nodes, turn), nodes }
    }

    /// One node of this role (`None`: one that takes part in a view change) dies at the place, passed for the
    /// `passing`th time, and comes back.
    ///
    /// # Panics
    /// When it does not die there, or the network does not heal.
    pub fn crash(&mut self, name: &str, role: Option<Role>, passing: u32) {
        let primary = self.settled_primary();
        let target = match role {
            Some(Role::Primary) => primary,
            // The next primary: it sends the new view, too.
            None if name.ends_with("new_view") => (primary + 1) % self.nodes,
            Some(Role::Backup) | None => (primary + 2) % self.nodes,
        };
        // A start passes there once.
        let once = name.contains("vote_log_") || name.ends_with("vote_query");
        let passing = if once { 1 } else { passing };
        println!("{name}:{passing} on {role:?}, node {target}, primary {primary}");
        self.scenario.fault();
        fs::write(self.wish(target), format!("{name}:{passing}")).unwrap();
        if role.is_none() {
            self.scenario.cluster.process(primary).pause();
        } else if at_start(name) {
            self.scenario.cluster.kill(target);
            self.scenario.commits(100);
            launch(&mut self.scenario.cluster, target);
        }
        if name.contains("batch") || name.contains("proof") {
            // Clients keep to nodes that did not fall: it may have none that gives it something to pack.
            for _ in 0..passing {
                self.scenario.cluster.transfer(2, 3, "0.01", target);
            }
        }
        self.scenario.cluster.killed_itself(target, name);
        if role.is_none() {
            self.scenario.cluster.process(primary).resume();
        }
        fs::remove_file(self.wish(target)).unwrap();
        // Three of four go on; then it comes back.
        self.scenario.commits(20);
        launch(&mut self.scenario.cluster, target);
        self.scenario.heals_after(Instant::now());
    }

    /// The names that no node has passed yet.
    ///
    /// # Panics
    /// When the nodes wrote nothing.
    #[must_use]
    pub fn never_passed(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(seen(&self.scenario.cluster)).unwrap();
        let passed: BTreeSet<_> = text.lines().collect();
        failpoints::names().into_iter().filter(|name| !passed.contains(name.as_str())).collect()
    }

    fn wish(&self, node: usize) -> PathBuf {
        self.scenario.cluster.home(node).join("failpoint")
    }

    /// All nodes name one primary, and it is up.
    fn settled_primary(&self) -> usize {
        until("one primary", PATIENCE, || {
            let named: BTreeSet<_> = (0..self.nodes).map(|node| self.scenario.primary(node)).collect();
            match (named.len(), named.first()) {
                (1, Some(primary)) => Ok(*primary),
                _ => Err(format!("{named:?}")),
            }
        })
    }
}

/// Places that are passed while a node starts and catches up.
fn at_start(name: &str) -> bool {
    ["vote_query", "block_import", "vote_log_make", "vote_log_replace"]
        .iter()
        .any(|edge| name.ends_with(edge))
}

fn launch(cluster: &mut Cluster, node: usize) {
    let wish = format!("@{}", cluster.home(node).join("failpoint").display());
    let seen = seen(cluster).display().to_string();
    cluster.launch(node, Some(&wish), &[("HANSE_FAILPOINT_SEEN", &seen)]);
}

fn seen(cluster: &Cluster) -> PathBuf {
    cluster.directory().join("passed")
}
