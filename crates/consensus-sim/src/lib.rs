//! A seeded simulator that runs the real [`consensus::Replica`] over a simulated network, disk, mempool,
//! executor and clock, and checks the invariants of the protocol after every event.
//!
//! One seed derives everything: the size of the network, its parameters, which faults strike at which
//! rates, every delay. The same seed twice gives the same trace, to the byte; so a failure found once is
//! found again with `make sim SEED=<n>`. Each run has a safety phase with faults and then a liveness phase
//! in which faults stop (a minority may stay broken) and the network must heal without help.
//!
//! [`invariants`] holds what is checked, one file each; `byzantine` the scripted liars, one file each;
//! [`mutant`] the deliberate faults with which the tests prove that the simulator can fail.

mod ambush;
mod batches;
mod byzantine;
mod disk;
mod environment;
mod epochs;
mod execution;
mod executor;
mod faults;
mod hearing;
mod identity;
pub mod invariants;
mod liveness;
mod mempool;
pub mod mutant;
mod network;
mod node;
mod packet;
pub mod prng;
mod queue;
mod real_log;
pub mod scale;
mod scenario;
pub mod scheme;
pub mod scripted;
mod shell;
pub mod statistics;
mod store;
mod swarm;
mod sync;
mod sync_lies;
pub mod time;
pub mod trace;
pub mod twins;
mod vote_log;
mod wire;
pub mod world;

pub use ::vote_log::testing::Mishap;
pub use invariants::Violation;
pub use mutant::Mutant;
pub use real_log::LogMishap;
pub use scenario::Repertoire;
pub use statistics::Statistics;
pub use trace::Verbosity;
pub use world::{Options, Outcome, run, run_caught, run_with_log_mishap};
