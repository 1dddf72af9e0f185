//! The handle to the mesh, and the task that supervises all others.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinError, JoinHandle, JoinSet},
    time::timeout,
};
use types::PublicKey;

use crate::{
    Handler, P2pConfig, P2pError, PeerConfig, PeerSnapshot, RefusalReason, SendError, TrafficClass, hub::Hub,
    listener::listen, peer::Peer, peer_task::PeerTask,
};

/// How long all connections together have to end.
const STOP_TIME: Duration = Duration::from_secs(4);
/// The name of the listener's task; peers' tasks have the peers' names in front.
const LISTENER: &str = "listener";

/// Whom a broadcast is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Peers configured with an index.
    Validators,
    /// Observers too.
    Everybody,
}

/// What became of a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Broadcast {
    /// Queued for so many peers.
    pub queued: usize,
    /// Dropped for so many, whose queue was full.
    pub full: usize,
    /// Dropped for so many that are not connected.
    pub not_connected: usize,
    /// Dropped for all: the frame is empty or too long for its class.
    pub bad_size: usize,
}

/// The mesh. Cheap to clone; [`P2p::shutdown`] ends it, dropping handles does not.
#[derive(Clone)]
pub struct P2p {
    hub: Arc<Hub>,
    wanted: Arc<watch::Sender<Vec<PeerConfig>>>,
    local: Option<SocketAddr>,
}

/// A task that ended: what it was, and how.
type Ended = (String, Result<(), JoinError>);

impl P2p {
    /// Listens and starts dialling, on the tokio runtime of the caller. The second value ends with an error
    /// when the mesh cannot go on: the process should then stop.
    ///
    /// # Errors
    /// [`P2pError`] when the address or the key cannot be used.
    pub async fn start(
        config: P2pConfig,
        handler: Arc<dyn Handler>,
    ) -> Result<(Self, JoinHandle<Result<(), P2pError>>), P2pError> {
        let hub = Arc::new(Hub::new(&config, handler)?);
        let listener = match &config.listen {
            Some(address) => {
                let failed = |source| P2pError::Listen { address: address.clone(), source };
                Some(TcpListener::bind(address).await.map_err(failed)?)
            }
            None => None,
        };
        let local = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let mut tasks = JoinSet::new();
        // Known before anybody can connect, and before the caller sends anything.
        reconcile(&hub, &mut tasks, &config.peers);
        if let Some(listener) = listener {
            let hub = Arc::clone(&hub);
            tasks.spawn(async move { (LISTENER.to_owned(), listen(hub, listener).await) });
        }
        let (wanted, receiver) = watch::channel(config.peers);
        let task = tokio::spawn(supervise(Arc::clone(&hub), tasks, receiver));
        Ok((Self { hub, wanted: Arc::new(wanted), local }, task))
    }

    /// Queues a frame for a peer; never waits.
    ///
    /// # Errors
    /// [`SendError`]; nothing of the frame is kept then.
    pub fn send(&self, peer: &PublicKey, class: TrafficClass, frame: Bytes) -> Result<(), SendError> {
        match self.hub.peers.read().get(peer) {
            Some(peer) => peer.send(class, frame),
            None => Err(SendError::UnknownPeer),
        }
    }

    /// Queues one frame for many peers without copying it; never waits.
    pub fn broadcast(&self, audience: Audience, class: TrafficClass, frame: &Bytes) -> Broadcast {
        let mut outcome = Broadcast::default();
        for peer in self.hub.peers.read().values() {
            if audience == Audience::Validators && !peer.is_validator() {
                continue;
            }
            match peer.send(class, frame.clone()) {
                Ok(()) => outcome.queued += 1,
                Err(SendError::Full) => outcome.full += 1,
                Err(SendError::NotConnected | SendError::UnknownPeer) => outcome.not_connected += 1,
                Err(SendError::Size { .. }) => outcome.bad_size += 1,
            }
        }
        outcome
    }

