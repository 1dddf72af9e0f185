//! A configured peer: what senders, readers and its own task share.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use types::PublicKey;

use crate::{
    ConnectionSnapshot, DisconnectReason, PeerConfig, PeerSnapshot, PerClass, RemoteNode, SendError,
    TrafficClass, claim::Claims, config::ClassLimits, counters::ClassCounters, link::Authenticated,
    queue::QueueSender,
};

/// Accepted connections of one peer waiting for its task.
const INBOUND_MAX: usize = 2;

/// What is shared about a peer.
pub(crate) struct Peer {
    pub(crate) key: PublicKey,
    pub(crate) counters: PerClass<Arc<ClassCounters>>,
    /// Accepted connections that proved this peer's key.
    pub(crate) inbound: mpsc::Sender<Authenticated>,
    /// The address changed.
    pub(crate) changed: Notify,
    /// The node wants the connection closed.
    pub(crate) asked: Notify,
    /// Ends the peer's task.
    pub(crate) stop: CancellationToken,
    /// Which connection is the one, where we decide.
    pub(crate) claims: Claims,
    limits: PerClass<ClassLimits>,
    config: Mutex<PeerConfig>,
    live: Mutex<Option<Live>>,
    disconnects: Mutex<BTreeMap<DisconnectReason, u64>>,
}

/// A connection in use.
struct Live {
    queues: PerClass<QueueSender>,
    remote: RemoteNode,
    rtt: Option<Duration>,
    since: Instant,
}

impl Peer {
    /// A peer without connection, and where its task takes accepted connections from.
    pub(crate) fn new(
        config: PeerConfig,
        limits: PerClass<ClassLimits>,
        stop: CancellationToken,
    ) -> (Arc<Self>, mpsc::Receiver<Authenticated>) {
        let (inbound, receiver) = mpsc::channel(INBOUND_MAX);
        let peer = Self {
            key: config.key,
            counters: PerClass::from_fn(|_| Arc::default()),
            inbound,
            changed: Notify::new(),
            asked: Notify::new(),
            stop,
            claims: Claims::default(),
            limits,
            config: Mutex::new(config),
            live: Mutex::new(None),
            disconnects: Mutex::default(),
        };
        (Arc::new(peer), receiver)
    }

    /// Takes a frame for sending, or says why not.
    pub(crate) fn send(&self, class: TrafficClass, frame: Bytes) -> Result<(), SendError> {
        let limit = self.limits.get(class).frame_bytes_max;
        if frame.is_empty() || frame.len() > limit as usize {
            return Err(SendError::Size { found: frame.len(), limit });
        }
        let sent = match &*self.live.lock() {
            Some(live) => live.queues.get(class).push(frame),
            None => Err(SendError::NotConnected),
        };
        let counters = self.counters.get(class);
        match sent {
            Ok(()) | Err(SendError::UnknownPeer | SendError::Size { .. }) => {}
            Err(SendError::Full) => counters.dropped_full(),
            Err(SendError::NotConnected) => counters.dropped_disconnected(1),
        }
        sent
    }

    /// A connection comes into use.
    pub(crate) fn connect(&self, queues: PerClass<QueueSender>, remote: RemoteNode) {
        *self.live.lock() = Some(Live { queues, remote, rtt: None, since: Instant::now() });
    }

    /// The connection ended. The queues' senders go with it.
    pub(crate) fn disconnect(&self, reason: DisconnectReason) {
        *self.live.lock() = None;
        *self.disconnects.lock().entry(reason).or_default() += 1;
    }

    /// A round trip was measured.
    pub(crate) fn measured(&self, rtt: Duration) {
        if let Some(live) = &mut *self.live.lock() {
            live.rtt = Some(rtt);
        }
    }

    /// The peer said that it closes.
    pub(crate) fn said_goodbye(&self, reason: Option<DisconnectReason>) {
        let reason = reason.map_or("unknown", DisconnectReason::name);
        tracing::info!(peer = %self.name(), reason, "the peer closes the connection");
    }

    /// Takes over a changed configuration.
    pub(crate) fn reconfigure(&self, config: PeerConfig) {
        let mut current = self.config.lock();
        let moved = current.address != config.address;
        *current = config;
        drop(current);
        if moved {
            self.changed.notify_one();
        }
    }

    pub(crate) fn name(&self) -> String {
        self.config.lock().name.clone()
    }

    pub(crate) fn address(&self) -> Option<String> {
        self.config.lock().address.clone()
    }

    pub(crate) fn is_validator(&self) -> bool {
        self.config.lock().index.is_some()
    }

    pub(crate) fn snapshot(&self) -> PeerSnapshot {
        let PeerConfig { key, index, name, address } = self.config.lock().clone();
        let connection = self.live.lock().as_ref().map(|live| ConnectionSnapshot {
            address: live.remote.address,
            rtt: live.rtt,
            age: live.since.elapsed(),
            release: live.remote.release.clone(),
            role: live.remote.role,
        });
        PeerSnapshot {
            key,
            index,
            name,
            address,
            connection,
            traffic: PerClass::from_fn(|class| self.counters.get(class).snapshot()),
            disconnects: self.disconnects.lock().clone(),
        }
    }
}
