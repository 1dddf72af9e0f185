//! What a client cannot take.

use std::time::Duration;

use api::{Limits, pb};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::Code as Rpc;

use crate::{
    fake::transfer,
    harness::{Harness, connect},
};

#[tokio::test]
async fn messages_are_bounded() {
    let harness = Harness::with(Limits { request_bytes_max: 4096, ..Limits::default() }).await;
    let submit = |bytes: usize| {
        let mut client = harness.transactions();
        async move { client.submit(pb::SubmitRequest { signed_transaction: vec![0; bytes].into() }).await }
    };
    assert_eq!(submit(4000).await.unwrap_err().code(), Rpc::InvalidArgument, "read, and malformed");
    assert_eq!(submit(4097).await.unwrap_err().code(), Rpc::OutOfRange);
    assert_eq!(*harness.pool.submitted.borrow(), 1);
}

#[tokio::test]
async fn connections_are_bounded_and_their_places_come_back() {
    let harness = Harness::with(Limits { connections_max: 1, ..Limits::default() }).await;
    harness.nodes().get_version(pb::GetVersionRequest {}).await.unwrap();
    let mut refused = TcpStream::connect(harness.address).await.unwrap();
    // Closed at once, without a byte.
    let read = refused.read(&mut [0; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    assert_eq!(harness.api.counters().connections_refused, 1);
}

#[tokio::test]
async fn a_silent_connection_is_cut() {
    let harness = Harness::with(Limits { silence_max: Duration::from_millis(20), ..Limits::default() }).await;
    let mut silent = TcpStream::connect(harness.address).await.unwrap();
    let mut slow = TcpStream::connect(harness.address).await.unwrap();
    slow.write_all(b"PRI *").await.unwrap();
    is_cut(&mut silent).await;
    is_cut(&mut slow).await;
    // One that speaks lives on, also when it was silent for longer than one that is cut.
    let mut speaking = harness.nodes();
    speaking.get_version(pb::GetVersionRequest {}).await.unwrap();
    is_cut(&mut TcpStream::connect(harness.address).await.unwrap()).await;
    speaking.get_version(pb::GetVersionRequest {}).await.unwrap();
    assert_eq!(harness.api.counters().connections_accepted, 4);
}

async fn is_cut(connection: &mut TcpStream) {
    let mut bytes = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut bytes)).await;
    assert!(end.is_ok(), "still open");
}

#[tokio::test]
async fn each_connection_is_a_client_of_its_own() {
    let harness = Harness::start().await;
    let submit = pb::SubmitRequest { signed_transaction: transfer(1, 2).bytes().clone() };
    for _ in 0..2 {
        harness.transactions().submit(submit.clone()).await.unwrap();
    }
    let other = connect(harness.address);
    let mut other = pb::transaction_service_client::TransactionServiceClient::new(other);
    other.submit(submit).await.unwrap();
    let clients = harness.pool.clients.lock().unwrap().clone();
    assert_eq!(clients[0], clients[1]);
    assert_ne!(clients[0], clients[2]);
}

#[tokio::test]
async fn services_do_not_describe_themselves_unless_told_to() {
    use tonic::client::Grpc;
    let call = |harness: &Harness| {
        let mut grpc = Grpc::new(harness.channel.clone());
        async move {
            grpc.ready().await.unwrap();
            let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo".parse().unwrap();
            let codec = tonic_prost::ProstCodec::<pb::GetVersionRequest, pb::GetVersionResponse>::default();
            let requests = tokio_stream::iter([pb::GetVersionRequest {}]);
            grpc.streaming(tonic::Request::new(requests), path, codec).await.map(drop)
        }
    };
    let quiet = Harness::start().await;
    assert_eq!(call(&quiet).await.unwrap_err().code(), Rpc::Unimplemented);
    let open = Harness::with(Limits { reflection: true, ..Limits::default() }).await;
    call(&open).await.unwrap();
}
