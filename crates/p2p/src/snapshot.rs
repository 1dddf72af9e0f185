//! Pictures of the mesh for status, metrics and tests.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use types::{PublicKey, ValidatorIndex};

use crate::{DisconnectReason, NodeRole, PerClass};

/// Traffic with one peer in one class since the start. Bytes are payload, without lengths and encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassTraffic {
    /// Frames handed to the transport.
    pub sent_frames: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Frames received.
    pub received_frames: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// Frames not taken for sending because the queue was full.
    pub dropped_full: u64,
    /// Frames not sent because there was no connection, or it ended while they waited.
    pub dropped_disconnected: u64,
    /// Consensus frames that the handler did not take.
    pub dropped_refused: u64,
    /// How often reading paused because the handler said "not now".
    pub pauses: u64,
}

/// A connection in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSnapshot {
    /// Where the peer is.
    pub address: SocketAddr,
    /// The last round trip measured; `None` before the first.
    pub rtt: Option<Duration>,
    /// How long it is in use.
    pub age: Duration,
    /// The peer's release.
    pub release: String,
    /// What the peer says it is.
    pub role: NodeRole,
}

/// A configured peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerSnapshot {
    /// Its node key.
    pub key: PublicKey,
    /// Its place in the validator set; `None`: an observer.
    pub index: Option<ValidatorIndex>,
    /// Its name.
    pub name: String,
    /// Where we dial it.
    pub address: Option<String>,
    /// The connection, if there is one.
    pub connection: Option<ConnectionSnapshot>,
    /// Since the start, over all connections.
    pub traffic: PerClass<ClassTraffic>,
    /// How connections ended, since the start.
    pub disconnects: BTreeMap<DisconnectReason, u64>,
}
