//! A network whose nodes have disks that fail when told to: one node's does, the others go on; it is mended, the
//! node is started again, and it votes.

use std::{collections::BTreeSet, time::Instant};

use disk::testing::{Counted, EIO, ENOSPC, FROM_THEN_ON, KILL, PreloadedFaults};

use crate::{
    Cluster, Scenario, Shape, cluster::PATIENCE, fabric::Wanted, failpoints::Role, scenario::my_turn,
    wait::until,
};

/// Such a network.
pub struct DiskRound {
    /// The network under load.
    pub scenario: Scenario,
    faults: Vec<PreloadedFaults>,
}

/// What a disk does from some operation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is full.
    Full,
    /// It refuses.
    Refuses,
    /// It does its last operation, and the process is killed.
    Kills,
}

impl DiskRound {
    /// Four validators, impatient ones, with small buffers, so that the ledger writes tables all the time.
    ///
    /// # Panics
    /// When they do not start.
    #[must_use]
    pub fn start(name: &str) -> Self {
        let turn = my_turn();
        let parameters = ["view_timeout_ms=1000", "view_timeout_max_ms=8000"];
        let shape = Shape { validators: 4, observers: 0, parameters: &parameters, network: Wanted::Plain };
        let mut cluster = Cluster::make(&shape);
        let faults: Vec<_> = (0..4).map(|node| of_node(&cluster, node)).collect();
        for (node, faults) in faults.iter().enumerate() {
            launch(&mut cluster, node, faults);
        }
        Self { scenario: Scenario::begin(name, cluster, 4, turn), faults }
    }

    /// One node's disk fails `later` operations from now, and for good; the node ends as documented; it is
    /// mended, and comes back.
    ///
    /// # Panics
    /// When the node ends in another way, says nothing useful, or the network does not heal.
    pub fn strike(&mut self, role: Role, trouble: Trouble, later: u64) {
        let primary = self.scenario.primary(0);
        let node = if role == Role::Primary { primary } else { (primary + 2) % 4 };
        self.strike_node(node, trouble, later);
        // Three of four go on; then it comes back.
        self.scenario.commits(20);
        self.faults[node].mend().unwrap();
        launch(&mut self.scenario.cluster, node, &self.faults[node]);
        self.scenario.heals_after(Instant::now());
    }

    /// The disks of all nodes are full at about the same time; then there is space again.
    ///
    /// # Panics
    /// When a node ends in another way than documented, or the network does not heal.
    pub fn strike_all(&mut self, later: u64) {
        self.scenario.fault();
        for faults in &self.faults {
            let now = faults.operations().unwrap();
            faults.fail(Counted::Changes, now + later, FROM_THEN_ON, ENOSPC).unwrap();
        }
        // Two make the quorum impossible; the others may have nothing more to write.
        let mut ended = BTreeSet::new();
        until("two nodes that end", PATIENCE, || {
            ended.extend((0..4).filter(|node| self.scenario.cluster.process(*node).exit_code().is_some()));
            if ended.len() >= 2 { Ok(()) } else { Err(self.scenario.cluster.logs()) }
        });
        for node in 0..4 {
            if ended.contains(&node) {
                self.ends(node, Trouble::Full, "all disks are full");
            } else {
                self.scenario.cluster.kill(node);
            }
            self.faults[node].mend().unwrap();
        }
        for node in 0..4 {
            launch(&mut self.scenario.cluster, node, &self.faults[node]);
        }
        self.scenario.heals_after(Instant::now());
    }

    fn strike_node(&mut self, node: usize, trouble: Trouble, later: u64) {
        let faults = &self.faults[node];
        let (error, many) = match trouble {
            Trouble::Full => (ENOSPC, FROM_THEN_ON),
            Trouble::Refuses => (EIO, FROM_THEN_ON),
            Trouble::Kills => (KILL, 1),
        };
        self.scenario.fault();
        let now = faults.operations().unwrap();
        assert!(now > 100, "node {node}: {now} operations: the library counts");
        faults.fail(Counted::Changes, now + later, many, error).unwrap();
        self.ends(node, trouble, &format!("{trouble:?} after {later} operations"));
    }

    fn ends(&mut self, node: usize, trouble: Trouble, what: &str) {
        let code = self.scenario.cluster.ends_by_itself(node, what);
        let (failed, log) = (self.faults[node].failed().unwrap(), self.scenario.cluster.log(node));
        println!("node {node}: {what}: exit code {code}, failed: {failed:?}");
        match trouble {
            Trouble::Full => {
                assert_eq!(code, 15, "{what}\n{log}");
                for words in ["bytes free", "Free some space", "ledger.free_bytes_min", "/node"] {
                    assert!(log.contains(words), "{what}: {words} is not said\n{log}");
                }
            }
            Trouble::Refuses => assert_eq!(code, 18, "{what}\n{log}"),
            Trouble::Kills => assert_eq!(code, -1, "{what}\n{log}"),
        }
    }
}

fn of_node(cluster: &Cluster, node: usize) -> PreloadedFaults {
    let home = cluster.home(node);
    let folders = [home.join("data"), home.join("votes")];
    PreloadedFaults::new(&home.join("disk-faults"), &folders).unwrap()
}

fn launch(cluster: &mut Cluster, node: usize, faults: &PreloadedFaults) {
    let environment = faults.environment();
    let mut environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.push(("HANSE_LEDGER__WRITE_BUFFER_BYTES", "8388608"));
    cluster.launch(node, None, &environment);
}
