//! Each bad transaction has its own clear code.

use std::time::Duration;

use client::{Client, ClientError, Trust};
use e2e::{Cluster, Wallet};
use types::{Amount, AssetId, ChainId, Code, Operation, TimeMs, Transaction, TransactionId};

const LIFETIME: Duration = Duration::from_secs(60);

#[test]
fn n4f1_every_refusal_names_its_reason() {
    let cluster = Cluster::start(4, &[]);
    let wallet = Wallet::open(&cluster);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client =
            Client::connect(vec![cluster.endpoint(1)], Trust::Genesis(wallet.genesis.clone())).await.unwrap();
        for (code, bad) in cases(&wallet) {
            let error = client.submit(&bad).await.unwrap_err();
            assert_eq!(error.code(), Some(code), "{error}");
        }
        let good = wallet.transfer(2, 3, 1);
        let id: TransactionId = client.submit(&good).await.unwrap();
        assert_eq!(id, *good.id());
        let ClientError::Refused(_) = client.submit(&tampered(&wallet)).await.unwrap_err() else {
            panic!("a bad signature is refused by the node, not by the client");
        };
    });
}

fn cases(wallet: &Wallet) -> Vec<(Code, Transaction)> {
    let transfer = || wallet.transfer_operation(2, 3, 1);
    let mut foreign = wallet.transfer(2, 3, 1).body().clone();
    foreign.chain_id = ChainId::new([9; 32]);
    let mut late = wallet.transfer(2, 3, 1).body().clone();
    late.valid_until = TimeMs::new(1);
    let unfunded = wallet.transfer(2, 3, u128::MAX);
    let unknown = Operation::Transfer {
        source: wallet.id(2),
        asset: AssetId::of_name("NOTHING"),
        to: wallet.id(3),
        amount: Amount::new(1),
    };
    vec![
        (Code::Expired, late.sign(&[wallet.key(2)])),
        (Code::WrongChain, foreign.sign(&[wallet.key(2)])),
        (Code::BadSignature, tampered(wallet)),
        (Code::Unauthorised, wallet.transaction(vec![transfer()], &[4], LIFETIME)),
        (Code::InsufficientFunds, unfunded),
        (Code::UnknownAsset, wallet.transaction(vec![unknown], &[2], LIFETIME)),
        (Code::TooMany, too_many(wallet)),
        (
            Code::LifetimeTooLong,
            wallet.transaction(vec![transfer()], &[2], Duration::from_secs(366 * 86_400)),
        ),
    ]
}

fn too_many(wallet: &Wallet) -> Transaction {
    let operations = (0..65).map(|_| wallet.transfer_operation(2, 3, 1)).collect();
    wallet.transaction(operations, &[2], LIFETIME)
}

/// The signature of another transfer.
fn tampered(wallet: &Wallet) -> Transaction {
    let (one, other) = (wallet.transfer(2, 3, 1), wallet.transfer(2, 3, 2));
    let signature = *one.signatures()[0].signature.as_bytes();
    let mut bytes = other.bytes().to_vec();
    let place = bytes.len() - signature.len();
    bytes[place..].copy_from_slice(&signature);
    Transaction::decode_any(bytes.into()).unwrap()
}
