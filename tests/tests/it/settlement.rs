//! Delivery versus payment: both legs or none; a half-signed one submitted first by a third party burns nothing.

use std::time::Duration;

use client::{Client, Outcome, Trust};
use e2e::{Cluster, Wallet};
use types::{Amount, AssetId, Code, Operation, Transaction, state::TransferPolicy};

const WAIT: Duration = Duration::from_secs(20);
const LIFETIME: Duration = Duration::from_secs(120);

struct Desk {
    cluster: Cluster,
    wallet: Wallet,
    client: Client,
}

impl Desk {
    async fn open() -> Self {
        let cluster = Cluster::start(4, &[]);
        let wallet = Wallet::open(&cluster);
        let trust = Trust::Genesis(wallet.genesis.clone());
        let client = Client::connect(vec![cluster.endpoint(0)], trust).await.unwrap();
        let desk = Self { cluster, wallet, client };
        let bond = Operation::CreateAsset {
            source: desk.wallet.id(0),
            name: "BOND".to_owned(),
            decimals: 0,
            policy: TransferPolicy::Open,
        };
        let issue = Operation::Issue {
            source: desk.wallet.id(0),
            asset: AssetId::of_name("BOND"),
            to: desk.wallet.id(7),
            amount: Amount::new(5),
        };
        let funded = desk.wallet.transaction(vec![bond, issue], &[0], LIFETIME);
        assert_eq!(desk.settle(&funded).await, Code::Committed);
        desk
    }

    /// account6 pays 10.00 TEST for `bonds` BOND of account7.
    fn trade(&self, bonds: u128, signers: &[usize]) -> Transaction {
        let delivery = Operation::Transfer {
            source: self.wallet.id(7),
            asset: AssetId::of_name("BOND"),
            to: self.wallet.id(6),
            amount: Amount::new(bonds),
        };
        self.wallet.transaction(
            vec![self.wallet.transfer_operation(6, 7, 1_000), delivery],
            signers,
            LIFETIME,
        )
    }

    async fn settle(&self, transaction: &Transaction) -> Code {
        match self.client.submit_and_wait(transaction, WAIT).await.unwrap().value {
            Outcome::Committed(executed) | Outcome::Failed(executed) => executed.code,
            other => panic!("{other:?}"),
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn n4f1_half_signed_first_then_complete() {
    run(async {
        let desk = Desk::open().await;
        let half = desk.trade(2, &[6]);
        let refused = desk.client.submit(&half).await.unwrap_err();
        assert_eq!(refused.code(), Some(Code::Unauthorised), "{refused}");
        let complete = half.signed_by(desk.wallet.key(7));
        assert_eq!(half.id(), complete.id());
        assert_eq!(desk.settle(&complete).await, Code::Committed);
        assert_eq!(desk.cluster.balance(7, 1), 100_000_000_000 + 1_000);
    });
}

#[test]
fn n4f1_a_leg_that_fails_takes_the_other_with_it() {
    run(async {
        let desk = Desk::open().await;
        let too_many = desk.trade(6, &[6, 7]);
        let refused = match desk.client.submit_and_wait(&too_many, WAIT).await {
            Ok(outcome) => match outcome.value {
                Outcome::Failed(executed) => executed.code,
                other => panic!("{other:?}"),
            },
            Err(error) => error.code().unwrap(),
        };
        assert_eq!(refused, Code::InsufficientFunds);
        assert_eq!(desk.cluster.balance(6, 2), 100_000_000_000);
        assert_eq!(desk.cluster.balance(7, 2), 100_000_000_000);
    });
}
