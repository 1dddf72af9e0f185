//! Fakes behind the ports: a pool and a node that do as they are told.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::watch;
use types::{
    AccountId, Amount, AssetId, ChainId, Operation, SecretKey, TimeMs, Transaction,
    admission::{Admitted, ClientId, Refusal},
    ports::{AdmissionReply, NodeInformation, NodeStatus, PoolLoad, TransactionPool},
    transaction::TransactionBody,
};

pub use crate::fake_chain::FakeChain;

pub const CHAIN: ChainId = ChainId::new([7; 32]);

pub type Hook = Box<dyn FnOnce() + Send>;

type Judge = Box<dyn Fn(&Transaction) -> Result<Admitted, Refusal> + Send>;

/// Takes what decodes, unless told otherwise.
pub struct FakePool {
    judge: Mutex<Judge>,
    /// How many submissions came.
    pub submitted: watch::Sender<usize>,
    pub clients: Mutex<Vec<ClientId>>,
    before_reply: Mutex<Option<Hook>>,
}

impl FakePool {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            judge: Mutex::new(Box::new(|transaction| Ok(admitted(transaction)))),
            submitted: watch::Sender::new(0),
            clients: Mutex::default(),
            before_reply: Mutex::default(),
        })
    }

    pub fn judge(&self, judge: impl Fn(&Transaction) -> Result<Admitted, Refusal> + Send + 'static) {
        *self.judge.lock().unwrap() = Box::new(judge);
    }

    /// Runs once, when the next submission has come and before it is answered.
    pub fn before_reply(&self, hook: impl FnOnce() + Send + 'static) {
        *self.before_reply.lock().unwrap() = Some(Box::new(hook));
    }

    pub async fn wait_for(&self, submissions: usize) {
        self.submitted.subscribe().wait_for(|count| *count >= submissions).await.unwrap();
    }
}

impl TransactionPool for FakePool {
    fn submit(&self, transaction: Bytes, client: ClientId, reply: AdmissionReply) {
        self.clients.lock().unwrap().push(client);
        let answer = match Transaction::decode_any(transaction) {
            Ok(transaction) => (self.judge.lock().unwrap())(&transaction),
            Err(error) => Err(Refusal::new(error.code(), error.to_string(), None)),
        };
        if let Some(hook) = self.before_reply.lock().unwrap().take() {
            hook();
        }
        reply(answer);
        self.submitted.send_modify(|count| *count += 1);
    }

    fn load(&self) -> PoolLoad {
        PoolLoad::default()
    }
}

/// A node whose picture is set by the test.
pub struct FakeNode {
    pub status: Mutex<NodeStatus>,
    pub on_empty_request: Mutex<Option<Hook>>,
    pub empty_requests: watch::Sender<usize>,
}

impl FakeNode {
    pub fn new() -> Arc<Self> {
        let status =
            NodeStatus { version: "0.1.0".to_owned(), index: Some(0), voting: true, ..NodeStatus::default() };
        Arc::new(Self {
            status: Mutex::new(status),
            on_empty_request: Mutex::default(),
            empty_requests: watch::Sender::new(0),
        })
    }
}

impl NodeInformation for FakeNode {
    fn status(&self) -> NodeStatus {
        self.status.lock().unwrap().clone()
    }

    fn request_empty_block(&self) {
        self.empty_requests.send_modify(|count| *count += 1);
        let hook = self.on_empty_request.lock().unwrap().take();
        if let Some(hook) = hook {
            hook();
        }
    }
}

pub fn admitted(transaction: &Transaction) -> Admitted {
    Admitted { id: *transaction.id(), valid_until: transaction.body().valid_until }
}

/// A transfer from account 1 to account `to`, alive for ever as far as tests go.
pub fn transfer(salt: u64, to: u8) -> Transaction {
    transfer_until(salt, to, TimeMs::new(u64::MAX / 2))
}

pub fn transfer_until(salt: u64, to: u8, valid_until: TimeMs) -> Transaction {
    let operation = Operation::Transfer {
        source: AccountId::new([1; 32]),
        asset: AssetId::of_name("TEST"),
        to: AccountId::new([to; 32]),
        amount: Amount::new(1),
    };
    let memo = "m".repeat(256);
    let body = TransactionBody { chain_id: CHAIN, valid_until, salt, operations: vec![operation], memo };
    body.sign(&[&SecretKey::from_seed(&[1; 32])])
}
