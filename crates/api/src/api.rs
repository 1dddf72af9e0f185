//! The client-facing side of a node as one object.

use std::sync::Arc;

use bytes::Bytes;
use tokio::{
    sync::{Semaphore, oneshot, watch},
    time::timeout,
};
use tonic::Status;
use types::{
    ChainId, Height, Parameters,
    admission::{Admitted, ClientId, Refusal},
    ports::{ChainReader, NodeInformation, TransactionPool},
};

use crate::{
    BlockFeed, CountersSnapshot, Limits, Reason, blocks::BlockCache, counters::Counters, health::StatusCache,
    nudge::Nudge, outcomes::Outcomes, waiters::Waiters,
};

/// What the services stand on; `node` wires it.
#[derive(Clone)]
pub struct Ports {
    /// Takes transactions.
    pub pool: Arc<dyn TransactionPool>,
    /// Reads certified blocks and state.
    pub chain: Arc<dyn ChainReader>,
    /// The node's picture of itself.
    pub node: Arc<dyn NodeInformation>,
    /// Writes all metrics as OpenMetrics text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The network's name, shown to people.
    pub network: String,
    /// The network.
    pub chain_id: ChainId,
    /// The chain parameters.
    pub parameters: Parameters,
    /// The newest rules that this release can execute.
    pub rules_supported: u32,
}

/// Serves clients: see [`Api::serve_grpc`] and [`Api::serve_http`]. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) ports: Ports,
    pub(crate) limits: Limits,
    pub(crate) counters: Arc<Counters>,
    pub(crate) waiters: Arc<Waiters>,
    pub(crate) outcomes: Arc<Outcomes>,
    pub(crate) blocks: BlockCache,
    pub(crate) status: StatusCache,
    pub(crate) nudge: Nudge,
    pub(crate) subscriptions: Arc<Semaphore>,
    /// The newest height the feed told of: wakes subscribers.
    pub(crate) newest: watch::Sender<Height>,
    /// Becomes true when the node stops.
    pub(crate) stopping: watch::Sender<bool>,
}

impl Api {
    /// Over these ports, within these limits.
    #[must_use]
    pub fn new(ports: Ports, limits: Limits) -> Self {
        let counters = Arc::new(Counters::default());
        let shared = Shared {
            waiters: Arc::new(Waiters::new(limits.waiters_max)),
            outcomes: Arc::new(Outcomes::new(Arc::clone(&ports.chain), ports.parameters.expiry_grace_ms)),
            blocks: BlockCache::new(Arc::clone(&ports.chain)),
            status: StatusCache::new(Arc::clone(&ports.node), limits.status_age_max),
            nudge: Nudge::new(Arc::clone(&ports.node), limits.empty_block_interval, Arc::clone(&counters)),
            subscriptions: Arc::new(Semaphore::new(limits.subscriptions_max)),
            newest: watch::Sender::new(ports.chain.certified().header.height),
            stopping: watch::Sender::new(false),
            counters,
            ports,
            limits,
        };
        Self { shared: Arc::new(shared) }
    }

    /// What the node calls for every newly certified block.
    #[must_use]
    pub fn feed(&self) -> BlockFeed {
        BlockFeed::new(Arc::clone(&self.shared))
    }

    /// Counts for the node's metrics.
    #[must_use]
    pub fn counters(&self) -> CountersSnapshot {
        self.shared.counters.snapshot()
    }
}

impl Shared {
    /// Hands a transaction to the pool and waits for its answer.
    pub(crate) async fn submit(
        &self,
        transaction: Bytes,
        client: ClientId,
    ) -> Result<Result<Admitted, Refusal>, Status> {
        let (reply, answer) = oneshot::channel();
        self.counters.transactions_submitted.add_one();
        self.ports.pool.submit(transaction, client, Box::new(move |result| drop(reply.send(result))));
        let no_answer = || Reason::NoAnswer.status("the pool did not answer: send the same bytes again");
        let result = timeout(self.limits.admission_max, answer).await;
        let result = result.ok().and_then(Result::ok).ok_or_else(no_answer)?;
        if result.is_err() {
            self.counters.transactions_refused.add_one();
        }
        Ok(result)
    }

    /// Returns when the node stops.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as `self`.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}
