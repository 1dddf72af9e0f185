//! Clients that keep a network busy and remember what they were told, and when.

use std::{
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use client::{Client, ClientError, Outcome, Trust};
use tokio::sync::watch;
use types::{Transaction, TransactionId};

use crate::{Cluster, wallet::Wallet};

/// How long a client waits for an outcome before it sends the same bytes to the next node.
const WAIT: Duration = Duration::from_secs(3);
/// Between two attempts of a client that finds nobody.
const PAUSE: Duration = Duration::from_millis(100);

/// "It is committed", verified.
#[derive(Debug, Clone, Copy)]
struct Told {
    at: Instant,
    id: TransactionId,
}

/// What clients are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Pay,
    /// End after the present transfer.
    Finish,
    /// End now.
    Abandon,
}

/// Clients in the background.
pub struct Load {
    order: watch::Sender<Order>,
    told: Arc<Mutex<Vec<Told>>>,
    thread: JoinHandle<()>,
}

impl Load {
    /// `clients` clients, each paying 1 minor unit from one account to the next again and again, over any
    /// node that answers; each keeps its transaction until it has a verified outcome.
    ///
    /// # Panics
    /// In the background, when an outcome does not verify or a transfer fails: [`Load::stop`] then panics.
    #[must_use]
    pub fn start(cluster: &Cluster, nodes: usize, clients: usize) -> Self {
        let wallet = Arc::new(Wallet::open(cluster));
        let endpoints: Vec<_> = (0..nodes).map(|node| cluster.endpoint(node)).collect();
        let (order, mut orders) = watch::channel(Order::Pay);
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let start = |number: usize| {
                    let mut endpoints = endpoints.clone();
                    endpoints.rotate_left(number % nodes);
                    let mut payer = Payer { endpoints, wallet: Arc::clone(&wallet), client: None };
                    let (orders, told) = (orders.clone(), Arc::clone(&telling));
                    tokio::spawn(async move {
                        while *orders.borrow() == Order::Pay {
                            let transfer = payer.wallet.transfer(number % 16, (number + 1) % 16, 1);
                            payer.settle(&transfer).await;
                            told.lock().unwrap().push(Told { at: Instant::now(), id: *transfer.id() });
                        }
                    })
                };
                let tasks: Vec<_> = (0..clients).map(start).collect();
                let all = async {
                    for task in tasks {
                        task.await.unwrap();
                    }
                };
                tokio::select! {
                    () = all => {}
                    _ = orders.wait_for(|order| *order == Order::Abandon) => {}
                }
            });
        });
        Self { order, told, thread }
    }

    /// How many transfers clients were told of as committed.
    ///
    /// # Panics
    /// When a client panicked.
    #[must_use]
    pub fn committed(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// How many of them between two instants.
    ///
    /// # Panics
    /// When a client panicked.
    #[must_use]
    pub fn committed_between(&self, from: Instant, to: Instant) -> usize {
        self.told.lock().unwrap().iter().filter(|told| from <= told.at && told.at < to).count()
    }

    /// How long after `start` somebody was told of a commit for the first time.
    ///
    /// # Panics
    /// When a client panicked.
    #[must_use]
    pub fn first_after(&self, start: Instant) -> Option<Duration> {
        let told = self.told.lock().unwrap();
        told.iter().map(|told| told.at).find(|at| *at > start).map(|at| at - start)
    }

    /// The longest time between two instants in which nobody was told of a commit.
    ///
    /// # Panics
    /// When a client panicked.
    #[must_use]
    pub fn longest_silence(&self, from: Instant, to: Instant) -> Duration {
        let told = self.told.lock().unwrap();
        let inside = told.iter().map(|told| told.at).filter(|at| from < *at && *at < to);
        let mut longest = Duration::ZERO;
        let mut last = from;
        for at in inside.chain([to]) {
            longest = longest.max(at - last);
            last = at;
        }
        longest
    }

    /// Ends the clients after their current transfer; the ids they were told of as committed.
    ///
    /// # Panics
    /// When a client was told something that does not verify.
    #[must_use]
    pub fn stop(self) -> Vec<TransactionId> {
        self.end(Order::Finish)
    }

    /// Ends the clients at once: what they wait for may never come. The ids they were told of as committed.
    ///
    /// # Panics
    /// When a client was told something that does not verify.
    #[must_use]
    pub fn abandon(self) -> Vec<TransactionId> {
        self.end(Order::Abandon)
    }

    fn end(self, order: Order) -> Vec<TransactionId> {
        // Nobody listens any more when all clients panicked: joining says so.
        let _ = self.order.send(order);
        self.thread.join().unwrap();
        let told = self.told.lock().unwrap();
        told.iter().map(|told| told.id).collect()
    }
}

/// One client.
struct Payer {
    endpoints: Vec<String>,
    wallet: Arc<Wallet>,
    client: Option<Client>,
}

impl Payer {
    /// Sends the same bytes, to one node after the other, until their outcome is known and verified.
    async fn settle(&mut self, transfer: &Transaction) {
        loop {
            match self.attempt(transfer).await {
                Ok(Outcome::Committed(_)) => return,
                Ok(Outcome::Pending { .. } | Outcome::Unknown { .. }) => {}
                Ok(other) => panic!("a good transfer ended as {other:?}"),
                Err(ClientError::Proof(error)) => panic!("a node told what it cannot prove: {error}"),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
            self.client = None;
            self.endpoints.rotate_left(1);
        }
    }

    async fn attempt(&mut self, transfer: &Transaction) -> Result<Outcome, ClientError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => {
                let trust = Trust::Genesis(self.wallet.genesis.clone());
                Client::connect(self.endpoints.clone(), trust).await?
            }
        };
        let outcome = client.submit_and_wait(transfer, WAIT).await?;
        self.client = Some(client);
        Ok(outcome.value)
    }
}
