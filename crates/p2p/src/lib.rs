//! The authenticated mesh of validators and observers: TCP, Noise and Yamux of libp2p below, our own framed
//! streams above.
//!
//! # What it promises
//! - **Who**: a connection is used only when the other end proved, in the Noise handshake, a node key that is
//!   configured here. Others are closed before any stream opens.
//! - **Which network**: both ends say in a [`hello`](self#hello) which genesis and protocol they run; on a
//!   difference both say so in their logs and come back only after [`Limits::refused_delay`].
//! - **One connection** per peer is used, however many were dialled at once (see [`handshake`](self#one-connection)).
//! - **Three classes** of traffic, each with its own stream and own bounded queue per peer and direction:
//!   consensus never waits behind batches or sync in a queue or a stream window. Frames of one class arrive in
//!   the order they were sent.
//! - **Nothing grows**: queues, frames, streams, pending connections and their time are bounded by [`Limits`].
//!   A peer that does not read is disconnected, not buffered for.
//! - **Nothing is promised** about delivery: a lost connection loses what was queued. Retransmission is the
//!   protocol's job.
//!
//! # On the wire
//! After Noise (XX, libp2p's identity payload) Yamux streams are opened directly. The first byte of a stream
//! names it: 0 control (opened by the dialler, used both ways), 1 consensus, 2 batches, 3 sync (one opened by
//! each side, written only by the opener). Everything after that byte is frames: length u32 little-endian, at
//! least 1, then the payload.
//!
//! ## Hello
//! The first frame of each side on the control stream:
//! ```text
//! "hanse" 5 | protocol u16 | network 32 | instance u64 | role u8 | length u8 | release, printable ASCII
//! ```
//! integers little-endian. `instance` is drawn when the process starts.
//!
//! ## One connection
//! The end with the lower node key decides: after the hellos it sends `Use(number)` with a number that grows.
//! While another connection of the same process is alive it says `Bye` instead, and the new one is closed: two
//! dials at the same time leave one. A restarted process, or one not heard for two pings, replaces its old
//! connection: both ends use the connection with the highest number of one instance of the decider.

mod claim;
mod class;
mod config;
mod control;
mod counters;
mod dial;
mod error;
mod frame;
mod gate;
mod handler;
mod handshake;
mod hello;
mod hub;
mod identity;
mod keepalive;
mod link;
mod listener;
mod mesh;
mod peer;
mod peer_task;
mod queue;
mod reason;
mod session;
mod snapshot;
mod streams;

pub use class::{PerClass, TrafficClass};
pub use config::{ClassLimits, Limits, NodeRole, P2pConfig, PeerConfig};
pub use error::{P2pError, SendError};
pub use handler::{Handler, Intake, RemoteNode};
pub use hello::PROTOCOL;
pub use mesh::{Audience, Broadcast, P2p};
pub use reason::{DisconnectReason, RefusalReason};
pub use snapshot::{ClassTraffic, ConnectionSnapshot, PeerSnapshot};
