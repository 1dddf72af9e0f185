//! Serving gRPC.

use std::{future::Future, io, sync::Arc};

use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic_health::server::health_reporter;
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};

use crate::{
    Api, Limits,
    accept::{Acceptor, Patience},
    api::Shared,
    event_service::EventsOf,
    health,
    node_service::Nodes,
    nudge,
    pb::{
        event_service_server::EventServiceServer, node_service_server::NodeServiceServer,
        query_service_server::QueryServiceServer, transaction_service_server::TransactionServiceServer,
    },
    query_service::Queries,
    transaction_service::Transactions,
};

/// The files of `proto/` for reflection.
const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reflection.bin"));

/// Largest request of a read, in bytes; a filter of 256 entries is the largest there is.
const READ_BYTES_MAX: usize = 64 << 10;

/// Why serving ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The gRPC transport.
    #[error("gRPC: {0}")]
    Grpc(#[from] tonic::transport::Error),
    /// The description of the services.
    #[error("gRPC reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// HTTP.
    #[error("HTTP: {0}")]
    Http(#[from] io::Error),
}

impl Api {
    /// Serves all gRPC services on a bound listener until `shutdown` completes, then lets calls finish for
    /// `Limits::drain_max`. Waiting submissions are answered `pending`, streams end with `stopping`.
    ///
    /// # Errors
    /// [`ServeError`]; a failing accept call is not one.
    pub async fn serve_grpc<F>(&self, listener: TcpListener, shutdown: F) -> Result<(), ServeError>
    where
        F: Future<Output = ()> + Send,
    {
        let shared = &self.shared;
        let limits = &shared.limits;
        let patience = (Patience::UntilPreface, limits.silence_max);
        let acceptor =
            Acceptor::new(listener, limits.connections_max, patience, Arc::clone(&shared.counters));
        let (reporter, health_service) = health_reporter();
        let router = builder(limits)
            .add_service(transactions(shared))
            .add_service(
                QueryServiceServer::new(Queries { shared: Arc::clone(shared) })
                    .max_decoding_message_size(READ_BYTES_MAX),
            )
            .add_service(
                EventServiceServer::new(EventsOf { shared: Arc::clone(shared) })
                    .max_decoding_message_size(READ_BYTES_MAX),
            )
            .add_service(
                NodeServiceServer::new(Nodes { shared: Arc::clone(shared) })
                    .max_decoding_message_size(READ_BYTES_MAX),
            )
            .add_service(health_service)
            .add_optional_service(reflection(limits)?);
        let stop = async {
            shutdown.await;
            shared.stopping.send_replace(true);
        };
        let drained = async {
            shared.stopped().await;
            tokio::time::sleep(limits.drain_max).await;
        };
        tokio::select! {
            served = router.serve_with_incoming_shutdown(acceptor.into_stream(), stop) => Ok(served?),
            () = drained => Ok(()),
            () = health::mirror(shared, &reporter) => Ok(()),
            () = nudge::watch(shared) => Ok(()),
        }
    }
}

fn builder(limits: &Limits) -> Server {
    Server::builder()
        .max_concurrent_streams(limits.streams_per_connection_max)
        .http2_max_pending_accept_reset_streams(Some(limits.pending_reset_streams_max))
        .http2_max_header_list_size(limits.header_list_bytes_max)
        .initial_stream_window_size(limits.stream_window_bytes)
        .initial_connection_window_size(limits.connection_window_bytes)
        .http2_keepalive_interval(Some(limits.keep_alive))
        .http2_keepalive_timeout(Some(limits.keep_alive))
        .timeout(limits.call_max)
}

fn transactions(shared: &Arc<Shared>) -> TransactionServiceServer<Transactions> {
    TransactionServiceServer::new(Transactions { shared: Arc::clone(shared) })
        .max_decoding_message_size(shared.limits.request_bytes_max)
}

fn reflection(limits: &Limits) -> Result<Option<ServerReflectionServer<impl ServerReflection>>, ServeError> {
    if !limits.reflection {
        return Ok(None);
    }
    let builder =
        tonic_reflection::server::Builder::configure().register_encoded_file_descriptor_set(DESCRIPTORS);
    Ok(Some(builder.build_v1()?))
}
