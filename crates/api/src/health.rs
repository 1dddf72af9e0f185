//! The node's picture of itself, shown again for a moment so that asking often costs nothing, and the
//! readiness that `grpc.health.v1` mirrors.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tonic::server::NamedService;
use tonic_health::{ServingStatus, server::HealthReporter};
use types::ports::{NodeInformation, NodeStatus};

use crate::{
    api::Shared,
    event_service::EventsOf,
    node_service::Nodes,
    pb::{
        event_service_server::EventServiceServer, node_service_server::NodeServiceServer,
        query_service_server::QueryServiceServer, transaction_service_server::TransactionServiceServer,
    },
    query_service::Queries,
    transaction_service::Transactions,
};

/// The newest picture, if it is fresh enough.
pub(crate) struct StatusCache {
    node: Arc<dyn NodeInformation>,
    age_max: Duration,
    newest: Mutex<Option<(Instant, Arc<NodeStatus>)>>,
}

impl StatusCache {
    pub(crate) fn new(node: Arc<dyn NodeInformation>, age_max: Duration) -> Self {
        Self { node, age_max, newest: Mutex::new(None) }
    }

    pub(crate) fn get(&self) -> Arc<NodeStatus> {
        let mut newest = self.newest.lock();
        if let Some((taken, status)) = newest.as_ref()
            && taken.elapsed() < self.age_max
        {
            return Arc::clone(status);
        }
        let status = Arc::new(self.node.status());
        *newest = Some((Instant::now(), Arc::clone(&status)));
        status
    }
}

/// Keeps `grpc.health.v1` equal to the node's readiness as long as the services run.
pub(crate) async fn mirror(shared: &Shared, reporter: &HealthReporter) {
    let services = [
        "",
        TransactionServiceServer::<Transactions>::NAME,
        QueryServiceServer::<Queries>::NAME,
        EventServiceServer::<EventsOf>::NAME,
        NodeServiceServer::<Nodes>::NAME,
    ];
    let mut tick = tokio::time::interval(shared.limits.health_interval.max(Duration::from_millis(1)));
    let mut told = None;
    loop {
        tick.tick().await;
        let ready = shared.status.get().not_ready_reasons.is_empty();
        if told == Some(ready) {
            continue;
        }
        told = Some(ready);
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        for service in services {
            reporter.set_service_status(service, status).await;
        }
    }
}
