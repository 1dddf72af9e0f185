//! The client-facing side: gRPC and HTTP over the node's pool, chain and status.

use std::{sync::Arc, time::Duration};

use api::{Api, BlockFeed, Limits, Ports};
use tokio::{net::TcpListener, sync::watch};
use types::Genesis;

use crate::{
    config::{ApiSection, Config},
    exit::{ExitCode, Failure},
};

use super::{
    assembly::Assembly,
    metrics::{NodeMetrics, scrape},
    status::Information,
    supervisor::Supervisor,
};

/// The newest execution rules this release knows.
pub const RULES_SUPPORTED: u32 = 1;

/// The API before its listeners are up.
pub struct Serving {
    api: Api,
}

/// The API with its listeners up.
pub struct Served {
    stop: watch::Sender<bool>,
}

impl Serving {
    /// Wires the ports.
    #[must_use]
    pub fn prepare(
        config: &Config,
        genesis: &Genesis,
        assembly: &Assembly,
        information: Arc<Information>,
    ) -> Self {
        let registry = NodeMetrics::registry(
            Arc::clone(&assembly.board),
            Arc::clone(&information),
            assembly.pool.clone(),
            assembly.network.clone(),
        );
        let ports = Ports {
            pool: Arc::new(assembly.pool.clone()),
            chain: Arc::new(assembly.reader.clone()),
            node: information,
            metrics: Arc::new(move || scrape(&registry)),
            network: genesis.network.clone(),
            chain_id: genesis.chain_id(),
            parameters: genesis.parameters.clone(),
            rules_supported: RULES_SUPPORTED,
        };
        Self { api: Api::new(ports, limits(&config.api)) }
    }

    /// Told of every certified block.
    #[must_use]
    pub fn feed(&self) -> BlockFeed {
        self.api.feed()
    }

    /// Listens.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub async fn start(self, config: &Config, supervisor: &Supervisor) -> Result<Served, Failure> {
        let (stop, stopping) = watch::channel(false);
        let grpc = listen("api.grpc", config.api.grpc).await?;
        let http = listen("api.http", config.api.http).await?;
        let (api, watching, stopped) = (self.api.clone(), supervisor.clone(), until(stopping.clone()));
        tokio::spawn(async move {
            let result = api.serve_grpc(grpc, stopped).await;
            watching
                .report("grpc", result.map_err(|error| Failure::new(ExitCode::Internal, error.to_string())));
        });
        let (api, watching, stopped) = (self.api, supervisor.clone(), until(stopping));
        tokio::spawn(async move {
            let result = api.serve_http(http, stopped).await;
            watching
                .report("http", result.map_err(|error| Failure::new(ExitCode::Internal, error.to_string())));
        });
        Ok(Served { stop })
    }
}

impl Served {
    /// No new calls; those that run may finish.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}

async fn until(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn listen(setting: &str, address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(ExitCode::Io, format!("{setting} = {address} cannot be listened on: {error}"))
    })
}

fn limits(section: &ApiSection) -> Limits {
    Limits {
        request_bytes_max: section.message_bytes_max as usize,
        connections_max: section.connections_max as usize,
        streams_per_connection_max: section.streams_max,
        stream_unanswered_max: section.in_flight_max as usize,
        subscriptions_max: section.subscriptions_max as usize,
        call_max: Duration::from_millis(section.deadline_ms),
        reflection: section.reflection,
        ..Limits::default()
    }
}
