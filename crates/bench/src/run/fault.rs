//! Faults on purpose.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Measured, Target, outcome::Struck};
use crate::{BenchError, cluster, cluster::Cluster};

/// What is done to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// `kill -9` of the present primary.
    PrimaryCrash,
    /// `kill -9` of a validator that is not the primary.
    BackupCrash,
}

/// And when.
#[derive(Debug, Clone, Copy)]
pub struct FaultPlan {
    /// What.
    pub fault: Fault,
    /// How long after the load's start.
    pub at: Duration,
    /// The node is started again this much later; `None`: it stays away.
    pub restart_after: Option<Duration>,
}

impl Fault {
    /// As on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrimaryCrash => "primary-crash",
            Self::BackupCrash => "backup-crash",
        }
    }
}

impl FaultPlan {
    /// Does what is due at the begin of this second.
    pub(super) async fn act(
        &self,
        second: u64,
        cluster: &mut Cluster,
        targets: &[Target],
        measured: &mut Measured,
    ) -> Result<(), BenchError> {
        if second == self.at.as_secs() {
            let node = victim(self.fault, targets).await;
            cluster.kill(node).await;
            measured.struck = Some(Struck { fault: self.fault, node, at: second, restarted: None });
        }
        let Some(struck) = &mut measured.struck else { return Ok(()) };
        if self.restart_after.is_some_and(|after| second == struck.at + after.as_secs()) && second > struck.at
        {
            cluster.restart(struck.node)?;
            struck.restarted = Some(second);
        }
        Ok(())
    }
}

/// The place of the node to kill: who is primary is what most nodes say.
async fn victim(fault: Fault, targets: &[Target]) -> usize {
    let mut said = vec![0usize; targets.len()];
    for target in targets {
        if let Ok(report) = cluster::ask(&target.grpc).await
            && let Some(count) = said.get_mut(usize::from(report.status.primary))
        {
            *count += 1;
        }
    }
    let primary = (0..said.len()).max_by_key(|place| said[*place]).unwrap_or(0);
    match fault {
        Fault::PrimaryCrash => primary,
        Fault::BackupCrash => (primary + 1) % targets.len().max(1),
    }
}
