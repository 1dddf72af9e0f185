//! An open-loop load generator over the client's submit streams.
//!
//! Transfers are due at fixed times, whether or not earlier ones were answered, and each latency counts from
//! the time the transfer was due: a network that stalls cannot hide it by slowing its clients down
//! ("coordinated omission"). What had no answer when a stream broke is sent again, the same bytes, on the
//! next one.

mod connection;
mod counters;
mod payments;
mod plan;
mod tally;
mod workload;

use tokio::{sync::watch, task::JoinHandle};

pub use counters::{Latency, Snapshot};
pub use plan::{LoadPlan, Payer};
pub use tally::{Answer, Tally};
pub use workload::Workload;

use connection::Connection;
use counters::Counters;
use std::sync::Arc;

/// A running load.
#[derive(Debug)]
pub struct Load {
    stop: watch::Sender<bool>,
    targets: Vec<Arc<Counters>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Load {
    /// As [`Load::start`], told to another tally than [`Load::take`]'s.
    #[must_use]
    pub fn start_with(plan: LoadPlan, tally: &Arc<dyn Tally>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tasks = connections(plan, |_| tally.clone(), &stopped);
        Self { stop, targets: Vec::new(), tasks }
    }

    /// Starts the connections on the current tokio runtime. A target that cannot be reached is tried again
    /// until the load is stopped.
    #[must_use]
    pub fn start(plan: LoadPlan) -> Self {
        let (stop, stopped) = watch::channel(false);
        let targets: Vec<Arc<Counters>> = plan.targets.iter().map(|_| Arc::default()).collect();
        let of = |place: usize| -> Arc<dyn Tally> { targets[place].clone() };
        let tasks = connections(plan, of, &stopped);
        Self { stop, targets, tasks }
    }

    /// What happened at each target; latencies since the last call, counts since the start.
    #[must_use]
    pub fn take(&self) -> Vec<Snapshot> {
        self.targets.iter().map(|counters| counters.take()).collect()
    }

    /// Stops sending and closes the streams.
    pub async fn stop(self) {
        // The receivers live in the tasks; one that ended needs no telling.
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

fn connections(
    plan: LoadPlan,
    tally: impl Fn(usize) -> Arc<dyn Tally>,
    stopped: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let plan = Arc::new(plan);
    let mut tasks = Vec::new();
    for place in 0..plan.targets.len() {
        for lane in 0..plan.connections_per_target {
            let number = place * plan.connections_per_target + lane;
            let connection = Connection::new(plan.clone(), tally(place), place, number);
            tasks.push(tokio::spawn(connection.run(stopped.clone())));
        }
    }
    tasks
}
