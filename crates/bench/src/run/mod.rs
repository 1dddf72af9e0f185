//! One measurement: load processes, a warm-up, a measured window, the wait for the last answers.

mod fault;
mod figures;
mod judge;
mod observer;
mod outcome;
mod workers;

use std::{path::PathBuf, time::Duration};

use tokio::time::{Instant, sleep_until};
use types::ChainId;

pub use fault::{Fault, FaultPlan};
pub use judge::judge;
pub use observer::{Observed, Target};
pub use outcome::Measured;

use crate::{
    BenchError, cluster::Cluster, load::Workload, progress::Progress, sample::ProcessSample,
    worker::SecondLine,
};
use observer::Observer;
use workers::Workers;

/// From the moment all load processes are ready to the first transaction: streams open meanwhile.
const LEAD: Duration = Duration::from_millis(700);
/// How much later than the drain's end the last line of a load process may come.
const LATE: Duration = Duration::from_secs(10);

/// What is measured.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// The `hanse` executable.
    pub program: PathBuf,
    /// The network.
    pub chain_id: ChainId,
    /// Directory of the accounts' keys.
    pub accounts: PathBuf,
    /// How many of them.
    pub account_count: usize,
    /// What is paid.
    pub asset: String,
    /// Transactions per second in all.
    pub rate: f64,
    /// Transactions per second of quiet clients beside it, which are measured apart; 0: none.
    pub quiet_rate: f64,
    /// Which transactions.
    pub workload: Workload,
    /// Makes the choices.
    pub seed: u64,
    /// Load processes.
    pub workers: usize,
    /// Streams of each process to each node.
    pub connections: usize,
    /// Load before the window.
    pub warmup: Duration,
    /// The measured window.
    pub duration: Duration,
    /// How long answers are waited for after it.
    pub drain: Duration,
    /// What is broken on the way.
    pub fault: Option<FaultPlan>,
}

/// Measures once. `cluster` is there where the nodes are ours.
///
/// # Errors
/// [`BenchError::NodeDied`], [`BenchError::Worker`].
pub async fn measure(
    plan: &RunPlan,
    targets: &[Target],
    mut cluster: Option<&mut Cluster>,
    progress: &mut Progress,
) -> Result<Measured, BenchError> {
    let mut workers = Workers::start(plan, targets).await?;
    let start = Instant::now() + LEAD;
    workers.begin(LEAD).await?;
    let observer = Observer::new(targets);
    let mut measured = Measured::default();
    let (from, to) = (plan.warmup.as_secs(), (plan.warmup + plan.duration).as_secs());
    let last = to + (plan.drain + LATE).as_secs();
    for second in 0..last {
        if second == from {
            sleep_until(start + plan.warmup).await;
            measured.before = observer.take(pids(&cluster), &workers.pids()).await;
        }
        if second == to {
            measured.after = observer.take(pids(&cluster), &workers.pids()).await;
        }
        if let (Some(fault), Some(cluster)) = (&plan.fault, cluster.as_deref_mut()) {
            fault.act(second, cluster, targets, &mut measured).await?;
        }
        sleep_until(start + Duration::from_secs(second + 1)).await;
        if let Some(cluster) = cluster.as_deref_mut() {
            cluster.check_alive()?;
        }
        let rss = largest(&observer.processes(&pids(&cluster)));
        let line = workers.second(second).await?;
        measured.note(second, (from..to).contains(&second), &line, rss);
        progress.second(second, plan, &line);
        if workers.all_told() {
            break;
        }
    }
    measured.finish(workers.end().await?);
    Ok(measured)
}

fn pids(cluster: &Option<&mut Cluster>) -> Vec<Option<u32>> {
    cluster.as_ref().map(|cluster| cluster.pids()).unwrap_or_default()
}

fn largest(processes: &[Option<ProcessSample>]) -> Option<u64> {
    processes.iter().flatten().map(|process| process.rss_bytes).max()
}

/// The seconds of several processes, added up.
pub(crate) fn sum<'l>(lines: impl IntoIterator<Item = &'l SecondLine>) -> SecondLine {
    lines.into_iter().fold(SecondLine::default(), |mut sum, line| {
        sum.second = line.second;
        sum.add(line);
        sum
    })
}
