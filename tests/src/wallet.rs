//! The accounts of a test network, with their keys.

use std::time::{Duration, SystemTime};

use client::TransactionBuilder;
use node::keys::load_key_file;
use types::{AccountId, Amount, AssetId, Genesis, Operation, SecretKey, Transaction, TransactionId};

use crate::Cluster;

/// The sixteen funded accounts.
pub struct Wallet {
    /// The network.
    pub genesis: Genesis,
    keys: Vec<SecretKey>,
    ids: Vec<AccountId>,
}

impl Wallet {
    /// Reads genesis and account keys.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn open(cluster: &Cluster) -> Self {
        let text = std::fs::read_to_string(cluster.path("genesis.json")).unwrap();
        let genesis: Genesis = serde_json::from_str(&text).unwrap();
        let key = |i: usize| {
            load_key_file(cluster.path(&format!("accounts/account{i}.key")).as_ref(), None).unwrap()
        };
        let keys: Vec<_> = (0..16).map(key).collect();
        let id = |name: String| genesis.accounts.iter().find(|account| account.name == name).unwrap().id();
        let ids = (0..16).map(|i| id(format!("account{i}"))).collect();
        Self { genesis, keys, ids }
    }

    /// The id of an account.
    #[must_use]
    pub fn id(&self, account: usize) -> AccountId {
        self.ids[account]
    }

    /// The key of an account.
    #[must_use]
    pub fn key(&self, account: usize) -> &SecretKey {
        &self.keys[account]
    }

    /// A transfer of minor units of TEST, as an operation.
    #[must_use]
    pub fn transfer_operation(&self, from: usize, to: usize, minor_units: u128) -> Operation {
        Operation::Transfer {
            source: self.ids[from],
            asset: AssetId::of_name("TEST"),
            to: self.ids[to],
            amount: Amount::new(minor_units),
        }
    }

    /// A transaction of these operations, signed by these accounts, alive for `lifetime`.
    ///
    /// # Panics
    /// When it cannot be built.
    #[must_use]
    pub fn transaction(
        &self,
        operations: Vec<Operation>,
        signers: &[usize],
        lifetime: Duration,
    ) -> Transaction {
        let mut builder = TransactionBuilder::new(self.genesis.chain_id());
        for operation in operations {
            builder = builder.operation(operation);
        }
        let body = builder.valid_for(SystemTime::now(), lifetime).salt_random().unwrap().build().unwrap();
        let keys: Vec<_> = signers.iter().map(|signer| &self.keys[*signer]).collect();
        body.sign(&keys)
    }

    /// A signed transfer of minor units of TEST.
    #[must_use]
    pub fn transfer(&self, from: usize, to: usize, minor_units: u128) -> Transaction {
        self.transaction(
            vec![self.transfer_operation(from, to, minor_units)],
            &[from],
            Duration::from_secs(300),
        )
    }
}

/// The bytes' id, for messages.
#[must_use]
pub fn id(transaction: &Transaction) -> TransactionId {
    *transaction.id()
}
