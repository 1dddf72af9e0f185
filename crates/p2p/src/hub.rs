//! What all tasks of the mesh share.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use libp2p::identity::Keypair;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use types::{PublicKey, crypto::random_bytes};

use crate::{
    Handler, Limits, P2pConfig, P2pError, RefusalReason,
    gate::LogGate,
    hello::{Hello, PROTOCOL, sanitised},
    identity,
    peer::Peer,
};

/// Shared by the handle, the listener and the peers' tasks.
pub(crate) struct Hub {
    pub(crate) own_key: PublicKey,
    pub(crate) keypair: Keypair,
    pub(crate) hello: Hello,
    pub(crate) limits: Limits,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) peers: RwLock<BTreeMap<PublicKey, Arc<Peer>>>,
    /// The handler wants frames again.
    pub(crate) resume: Notify,
    /// Ends everything.
    pub(crate) stop: CancellationToken,
    pub(crate) gate: LogGate,
    refusals: Mutex<BTreeMap<RefusalReason, u64>>,
    jitter: AtomicU64,
    numbers: AtomicU64,
}

impl Hub {
    pub(crate) fn new(config: &P2pConfig, handler: Arc<dyn Handler>) -> Result<Self, P2pError> {
        let random = random_bytes()?;
        let number = |from: usize| {
            let bytes: [u8; 8] = std::array::from_fn(|i| random[from + i]);
            u64::from_le_bytes(bytes)
        };
        let hello = Hello {
            protocol: PROTOCOL,
            network: config.network,
            instance: number(0),
            role: config.role,
            release: sanitised(&config.release),
        };
        Ok(Self {
            own_key: config.secret.public_key(),
            keypair: identity::keypair(&config.secret)?,
            hello,
            limits: config.limits.clone(),
            handler,
            peers: RwLock::default(),
            resume: Notify::new(),
            stop: CancellationToken::new(),
            gate: LogGate::default(),
            refusals: Mutex::default(),
            jitter: AtomicU64::new(number(8)),
            numbers: AtomicU64::new(0),
        })
    }

    pub(crate) fn peer(&self, key: &PublicKey) -> Option<Arc<Peer>> {
        self.peers.read().get(key).cloned()
    }

    /// Counts a refusal and tells the handler. `Some(number of lines left out)` when it may be logged.
    pub(crate) fn refused(&self, peer: Option<&PublicKey>, reason: RefusalReason) -> Option<u64> {
        *self.refusals.lock().entry(reason).or_default() += 1;
        self.handler.on_refused(peer, reason);
        self.gate.pass((peer.copied(), reason))
    }

    /// The next number for a connection that we decide on.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn refusals(&self) -> BTreeMap<RefusalReason, u64> {
        self.refusals.lock().clone()
    }

    /// Up to half as much again, so that nodes that lost each other at once do not come back at once.
    pub(crate) fn jittered(&self, delay: Duration) -> Duration {
        // SplitMix64 (Steele, Lea, Flood, OOPSLA'14): spread is all that is needed here.
        let mut z = self.jitter.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let thousandths = 1000 + (z ^ (z >> 31)) % 501;
        delay.saturating_mul(u32::try_from(thousandths).unwrap_or(1000)) / 1000
    }
}
