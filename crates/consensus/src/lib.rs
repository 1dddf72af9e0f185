//! The PBFT replica of Hanse as a pure function, [`Replica::step`]: no I/O, no clock, no randomness, no
//! threads. Everything it learns is an [`Input`], everything it wants done is an [`Effect`].
pub mod config;
pub mod effect;
pub mod input;
pub mod message;
pub mod record;
mod replica;
pub mod status;
pub mod verify;

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
