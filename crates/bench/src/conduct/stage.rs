//! The network that is measured now: ours, or one that runs elsewhere.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::Instant;

use super::{BenchPlan, External, start};
use crate::{
    BenchError,
    cluster::{self, Cluster},
    progress::Progress,
    report::RunRecord,
    run::{self, RunPlan, Target},
};

/// Between two looks whether the network has come to rest.
const LOOK: Duration = Duration::from_millis(200);

/// The network that is measured now.
pub(super) struct Stage {
    cluster: Option<Cluster>,
    external: Option<External>,
    targets: Vec<Target>,
    /// Measurements so far: each has choices of its own.
    measured: u64,
}

impl Stage {
    pub(super) async fn open(plan: &BenchPlan, validators: usize) -> Result<Self, BenchError> {
        if let Some(external) = &plan.external {
            let target =
                |url: &String| Target { name: url.clone(), grpc: url.clone(), http: None, home: None };
            let targets = external.endpoints.iter().map(target).collect();
            return Ok(Self { cluster: None, external: Some(external.clone()), targets, measured: 0 });
        }
        let cluster = start(plan, validators).await?;
        let targets = targets(&cluster);
        Ok(Self { cluster: Some(cluster), external: None, targets, measured: 0 })
    }

    pub(super) fn validators(&self) -> usize {
        self.targets.len()
    }

    /// A network in the same shape, where it is ours.
    pub(super) async fn renew(&mut self, plan: &BenchPlan) -> Result<(), BenchError> {
        let Some(old) = self.cluster.take() else { return Ok(()) };
        let validators = old.nodes().len();
        old.stop().await?;
        let cluster = start(plan, validators).await?;
        self.targets = targets(&cluster);
        self.cluster = Some(cluster);
        Ok(())
    }

    /// One measurement at a rate.
    pub(super) fn plan(&mut self, plan: &BenchPlan, rate: f64) -> RunPlan {
        self.measured += 1;
        let seed = plan.seed.wrapping_add(self.measured << 40);
        let (chain_id, accounts, account_count, asset) = match (&self.cluster, &self.external) {
            (Some(cluster), _) => (cluster.chain_id(), cluster.accounts(), plan.accounts, "TEST".to_owned()),
            (None, Some(e)) => (e.chain_id, e.accounts.clone(), e.account_count, e.asset.clone()),
            (None, None) => Default::default(),
        };
        RunPlan {
            program: plan.program.clone(),
            chain_id,
            accounts,
            account_count,
            asset,
            rate,
            quiet_rate: 0.0,
            workload: plan.workload,
            seed,
            workers: plan.workers,
            connections: plan.connections,
            warmup: plan.warmup,
            duration: plan.duration,
            drain: plan.drain,
            fault: None,
        }
    }

    /// Measures.
    pub(super) async fn measure(
        &mut self,
        run: &RunPlan,
        progress: &mut Progress,
    ) -> Result<RunRecord, BenchError> {
        let measured = run::measure(run, &self.targets, self.cluster.as_mut(), progress).await?;
        let names: Vec<String> = self.targets.iter().map(|target| target.name.clone()).collect();
        Ok(measured.figures(run.rate, run.duration, &names))
    }

    /// Waits until nothing waits in any pool, so that the next measurement begins at rest; not for ever.
    pub(super) async fn settle(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            let answers = join_all(self.targets.iter().map(|target| cluster::ask(&target.grpc))).await;
            let waiting = |answer: &Result<client::NodeReport, String>| {
                answer.as_ref().is_ok_and(|report| report.status.mempool.transactions > 0)
            };
            if !answers.iter().any(waiting) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) async fn close(mut self) -> Result<(), BenchError> {
        match self.cluster.take() {
            Some(cluster) => cluster.stop().await,
            None => Ok(()),
        }
    }
}

fn targets(cluster: &Cluster) -> Vec<Target> {
    let target = |node: &cluster::NodePlace| Target {
        name: node.name.clone(),
        grpc: node.grpc.clone(),
        http: Some(node.http.clone()),
        home: Some(node.home.clone()),
    };
    cluster.nodes().iter().map(target).collect()
}
