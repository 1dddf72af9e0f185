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
    let refuse = |from: &str, to: &str| Receipt::from_json(json.replacen(from, to, 1)).unwrap_err();
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

#[test]
fn there_is_one_way_to_write_a_receipt() {
    let (_, good) = receipt();
    let json = good.to_json().unwrap();
    let changed = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        Receipt::from_json(json.replacen(from, to, 1))
    };
    let form = |result: Result<Receipt, _>| assert!(matches!(result.unwrap_err(), ReceiptFileError::Form));
    form(changed("\"operation\": null", "\"operatiof\": null"));
    form(changed("\"operation\": null", "\"operation\": null, \"more\": 1"));
    form(changed("\"version\": 1,", "\"version\": 1, \"epochs\": [],"));
    let mut capitals = 0;
    for hash in [good.result.id.to_string(), good.block.certificate.as_ref().unwrap().header_hash.to_string()]
    {
        if hash != hash.to_uppercase() {
            capitals += 1;
            form(changed(&hash, &hash.to_uppercase()));
        }
    }
    assert!(capitals > 0);
    let mut bytes = json.into_bytes();
    bytes[10] = 0xff;
    assert!(matches!(Receipt::from_json(bytes).unwrap_err(), ReceiptFileError::Json(_)));
}
