//! Looking at the nodes from outside: processes, disks, metrics, what they say of themselves.

use std::path::PathBuf;

use futures::future::join_all;
use types::ports::NodeStatus;

use crate::{
    cluster,
    sample::{ProcessSample, Traffic, directory_bytes, process, traffic},
};

/// A node that gets load.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it is called.
    pub name: String,
    /// URL for clients.
    pub grpc: String,
    /// URL of the metrics, where it is known.
    pub http: Option<String>,
    /// Its home, where it is on this machine.
    pub home: Option<PathBuf>,
}

/// All nodes at one moment, in the order of the targets.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Process ids.
    pub pids: Vec<Option<u32>>,
    /// Their processes.
    pub nodes: Vec<Option<ProcessSample>>,
    /// The load's processes.
    pub workers: Vec<ProcessSample>,
    /// Bytes to and from peers.
    pub traffic: Vec<Option<Traffic>>,
    /// Size of the data directories.
    pub disk_bytes: Vec<Option<u64>>,
    /// What they say.
    pub status: Vec<Option<NodeStatus>>,
}

/// Takes such pictures.
#[derive(Debug)]
pub(super) struct Observer {
    targets: Vec<Target>,
}

impl Observer {
    pub(super) fn new(targets: &[Target]) -> Self {
        Self { targets: targets.to_vec() }
    }

    /// The processes now.
    pub(super) fn processes(&self, pids: &[Option<u32>]) -> Vec<Option<ProcessSample>> {
        pids.iter().map(|pid| pid.and_then(process)).collect()
    }

    /// Everything now; CPU time first, as close to the moment as can be.
    pub(super) async fn take(&self, pids: Vec<Option<u32>>, workers: &[u32]) -> Observed {
        let nodes = self.processes(&pids);
        let workers = workers.iter().filter_map(|pid| process(*pid)).collect();
        let traffic = join_all(self.targets.iter().map(scrape)).await;
        let status = join_all(self.targets.iter().map(|target| cluster::ask(&target.grpc))).await;
        let status = status.into_iter().map(|answer| answer.ok().map(|report| report.status)).collect();
        let disk = |target: &Target| {
            let home = target.home.as_ref()?;
            Some(directory_bytes(&home.join("data")) + directory_bytes(&home.join("votes")))
        };
        let disk_bytes = self.targets.iter().map(disk).collect();
        Observed { pids, nodes, workers, traffic, disk_bytes, status }
    }
}

async fn scrape(target: &Target) -> Option<Traffic> {
    traffic(target.http.as_deref()?).await
}
