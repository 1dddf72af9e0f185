//! Every code has its gRPC class, its name and its advice.

use api::{DOMAIN, pb};
use tonic::Code as Rpc;
use tonic_types::StatusExt as _;
use types::{Code, admission::Refusal};

use crate::{fake::transfer, harness::Harness};

fn expected(code: Code) -> Rpc {
    match code.number() {
        1..=6 | 51 | 55 | 56 | 59 => Rpc::InvalidArgument,
        20 | 49 | 50 | 53 | 54 | 58 | 61 | 62 => Rpc::FailedPrecondition,
        21 | 22 | 57 => Rpc::ResourceExhausted,
        23 => Rpc::Unavailable,
        40 | 45..=47 | 52 => Rpc::PermissionDenied,
        41..=44 | 60 => Rpc::NotFound,
        48 | 63 => Rpc::AlreadyExists,
        other => panic!("code {other} has no gRPC class yet"),
    }
}

#[tokio::test]
async fn every_code_maps_to_a_typed_error() {
    let harness = Harness::start().await;
    let transaction = transfer(1, 2);
    for code in Code::ALL.iter().copied().filter(|code| *code != Code::Committed) {
        harness
            .pool
            .judge(move |transaction| Err(Refusal::new(code, "be\u{1b}cause", Some(*transaction.id()))));
        let signed_transaction = transaction.bytes().clone();
        let submit = pb::SubmitRequest { signed_transaction: signed_transaction.clone() };
        let status = harness.transactions().submit(submit).await.unwrap_err();
        assert_eq!(status.code(), expected(code), "{code}");
        assert_eq!(status.message(), "be\u{fffd}cause");
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (code.name(), DOMAIN));
        assert_eq!(info.metadata["retryable"], code.is_retryable().to_string(), "{code}");
        assert_eq!(info.metadata["transaction_id"], transaction.id().to_string());
        let waits = matches!(status.code(), Rpc::ResourceExhausted | Rpc::Unavailable);
        assert_eq!(status.get_details_retry_info().is_some(), waits, "{code}");

        let request = pb::SubmitAndWaitRequest { signed_transaction, ..Default::default() };
        let waited = harness.transactions().submit_and_wait(request).await.unwrap_err();
        assert_eq!((waited.code(), waited.message()), (status.code(), status.message()));
    }
}

#[tokio::test]
async fn the_pools_own_advice_is_passed_on() {
    let harness = Harness::start().await;
    harness.pool.judge(|_| {
        Err(Refusal { retry_after_ms: Some(70), ..Refusal::new(Code::QuotaExceeded, "later", None) })
    });
    let request = pb::SubmitRequest { signed_transaction: transfer(1, 2).bytes().clone() };
    let status = harness.transactions().submit(request).await.unwrap_err();
    let delay = status.get_details_retry_info().unwrap().retry_delay.unwrap();
    assert_eq!(delay.as_millis(), 70);
    assert!(!status.get_details_error_info().unwrap().metadata.contains_key("transaction_id"));
}

#[tokio::test]
async fn unreadable_bytes_are_malformed() {
    let harness = Harness::start().await;
    let request = pb::SubmitRequest { signed_transaction: b"nonsense".as_slice().into() };
    let status = harness.transactions().submit(request).await.unwrap_err();
    assert_eq!(status.code(), Rpc::InvalidArgument);
    assert_eq!(crate::harness::reason(&status), "malformed");
}
