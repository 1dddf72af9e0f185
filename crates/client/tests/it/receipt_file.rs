//! The portable form.

use client::{Receipt, ReceiptFileError};

use crate::fixture::receipt;

#[test]
fn a_receipt_survives_json_and_file() {
    let (genesis, good) = receipt();
    let json = good.to_json().unwrap();
    assert_eq!(Receipt::from_json(&json).unwrap(), good);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("receipt.json");
    good.write_file(&path).unwrap();
    let read = Receipt::read_file(&path).unwrap();
    read.verify(&genesis).unwrap();
    assert_eq!(read, good);
}

#[test]
fn what_is_no_receipt_is_refused_with_its_field() {
    let (_, good) = receipt();
    let json = good.to_json().unwrap();
    let refuse = |from: &str, to: &str| Receipt::from_json(&json.replacen(from, to, 1)).unwrap_err();
    assert!(matches!(refuse("\"version\": 1", "\"version\": 3"), ReceiptFileError::Version { found: 3 }));
    assert!(matches!(
        refuse("\"version\": 1", "\"version\": 2"),
        ReceiptFileError::Field { field: "epochs" }
    ));
    assert!(matches!(
        refuse("\"header\": \"", "\"header\": \"00"),
        ReceiptFileError::Field { field: "header" }
    ));
    assert!(matches!(
        refuse("\"transaction\": \"0a", "\"transaction\": \"0A"),
        ReceiptFileError::Field { .. }
    ));
    assert!(matches!(refuse("\"signers\": \"", "\"signers\": \"z"), ReceiptFileError::Field { .. }));
    assert!(matches!(refuse("\"index\"", "\"place\""), ReceiptFileError::Json(_)));
}
