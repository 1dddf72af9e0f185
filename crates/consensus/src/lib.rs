//! The PBFT replica of Hanse as a pure function, [`Replica::step`]: no I/O, no clock, no randomness, no
//! threads. Everything it learns is an [`Input`], everything it wants done is an [`Effect`].
mod batches;
mod certificates;
mod chain;
mod checkpoint;
mod commit;
pub mod config;
mod durable;
pub mod effect;
mod empty;
mod fetch;
pub mod input;
pub mod message;
mod new_view;
mod overdue;
mod own;
mod peers;
mod pre_prepare;
mod prepare;
mod propose;
pub mod record;
mod recovery;
mod replica;
mod resend;
mod slots;
pub mod status;
mod timers;
pub mod verify;
mod view_change;
mod voting;

pub use config::ReplicaConfig;
pub use effect::{Effect, Evidence, Halt, Notice, Persist};
pub use input::{Clock, Input, Monotonic};
pub use message::{
    EmptyRequest, Message, NewView, PreparedCertificate, SignedStatement, Statement, Status, ViewChange,
    Vote, VoteQuery,
};
pub use record::{ExecutedBlock, LogRecord, Recovery, Voting};
pub use replica::Replica;
pub use status::ReplicaStatus;
pub use verify::{Horizon, Rejected, SignatureScheme, Verified, VerifiedCertificate, Verifier, Zip215};
