//! What clients see of a node: the gRPC services of `proto/hanse/v1` and the HTTP side (liveness, readiness,
//! metrics, a status page), over the traits of [`types::ports`].
//!
//! Deliberate absences: nothing here orders, executes or writes; nothing here is waited for by consensus;
//! no answer about a block is given before the block is certified.
//!
//! Every resource that a client can take is bounded by [`Limits`]: connections, streams, message bytes,
//! waiting outcomes, subscriptions, queued events.

mod accept;
mod api;
mod blocking;
mod blocks;
mod counters;
mod encode;
mod errors;
mod event_service;
mod feed;
mod filter;
mod grpc;
mod health;
mod http;
mod limits;
mod node_service;
mod nudge;
mod outcomes;
mod outlet;
mod page;
mod paging;
pub mod pb;
mod query_service;
mod submit_stream;
mod subscriber;
mod token;
mod transaction_service;
mod waiters;

pub use accept::ConnectionInfo;
pub use api::{Api, Ports};
pub use counters::CountersSnapshot;
pub use errors::{DOMAIN, Reason};
pub use feed::BlockFeed;
pub use grpc::ServeError;
pub use limits::Limits;
