//! Errors of this crate.

use std::{io, time::Duration};

use types::PublicKey;

/// The mesh cannot start, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum P2pError {
    /// The listen address cannot be used.
    #[error("cannot listen on {address}: {source}; choose a free address in [p2p]")]
    Listen {
        /// As configured.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Randomness(#[from] types::crypto::NoRandomness),
    /// Our node key is not usable as an identity.
    #[error("the node key {key} is not usable as an identity: {reason}; make a new one with `hanse keygen`")]
    Identity {
        /// Its public half.
        key: PublicKey,
        /// What libp2p says.
        reason: String,
    },
    /// A task that must run as long as the mesh has ended.
    #[error("the network task {task} ended: {reason}")]
    TaskEnded {
        /// Which one.
        task: String,
        /// How.
        reason: String,
    },
}

/// A frame that was not taken for sending. Nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer reads too slowly; send again later.
    #[error("the queue to this peer is full")]
    Full,
    /// There is no connection now.
    #[error("this peer is not connected")]
    NotConnected,
    /// No such key is configured.
    #[error("no such peer is configured")]
    UnknownPeer,
    /// Empty, or longer than the class allows.
    #[error("a frame of this class has 1 to {limit} bytes, found {found}")]
    Size {
        /// Its length.
        found: usize,
        /// The longest.
        limit: u32,
    },
}

/// Why a handshake did not lead to a connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// No connection at all.
    #[error("cannot connect: {0}")]
    Unreachable(io::Error),
    /// The Noise handshake failed.
    #[error("the encrypted handshake failed: {0}")]
    Noise(String),
    /// Another node answers at the address.
    #[error("a node with key {found} answers there: is the address in [peers] right?")]
    OtherKey {
        /// Who.
        found: String,
    },
    /// Closed before its hello came.
    #[error(
        "it closed the connection before the handshake finished: is our node key in its genesis/[peers]?"
    )]
    ClosedEarly,
    /// The genesis differs.
    #[error("it is of network {found}, we are of {ours}: compare the genesis files")]
    OtherNetwork {
        /// Theirs.
        found: types::ChainId,
        /// Ours.
        ours: types::ChainId,
    },
    /// The protocol differs.
    #[error("it speaks protocol {found}, we speak {ours}: update the older release")]
    OtherProtocol {
        /// Theirs.
        found: u16,
        /// Ours.
        ours: u16,
    },
    /// There is a live connection already; the decider says so.
    #[error("there is a live connection already")]
    Duplicate,
    /// What came is not our protocol.
    #[error("it does not keep to the protocol: {0}")]
    Violation(&'static str),
    /// It took too long.
    #[error("the handshake took longer than {0:?}")]
    Timeout(Duration),
}
