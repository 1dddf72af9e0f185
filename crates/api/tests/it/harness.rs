//! A server on loopback and a channel to it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use api::{
    Api, BlockFeed, Limits, Ports,
    pb::{
        event_service_client::EventServiceClient, node_service_client::NodeServiceClient,
        query_service_client::QueryServiceClient, transaction_service_client::TransactionServiceClient,
    },
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt as _;
use types::{Code, Height, Parameters, TimeMs, Transaction};

use crate::fake::{CHAIN, FakeChain, FakeNode, FakePool};

/// Time of the genesis of all tests.
pub const START: TimeMs = TimeMs::new(1_700_000_000_000);

pub struct Harness {
    pub api: Api,
    pub feed: BlockFeed,
    pub chain: Arc<FakeChain>,
    pub pool: Arc<FakePool>,
    pub node: Arc<FakeNode>,
    pub address: SocketAddr,
    pub channel: Channel,
    stop: Option<oneshot::Sender<()>>,
    pub server: JoinHandle<()>,
}

impl Harness {
    pub async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let limits = Limits { status_age_max: Duration::ZERO, ..limits };
        let (chain, pool, node) = (FakeChain::new(START), FakePool::new(), FakeNode::new());
        let ports = Ports {
            pool: pool.clone(),
            chain: chain.clone(),
            node: node.clone(),
            metrics: Arc::new(|| "# EOF\n".to_owned()),
            network: "test <net>".to_owned(),
            chain_id: CHAIN,
            parameters: Parameters::default(),
            rules_supported: 1,
        };
        let api = Api::new(ports, limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = api.clone();
        let server = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            serving.serve_grpc(listener, shutdown).await.unwrap();
        });
        let channel = connect(address);
        Self { feed: api.feed(), api, chain, pool, node, address, channel, stop: Some(stop), server }
    }

    pub fn transactions(&self) -> TransactionServiceClient<Channel> {
        TransactionServiceClient::new(self.channel.clone())
    }

    pub fn queries(&self) -> QueryServiceClient<Channel> {
        QueryServiceClient::new(self.channel.clone())
    }

    pub fn events(&self) -> EventServiceClient<Channel> {
        EventServiceClient::new(self.channel.clone())
    }

    pub fn nodes(&self) -> NodeServiceClient<Channel> {
        NodeServiceClient::new(self.channel.clone())
    }

    /// A block with these transactions is certified, one second after the one before.
    pub fn certify(&self, transactions: &[(Transaction, Code)]) -> Height {
        certify(&self.chain, &self.feed, transactions)
    }

    /// Stops the server and waits for its end.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        (&mut self.server).await.unwrap();
    }
}

pub fn certify(chain: &FakeChain, feed: &BlockFeed, transactions: &[(Transaction, Code)]) -> Height {
    use types::ports::ChainReader as _;
    let time = chain.certified().header.time.plus(1_000);
    let (height, results) = chain.append(transactions, time);
    feed.certified(height, &results);
    height
}

/// Small windows, so that a reader that does not read is felt soon.
pub fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    endpoint.initial_stream_window_size(65_535).initial_connection_window_size(65_535).connect_lazy()
}

pub fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

pub fn metadata(status: &Status, key: &str) -> Option<String> {
    status.get_details_error_info().unwrap().metadata.get(key).cloned()
}
