//! Building, signing and showing transactions without any connection.

use std::{fs, path::PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::run::{bad, good, text};

struct Net {
    dir: TempDir,
}

impl Net {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        good(&["testnet", "--validators", "2", "--output", text(&dir.path().join("net"))]);
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn key(&self, account: usize) -> PathBuf {
        self.path(&format!("net/accounts/account{account}.key"))
    }

    fn id(&self, account: usize) -> String {
        let card = fs::read(self.key(account).with_extension("json")).expect("card");
        serde_json::from_slice::<serde_json::Value>(&card).expect("JSON")["id"]
            .as_str()
            .expect("id")
            .to_owned()
    }
}

#[test]
fn a_transfer_is_built_signed_and_shown() {
    let net = Net::new();
    let (genesis, key, out) = (net.path("net/genesis.json"), net.key(2), net.path("t.tx"));
    let built = good(&[
        "tx",
        "transfer",
        "--to",
        "account3",
        "--asset",
        "TEST:2",
        "--amount",
        "12.50",
        "--key",
        text(&key),
        "--offline",
        "--genesis",
        text(&genesis),
        "--out",
        text(&out),
        "--memo",
        "rent",
    ]);
    let shown = good(&["tx", "show", text(&out)]);
    assert_eq!(shown["id"], built["id"]);
    assert_eq!(shown["memo"], "rent");
    let operation = &shown["operations"][0];
    assert_eq!(operation["operation"], "asset.transfer");
    assert_eq!(operation["source"], net.id(2), "the account of the key");
    assert_eq!(operation["to"], net.id(3));
    assert_eq!(operation["amount_minor_units"], "1250");
    assert_eq!(shown["signatures"][0]["valid"], true);
    assert!(shown["salt"].is_string());
}

/// Both legs stand in one transaction, and the second signature does not change its id.
#[test]
fn delivery_versus_payment_is_signed_by_two() {
    let net = Net::new();
    let (genesis, key, out) = (net.path("net/genesis.json"), net.key(2), net.path("d.tx"));
    let built = good(&[
        "tx",
        "dvp",
        "--give",
        "account3:TEST:1.00",
        "--take",
        "account3:TEST:2.00",
        "--key",
        text(&key),
        "--offline",
        "--genesis",
        text(&genesis),
        "--out",
        text(&out),
    ]);
    let other = net.key(3);
    let signed = good(&["tx", "sign", text(&out), "--key", text(&other)]);
    assert_eq!(signed["id"], built["id"]);
    assert_eq!(signed["signers"].as_array().map(Vec::len), Some(2));
    let shown = good(&["tx", "show", text(&out)]);
    assert_eq!(shown["operations"][0]["source"], net.id(2));
    assert_eq!(shown["operations"][1]["source"], net.id(3));
    assert_eq!(shown["operations"][1]["to"], net.id(2));
    assert!(shown["signatures"].as_array().expect("two").iter().all(|s| s["valid"] == true), "{shown}");
}

#[test]
fn a_file_of_operations_becomes_one_transaction() {
    let net = Net::new();
    let (genesis, out, list) = (net.path("net/genesis.json"), net.path("b.tx"), net.path("list.json"));
    let operations = json!([
        {"operation": "transfer", "from": "account4", "to": "account5", "asset": "TEST", "amount": "0.01"},
        {"operation": "set_status", "account": "account5", "status": "frozen"},
        {"operation": "create_asset", "name": "GOLD", "decimals": 3},
    ]);
    fs::write(&list, operations.to_string()).expect("written");
    let arguments = [
        "tx",
        "build",
        text(&list),
        "--from",
        "member1/account1",
        "--offline",
        "--genesis",
        text(&genesis),
        "--out",
        text(&out),
    ];
    good(&arguments);
    let shown = good(&["tx", "show", text(&out)]);
    assert_eq!(shown["operations"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown["operations"][0]["source"], net.id(4));
    assert_eq!(shown["operations"][1]["source"], net.id(1));
    assert_eq!(shown["signatures"], json!([]), "built for others to sign");
    fs::write(&list, "[{\"operation\": \"transfer\", \"to\": \"a\", \"asset\": \"T\", \"amont\": \"1\"}]")
        .expect("written");
    assert!(bad(&arguments, 2).contains("operation 0"));
}

#[test]
fn what_cannot_be_built_is_said() {
    let net = Net::new();
    let (genesis, key, out) = (net.path("net/genesis.json"), net.key(2), net.path("t.tx"));
    let build = |to: &str, asset: &str, amount: &str| {
        bad(
            &[
                "tx",
                "transfer",
                "--to",
                to,
                "--asset",
                asset,
                "--amount",
                amount,
                "--key",
                text(&key),
                "--offline",
                "--genesis",
                text(&genesis),
                "--out",
                text(&out),
            ],
            2,
        )
    };
    assert!(build("nobody", "TEST", "1").contains("names no account"));
    assert!(build("account3", "NONE", "1").contains("NAME:DECIMALS"));
    assert!(build("account3", "TEST", "1.001").contains("at most 2 digits"));
    assert!(build("account3", "TEST", "1e3").contains("expected an amount"));
    assert!(!out.exists());
    // A key of no known account.
    let stranger = net.path("stranger.key");
    good(&["keygen", "--out", text(&stranger)]);
    let message = bad(
        &[
            "tx",
            "redeem",
            "--asset",
            "TEST",
            "--amount",
            "1",
            "--key",
            text(&stranger),
            "--offline",
            "--genesis",
            text(&genesis),
            "--out",
            text(&out),
        ],
        2,
    );
    assert!(message.contains("--from"), "{message}");
    // A changed file.
    good(&[
        "tx",
        "redeem",
        "--asset",
        "TEST",
        "--amount",
        "1",
        "--key",
        text(&key),
        "--offline",
        "--genesis",
        text(&genesis),
        "--out",
        text(&out),
    ]);
    let changed = fs::read_to_string(&out).expect("file").replace("\"id\": \"", "\"id\": \"0");
    fs::write(&out, changed).expect("written");
    bad(&["tx", "show", text(&out)], 2);
}

#[test]
fn a_receipt_that_is_none_ends_with_five() {
    let net = Net::new();
    let file = net.path("r.json");
    fs::write(&file, "{}").expect("written");
    bad(&["verify", "receipt", text(&file), "--genesis", text(&net.path("net/genesis.json"))], 5);
}
