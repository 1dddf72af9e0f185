//! Nodes that record what happens to them.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use p2p::{
    DisconnectReason, Handler, Intake, Limits, NodeRole, P2p, P2pConfig, P2pError, PeerConfig, RefusalReason,
    RemoteNode, TrafficClass,
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use types::{ChainId, PublicKey, SecretKey, ValidatorIndex};

/// No test may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a node experienced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Frame(PublicKey, TrafficClass, Bytes),
    Connected(PublicKey, RemoteNode),
    Disconnected(PublicKey, DisconnectReason),
    Refused(Option<PublicKey>, RefusalReason),
}

/// Records everything; closed classes answer "not now"; the frame "malformed" is, "panic" panics.
pub(crate) struct Recorder {
    events: mpsc::UnboundedSender<Event>,
    pub(crate) consensus_closed: AtomicBool,
    pub(crate) bulk_closed: AtomicBool,
}

impl Handler for Recorder {
    fn on_frame(&self, peer: &PublicKey, class: TrafficClass, frame: Bytes) -> Intake {
        let closed = match class {
            TrafficClass::Consensus => &self.consensus_closed,
            TrafficClass::Batches | TrafficClass::Sync => &self.bulk_closed,
        };
        if closed.load(Ordering::SeqCst) {
            return Intake::NotNow(frame);
        }
        if frame == "malformed" {
            return Intake::Malformed;
        }
        assert_ne!(frame, "panic", "as asked");
        let _ = self.events.send(Event::Frame(*peer, class, frame));
        Intake::Taken
    }

    fn on_connected(&self, peer: &PublicKey, remote: &RemoteNode) {
        let _ = self.events.send(Event::Connected(*peer, remote.clone()));
    }

    fn on_disconnected(&self, peer: &PublicKey, reason: DisconnectReason) {
        let _ = self.events.send(Event::Disconnected(*peer, reason));
    }

    fn on_refused(&self, peer: Option<&PublicKey>, reason: RefusalReason) {
        let _ = self.events.send(Event::Refused(peer.copied(), reason));
    }
}

/// A running node.
pub(crate) struct Node {
    pub(crate) key: PublicKey,
    pub(crate) p2p: P2p,
    pub(crate) handler: Arc<Recorder>,
    pub(crate) task: JoinHandle<Result<(), P2pError>>,
    events: mpsc::UnboundedReceiver<Event>,
}

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn key(seed: u8) -> PublicKey {
    secret(seed).public_key()
}

/// Two seeds, the one with the lower key first: it decides.
pub(crate) fn ordered(one: u8, two: u8) -> (u8, u8) {
    if key(one) < key(two) { (one, two) } else { (two, one) }
}

/// Short delays, so that tests that must see a second attempt do not take long.
pub(crate) fn quick() -> Limits {
    Limits {
        dial_delay_min: Duration::from_millis(20),
        dial_delay_max: Duration::from_millis(200),
        dial_stagger: Duration::from_millis(20),
        penalty: Duration::from_millis(50),
        ping_interval: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// The configuration of a node that listens on a port of the system's choice.
pub(crate) fn config(seed: u8, peers: Vec<PeerConfig>) -> P2pConfig {
    P2pConfig {
        secret: secret(seed),
        network: ChainId::new([1; 32]),
        role: NodeRole::Validator,
        release: format!("test-{seed}"),
        listen: Some("127.0.0.1:0".to_owned()),
        peers,
        limits: quick(),
    }
}

/// A validator as a peer; `at` is dialled when given.
pub(crate) fn peer(seed: u8, at: Option<&Node>) -> PeerConfig {
    let index = Some(ValidatorIndex::new(u16::from(seed)));
    PeerConfig { key: key(seed), index, name: format!("node{seed}"), address: at.map(Node::address) }
}

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {PATIENCE:?} in vain for {what}"),
    }
}

impl Node {
    pub(crate) async fn start(config: P2pConfig) -> Self {
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::DEBUG).try_init();
        let (sender, events) = mpsc::unbounded_channel();
        let handler = Arc::new(Recorder {
            events: sender,
            consensus_closed: AtomicBool::new(false),
            bulk_closed: AtomicBool::new(false),
        });
        let key = config.secret.public_key();
        let (p2p, task) = P2p::start(config, Arc::clone(&handler) as _).await.unwrap();
        Self { key, p2p, handler, task, events }
    }

    /// The lower key listens, the other dials: two nodes that know each other.
    pub(crate) async fn pair() -> (Self, Self) {
        let one = Self::start(config(1, vec![peer(2, None)])).await;
        let two = Self::start(config(2, vec![peer(1, Some(&one))])).await;
        (one, two)
    }

    pub(crate) fn address(&self) -> String {
        self.p2p.local_address().unwrap().to_string()
    }

    pub(crate) async fn event(&mut self) -> Event {
        within("an event", self.events.recv()).await.expect("the node is alive")
    }

    /// The first event that `pick` accepts; others are dropped.
    pub(crate) async fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let search = async {
            loop {
                if let Some(found) = self.events.recv().await.and_then(&mut pick) {
                    return found;
                }
            }
        };
        within(what, search).await
    }

    pub(crate) async fn connected(&mut self, peer: &PublicKey) -> RemoteNode {
        self.wait("a connection", |event| match event {
            Event::Connected(from, remote) if from == *peer => Some(remote),
            _ => None,
        })
        .await
    }

    pub(crate) async fn disconnected(&mut self, peer: &PublicKey) -> DisconnectReason {
        self.wait("a disconnection", |event| match event {
            Event::Disconnected(from, reason) if from == *peer => Some(reason),
            _ => None,
        })
        .await
    }

    pub(crate) async fn refused(&mut self) -> (Option<PublicKey>, RefusalReason) {
        self.wait("a refusal", |event| match event {
            Event::Refused(peer, reason) => Some((peer, reason)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn frame(&mut self, peer: &PublicKey, class: TrafficClass) -> Bytes {
        self.wait("a frame", |event| match event {
            Event::Frame(from, of, frame) if from == *peer && of == class => Some(frame),
            _ => None,
        })
        .await
    }

    pub(crate) async fn stop(self) {
        self.p2p.shutdown();
        within("the end", self.task).await.unwrap().unwrap();
    }
}

/// Asks again and again, with pauses for others, until the answer is yes.
pub(crate) async fn until(what: &str, mut is: impl FnMut() -> bool) {
    within(what, async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}
