//! Liveness, readiness, metrics, the page; `grpc.health.v1` says the same.

use std::{net::SocketAddr, time::Duration};

use api::Limits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::harness::Harness;

async fn serve(harness: &Harness) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let api = harness.api.clone();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(async move { api.serve_http(listener, shutdown).await.unwrap() });
    (address, stop, server)
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

#[tokio::test]
async fn readiness_follows_the_node_and_liveness_does_not() {
    let harness = Harness::start().await;
    let (address, _stop, _server) = serve(&harness).await;
    let (code, body) = get(address, "/readyz").await;
    assert_eq!(code, 200);
    assert!(
        body.contains("application/json") && body.ends_with("{\"ready\":true,\"reasons\":[]}\n"),
        "{body}"
    );
    harness.node.status.lock().unwrap().not_ready_reasons = vec!["no \"quorum\"".to_owned()];
    let (code, body) = get(address, "/readyz").await;
    assert_eq!(code, 503);
    assert!(body.ends_with("{\"ready\":false,\"reasons\":[\"no \\\"quorum\\\"\"]}\n"), "{body}");
    for path in ["/livez", "/healthz"] {
        assert_eq!(get(address, path).await.0, 200);
    }
    assert_eq!(get(address, "/nothing").await.0, 404);
}

#[tokio::test]
async fn metrics_are_the_callbacks_and_the_page_is_escaped() {
    let harness = Harness::start().await;
    let (address, _stop, _server) = serve(&harness).await;
    let (code, metrics) = get(address, "/metrics").await;
    assert_eq!(code, 200);
    assert!(metrics.contains("application/openmetrics-text") && metrics.ends_with("# EOF\n"), "{metrics}");
    let (code, page) = get(address, "/").await;
    assert_eq!(code, 200);
    assert!(
        page.contains("test &lt;net&gt;") && !page.contains("<net>") && !page.contains("<script"),
        "{page}"
    );
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
}

#[tokio::test]
async fn a_connection_that_sends_its_request_slowly_is_cut() {
    let harness = Harness::with(Limits { silence_max: Duration::from_millis(20), ..Limits::default() }).await;
    let (address, _stop, _server) = serve(&harness).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    let dripped = async {
        // A byte now and then does not help.
        while slow.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), dripped).await.unwrap();
}

#[tokio::test]
async fn http_ends_when_told_to() {
    let harness = Harness::start().await;
    let (address, stop, server) = serve(&harness).await;
    assert_eq!(get(address, "/livez").await.0, 200);
    drop(stop);
    server.await.unwrap();
}

#[tokio::test]
async fn grpc_health_mirrors_readiness() {
    let harness =
        Harness::with(Limits { health_interval: Duration::from_millis(5), ..Limits::default() }).await;
    let mut client = HealthClient::new(harness.channel.clone());
    for (reasons, expected) in
        [(vec![], ServingStatus::Serving), (vec!["behind".to_owned()], ServingStatus::NotServing)]
    {
        harness.node.status.lock().unwrap().not_ready_reasons = reasons;
        for service in ["", "hanse.v1.TransactionService", "hanse.v1.EventService"] {
            let mirrored = async {
                loop {
                    let request = HealthCheckRequest { service: service.to_owned() };
                    match client.check(request).await {
                        Ok(response) if response.get_ref().status() == expected => break,
                        Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(20), mirrored).await.unwrap();
        }
    }
}