    /// A picture of all configured peers, ascending by key.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerSnapshot> {
        self.hub.peers.read().values().map(|peer| peer.snapshot()).collect()
    }

    /// How many connections were refused, by reason, since the start.
    #[must_use]
    pub fn refusals(&self) -> BTreeMap<RefusalReason, u64> {
        self.hub.refusals()
    }

    /// Replaces the configured peers: new ones are dialled and admitted, absent ones disconnected, changed
    /// addresses dialled next time, changed names and indices taken over without a break.
    pub fn update_peers(&self, peers: Vec<PeerConfig>) {
        self.wanted.send_replace(peers);
    }

    /// Closes the connection to a peer; it may come back.
    pub fn disconnect(&self, peer: &PublicKey) {
        if let Some(peer) = self.hub.peer(peer) {
            peer.asked.notify_one();
        }
    }

    /// Offers frames again that the handler answered with [`crate::Intake::NotNow`].
    pub fn resume(&self) {
        self.hub.resume.notify_waiters();
    }

    /// Where we listen.
    #[must_use]
    pub const fn local_address(&self) -> Option<SocketAddr> {
        self.local
    }

    /// Closes all connections and ends all tasks; the task of [`P2p::start`] ends with `Ok` then.
    pub fn shutdown(&self) {
        self.hub.stop.cancel();
    }
}

/// Watches over the tasks of listener and peers; ends with an error when one of them ends unasked.
async fn supervise(
    hub: Arc<Hub>,
    mut tasks: JoinSet<Ended>,
    mut wanted: watch::Receiver<Vec<PeerConfig>>,
) -> Result<(), P2pError> {
    // Whatever ends this task, also a panic or an abort, ends all the others.
    let _stop = hub.stop.clone().drop_guard();
    loop {
        tokio::select! {
            () = hub.stop.cancelled() => {
                let all = async { while tasks.join_next().await.is_some() {} };
                let _ = timeout(STOP_TIME, all).await;
                return Ok(());
            }
            Ok(()) = wanted.changed() => reconcile(&hub, &mut tasks, &wanted.borrow_and_update()),
            Some(ended) = tasks.join_next() => check(&hub, ended)?,
        }
    }
}

/// A peer's task may end when the peer was removed; anything else must not end.
fn check(hub: &Hub, ended: Result<Ended, JoinError>) -> Result<(), P2pError> {
    let (task, reason) = match ended {
        Ok((task, Ok(()))) if task != LISTENER || hub.stop.is_cancelled() => {
            tracing::debug!(task, "removed");
            return Ok(());
        }
        Ok((task, Ok(()))) => (task, "unasked".to_owned()),
        Ok((task, Err(error))) => (task, error.to_string()),
        Err(error) => ("peer".to_owned(), error.to_string()),
    };
    tracing::error!(task, reason, "a network task ended");
    Err(P2pError::TaskEnded { task, reason })
}

/// Makes the tasks fit the wanted peers.
fn reconcile(hub: &Arc<Hub>, tasks: &mut JoinSet<Ended>, wanted: &[PeerConfig]) {
    let keys: BTreeSet<_> = wanted.iter().map(|peer| peer.key).collect();
    let mut peers = hub.peers.write();
    peers.retain(|key, peer| {
        let stays = keys.contains(key);
        if !stays {
            peer.stop.cancel();
            hub.gate.forget(key);
        }
        stays
    });
    for config in wanted.iter().filter(|config| config.key != hub.own_key) {
        if let Some(peer) = peers.get(&config.key) {
            peer.reconfigure(config.clone());
            continue;
        }
        let name = format!("peer {}", config.name);
        let (peer, inbound) = Peer::new(config.clone(), hub.limits.classes, hub.stop.child_token());
        peers.insert(config.key, Arc::clone(&peer));
        let task = PeerTask::new(Arc::clone(hub), peer, inbound);
        tasks.spawn(async move { (name, task.run().await) });
    }
}
