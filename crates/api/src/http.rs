//! Serving HTTP: liveness, readiness, metrics, a status page.

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
    serve::Listener,
};
use tokio::{net::TcpListener, time::timeout};

use crate::{
    Api, Limits, ServeError,
    accept::{Acceptor, Connection, Patience},
    api::Shared,
    page,
};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// No script, no frame, no foreign content.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

impl Api {
    /// Serves `/livez`, `/healthz`, `/readyz`, `/metrics` and `/` on a bound listener until `shutdown`
    /// completes.
    ///
    /// # Errors
    /// [`ServeError`]; a failing accept call is not one.
    pub async fn serve_http<F>(&self, listener: TcpListener, shutdown: F) -> Result<(), ServeError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let shared = &self.shared;
        let limits = &shared.limits;
        let patience = (Patience::BetweenAnswers, limits.silence_max);
        let acceptor =
            Acceptor::new(listener, limits.http_connections_max, patience, Arc::clone(&shared.counters));
        let router = Router::new()
            .route("/livez", get(live))
            .route("/healthz", get(live))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .route("/", get(index))
            .with_state(Arc::clone(shared));
        let (told, stopped) = tokio::sync::oneshot::channel();
        let signal = async move {
            shutdown.await;
            // The receiver lives until serving ends.
            let _ = told.send(());
        };
        let serving = axum::serve(HttpListener(acceptor), router).with_graceful_shutdown(signal);
        let stopped = async {
            let _ = stopped.await;
        };
        bounded(limits, stopped, serving.into_future()).await.unwrap_or(Ok(()))?;
        Ok(())
    }
}

struct HttpListener(Acceptor);

impl Listener for HttpListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let connection = self.0.accept().await;
        let remote = connection.remote();
        (connection, remote)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// The process answers: that is all it says. Never depends on peers or disk.
async fn live() -> &'static str {
    "live\n"
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let status = shared.status.get();
    let reasons = &status.not_ready_reasons;
    let code = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({ "ready": reasons.is_empty(), "reasons": reasons });
    (code, [(header::CONTENT_TYPE, "application/json")], body.to_string() + "\n").into_response()
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    ([(header::CONTENT_TYPE, OPENMETRICS)], (shared.ports.metrics)()).into_response()
}

async fn index(State(shared): State<Arc<Shared>>) -> Response {
    let newest = shared.ports.chain.certified();
    let html = page::render(&shared.ports.network, &shared.ports.chain_id, &newest, &shared.status.get());
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
    (headers, Html(html)).into_response()
}

/// Ends a wait that must not outlast the drain.
async fn bounded<T>(
    limits: &Limits,
    stopped: impl Future<Output = ()>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => Some(done),
        () = stopped => timeout(limits.drain_max, work).await.ok(),
    }
}
