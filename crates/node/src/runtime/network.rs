//! The node's side of the mesh: validator indices instead of keys, messages instead of bytes, and the
//! way of each arriving frame.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use consensus::Message;
use crossbeam_channel::{Sender, TrySendError};
use mempool::{MempoolHandle, PoolMessage, Recipients};
use p2p::{
    Audience, DisconnectReason, Handler, Intake, P2p, PeerSnapshot, RefusalReason, RemoteNode, TrafficClass,
};
use types::{PublicKey, ValidatorIndex, codec};

use crate::failpoint;

use super::{
    board::Board,
    lanes::Lanes,
    replica::encode,
    seat::Seats,
    sync::{self, asked::Asked, message::SyncMessage},
};

/// A sync frame of this length or less is a request or an empty answer.
const REQUEST_BYTES_MAX: usize = 64;

/// Names a peer: its node key.
pub type PeerKey = PublicKey;

/// Sends. Cheap to clone; before the mesh is up everything is dropped, as on a bad day.
#[derive(Clone)]
pub struct Network {
    mesh: Arc<OnceLock<P2p>>,
    seats: Arc<Seats>,
}

impl Network {
    /// A network of the present set; the mesh comes later.
    #[must_use]
    pub fn new(seats: Arc<Seats>) -> Self {
        Self { mesh: Arc::default(), seats }
    }

    /// Puts the mesh into use.
    pub fn attach(&self, mesh: P2p) {
        let _ = self.mesh.set(mesh);
    }

    /// To one validator.
    pub fn send_consensus(&self, to: ValidatorIndex, message: &Message) {
        self.send(to, TrafficClass::Consensus, encode(message));
    }

    /// To everybody; encoded once.
    pub fn broadcast_consensus(&self, message: &Message) {
        if let Some(mesh) = self.mesh.get() {
            mesh.broadcast(Audience::Everybody, TrafficClass::Consensus, &encode(message));
        }
    }

    /// A message between mempools.
    pub fn send_pool(&self, to: Recipients, message: &PoolMessage) {
        let bytes = message.encode();
        match to {
            Recipients::One(index) => self.send(index, TrafficClass::Batches, bytes),
            Recipients::All => {
                if let Some(mesh) = self.mesh.get() {
                    mesh.broadcast(Audience::Everybody, TrafficClass::Batches, &bytes);
                }
            }
        }
    }

    /// A sync frame to any peer.
    pub fn send_sync(&self, to: PeerKey, message: &SyncMessage) {
        if let Some(mesh) = self.mesh.get() {
            // Full or gone: the asker asks somebody else.
            let _ = mesh.send(&to, TrafficClass::Sync, codec::encode(message).into());
        }
    }

    /// A sync frame to a validator.
    pub fn send_sync_to_validator(&self, to: ValidatorIndex, message: &SyncMessage) {
        self.send(to, TrafficClass::Sync, codec::encode(message).into());
    }

    /// Validators with a connection, ascending.
    #[must_use]
    pub fn connected_validators(&self) -> Vec<ValidatorIndex> {
        let seat = self.seats.get();
        let connected = self.peers().into_iter().filter(|peer| peer.connection.is_some());
        let mut places: Vec<_> = connected.filter_map(|peer| seat.place_of(&peer.key)).collect();
        places.sort_unstable();
        places
    }

    /// All configured peers.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerSnapshot> {
        self.mesh.get().map(P2p::peers).unwrap_or_default()
    }

    fn send(&self, to: ValidatorIndex, class: TrafficClass, bytes: Bytes) {
        if let (Some(mesh), Some(key)) = (self.mesh.get(), self.seats.get().node_key(to)) {
            // Lost like any frame: what matters is sent again by the protocol. The mesh counts it.
            let _ = mesh.send(&key, class, bytes);
        }
    }
}

/// Takes what arrives; called on network tasks, never blocks.
pub struct Inbound {
    /// Peers' places in the present set.
    pub seats: Arc<Seats>,
    /// To the verify thread.
    pub frames: Arc<Lanes>,
    /// Batches.
    pub pool: MempoolHandle,
    /// To the sync server.
    pub requests: Sender<sync::serve::Request>,
    /// To the sync fetcher.
    pub answers: Sender<sync::fetch::Answer>,
    /// What the fetcher asks.
    pub asked: Arc<Asked>,
    /// For operators.
    pub board: Arc<Board>,
}

impl Inbound {
    fn place(&self, peer: &PeerKey) -> Option<ValidatorIndex> {
        self.seats.get().place_of(peer)
    }

    fn on_consensus(&self, peer: &PeerKey, frame: Bytes) -> Intake {
        let Some(from) = self.place(peer) else {
            // Observers have no voice: dropped by role.
            self.board.dropped("observer_vote");
            return Intake::Taken;
        };
        match self.frames.push(from, frame) {
            Ok(()) => Intake::Taken,
            Err(frame) => Intake::NotNow(frame),
        }
    }

    fn on_sync(&self, peer: &PeerKey, frame: Bytes) -> Intake {
        if frame.len() > REQUEST_BYTES_MAX
            && !self.place(peer).is_some_and(|place| self.asked.is_asked(place))
        {
            self.board.dropped("unasked_answer");
            return Intake::Taken;
        }
        match codec::decode::<SyncMessage>(&frame) {
            Ok(SyncMessage::Request { id, first, count }) => {
                match self.requests.try_send(sync::serve::Request { peer: *peer, id, first, count }) {
                    Ok(()) | Err(TrySendError::Disconnected(_)) => Intake::Taken,
                    Err(TrySendError::Full(_)) => Intake::NotNow(frame),
                }
            }
            Ok(SyncMessage::Blocks { id, blocks }) => {
                match self.place(peer) {
                    Some(from) if self.asked.answered(from, id) => {
                        // One answer per question: there is always room.
                        let _ = self.answers.try_send((from, id, blocks));
                    }
                    Some(_) | None => self.board.dropped("unasked_answer"),
                }
                Intake::Taken
            }
            Err(error) => {
                tracing::warn!(peer = %peer, %error, "a sync frame cannot be decoded");
                Intake::Malformed
            }
        }
    }
}

impl Handler for Inbound {
    fn on_frame(&self, peer: &PublicKey, class: TrafficClass, frame: Bytes) -> Intake {
        match class {
            TrafficClass::Consensus => self.on_consensus(peer, frame),
            TrafficClass::Batches => {
                failpoint::receiving_pool(&frame);
                self.pool.receive(self.place(peer), frame);
                Intake::Taken
            }
            TrafficClass::Sync => self.on_sync(peer, frame),
        }
    }

    fn on_connected(&self, peer: &PublicKey, remote: &RemoteNode) {
        // The mesh writes the line for people.
        tracing::debug!(%peer, address = %remote.address, release = %remote.release, "peer connected");
    }

    fn on_disconnected(&self, peer: &PublicKey, reason: DisconnectReason) {
        tracing::debug!(%peer, %reason, "peer disconnected");
    }

    fn on_refused(&self, _: Option<&PublicKey>, reason: RefusalReason) {
        // The mesh writes the line; here it is counted.
        let _ = reason;
        self.board.dropped("refused_connection");
    }
}
