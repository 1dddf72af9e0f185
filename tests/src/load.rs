//! Clients that keep a network busy and remember what they were told.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use client::{Client, Outcome, Trust};
use types::{Transaction, TransactionId};

use crate::{Cluster, wallet::Wallet};

/// How long a client waits for an outcome before it sends the same bytes again.
const WAIT: Duration = Duration::from_secs(5);

/// Clients in the background.
pub struct Load {
    stop: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<TransactionId>>>,
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
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::new(Mutex::new(Vec::new()));
        let (stopping, telling) = (Arc::clone(&stop), Arc::clone(&told));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let tasks: Vec<_> = (0..clients)
                    .map(|number| {
                        let mut endpoints = endpoints.clone();
                        endpoints.rotate_left(number % nodes);
                        let (wallet, stop, told) =
                            (Arc::clone(&wallet), Arc::clone(&stopping), Arc::clone(&telling));
                        tokio::spawn(async move {
                            while !stop.load(Ordering::Relaxed) {
                                let transfer = wallet.transfer(number % 16, (number + 1) % 16, 1);
                                settle(&endpoints, &wallet, &transfer).await;
                                told.lock().unwrap().push(*transfer.id());
                            }
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
            });
        });
        Self { stop, told, thread }
    }

    /// How many transfers clients were told of as committed.
    ///
    /// # Panics
    /// When a client panicked.
    #[must_use]
    pub fn committed(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// Ends the clients after their current transfer; the ids they were told of as committed.
    ///
    /// # Panics
    /// When a client was told something that does not verify.
    #[must_use]
    pub fn stop(self) -> Vec<TransactionId> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        Arc::try_unwrap(self.told).unwrap().into_inner().unwrap()
    }
}

/// Sends the same bytes until their outcome is known and verified.
async fn settle(endpoints: &[String], wallet: &Wallet, transfer: &Transaction) {
    loop {
        let Ok(client) = Client::connect(endpoints.to_vec(), Trust::Genesis(wallet.genesis.clone())).await
        else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        match client.submit_and_wait(transfer, WAIT).await {
            Ok(outcome) => match outcome.value {
                Outcome::Committed(_) => return,
                Outcome::Pending { .. } | Outcome::Unknown { .. } => {}
                other => panic!("a good transfer ended as {other:?}"),
            },
            Err(client::ClientError::Proof(error)) => panic!("a node told what it cannot prove: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
