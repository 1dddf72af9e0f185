//! What the node does with what arrives.

use std::net::SocketAddr;

use bytes::Bytes;
use types::PublicKey;

use crate::{DisconnectReason, NodeRole, RefusalReason, TrafficClass};

/// The answer to a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intake {
    /// Taken.
    Taken,
    /// Not now: the frame comes back, this stream of this peer is not read meanwhile, and the frame is offered
    /// again soon, at once after [`crate::P2p::resume`]. The sender gives up and disconnects after
    /// [`crate::Limits::frame_timeout`]. Not for [`TrafficClass::Consensus`]: there the frame
    /// is dropped and counted, since votes must never wait behind a frame that nobody takes.
    NotNow(Bytes),
    /// The peer broke the protocol: the connection is closed, and the peer shut out for a short time.
    Malformed,
}

/// What a peer said of itself in its hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteNode {
    /// Its claim; rights come from our own configuration.
    pub role: NodeRole,
    /// Its release, at most 64 printable ASCII characters.
    pub release: String,
    /// Drawn when its process started.
    pub instance: u64,
    /// Where it is.
    pub address: SocketAddr,
}

/// Receives events. All methods are called on network tasks and must not block.
///
/// For one peer `on_connected` and `on_disconnected` alternate, and frames come only between them, in order
/// within each class (different classes on different tasks).
pub trait Handler: Send + Sync + 'static {
    /// A frame arrived.
    fn on_frame(&self, peer: &PublicKey, class: TrafficClass, frame: Bytes) -> Intake;
    /// A connection is in use; sending works from now on, also from within this call.
    fn on_connected(&self, peer: &PublicKey, remote: &RemoteNode);
    /// The connection ended; what was queued is lost.
    fn on_disconnected(&self, peer: &PublicKey, reason: DisconnectReason);
    /// A connection was not taken into use. `peer` is `None` while no configured key was proved.
    fn on_refused(&self, peer: Option<&PublicKey>, reason: RefusalReason) {
        let _ = (peer, reason);
    }
}
