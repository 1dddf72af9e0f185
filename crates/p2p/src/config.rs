//! What the mesh is told at its start.

use std::time::Duration;

use types::{ChainId, PublicKey, SecretKey, ValidatorIndex};

use crate::PerClass;

/// What a node says of itself in its hello; rights come from the configuration of the other side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeRole {
    /// Has a place in the validator set.
    Validator,
    /// Follows.
    Observer,
}

/// All that [`crate::P2p::start`] needs.
#[derive(Debug, Clone)]
pub struct P2pConfig {
    /// The node key; its public half is this node's identity.
    pub secret: SecretKey,
    /// The genesis hash; peers of other networks are refused.
    pub network: ChainId,
    /// What we say of ourselves.
    pub role: NodeRole,
    /// Our release, at most 64 printable ASCII characters; the rest is dropped.
    pub release: String,
    /// `host:port` to listen on (port 0: the system chooses); `None`: only dials.
    pub listen: Option<String>,
    /// Everybody who may connect.
    pub peers: Vec<PeerConfig>,
    /// Bounds.
    pub limits: Limits,
}

/// Somebody who may connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerConfig {
    /// Its node key.
    pub key: PublicKey,
    /// Its place in the validator set; `None`: an observer.
    pub index: Option<ValidatorIndex>,
    /// For logs and metrics.
    pub name: String,
    /// `host:port` to dial; `None`: we wait for it to dial us.
    pub address: Option<String>,
}

/// Bounds of one class, per peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassLimits {
    /// The longest frame, in bytes, sent or received. The same on all nodes.
    pub frame_bytes_max: u32,
    /// How many frames may wait to be sent.
    pub queue_frames_max: usize,
    /// How many bytes may wait to be sent; raised to `frame_bytes_max` where lower.
    pub queue_bytes_max: usize,
}

/// Bounds of everything. The defaults suit 4 to 30 nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Of frames and queues.
    pub classes: PerClass<ClassLimits>,
    /// From accepting or dialling to the end of the handshake.
    pub handshake_timeout: Duration,
    /// Connections that have not proved a configured key yet, all together.
    pub pending_max: usize,
    /// The same, per remote IP address.
    pub pending_per_address_max: usize,
    /// For a frame to be written or, once begun, read; added to its length at
    /// [`Limits::bytes_per_second_min`].
    pub frame_timeout: Duration,
    /// The slowest link we put up with.
    pub bytes_per_second_min: u32,
    /// Between two pings.
    pub ping_interval: Duration,
    /// A peer that says nothing on the control stream for so long is gone.
    pub silence_max: Duration,
    /// After the first failed dial; doubles from there.
    pub dial_delay_min: Duration,
    /// The longest delay between dials of an unreachable peer.
    pub dial_delay_max: Duration,
    /// How much longer the higher of two keys waits before it dials, so that mostly one dials.
    pub dial_stagger: Duration,
    /// Between dials of a peer of another network or protocol, or with another key than configured.
    pub refused_delay: Duration,
    /// How long a peer that broke the protocol is shut out at first; doubles up to 16 times this.
    pub penalty: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u32 = 1024 * 1024;
        let class = |frame_bytes_max, queue_frames_max, queue_bytes_max: u32| ClassLimits {
            frame_bytes_max,
            queue_frames_max,
            queue_bytes_max: queue_bytes_max as usize,
        };
        Self {
            classes: PerClass {
                consensus: class(4 * MIB, 8192, 32 * MIB),
                batches: class(8 * MIB, 4096, 64 * MIB),
                sync: class(40 * MIB, 64, 80 * MIB),
            },
            handshake_timeout: Duration::from_secs(10),
            pending_max: 128,
            pending_per_address_max: 64,
            frame_timeout: Duration::from_secs(30),
            bytes_per_second_min: 128 * 1024,
            ping_interval: Duration::from_secs(2),
            silence_max: Duration::from_secs(15),
            dial_delay_min: Duration::from_millis(100),
            dial_delay_max: Duration::from_secs(5),
            dial_stagger: Duration::from_millis(300),
            refused_delay: Duration::from_secs(30),
            penalty: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// How long a frame of this length may take.
    pub(crate) fn frame_allowance(&self, bytes: usize) -> Duration {
        let seconds = bytes as u64 / u64::from(self.bytes_per_second_min.max(1));
        self.frame_timeout.saturating_add(Duration::from_secs(seconds))
    }
}
