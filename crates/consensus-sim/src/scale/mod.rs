//! What throughput and latency a network would have on given processors and links (`docs/scaling.md`).
//!
//! The real [`consensus::Replica`] and its verifier run on every simulated validator; the mempool's rules (when a
//! batch closes, who acknowledges, when it is proven) are written here once more, since the mempool itself is
//! made of threads. What is simulated beside them is time: each validator's threads share its cores fairly, each
//! piece of work takes what [`costs`] says, and each frame passes the sender's link, a distance, and the
//! receiver's link. No faults: those are the business of the rest of this crate.
//!
//! Deterministic, without any randomness: one [`Plan`] has one [`Prediction`].

pub mod costs;
mod frame;
mod identity;
mod lanes;
mod links;
mod machine;
mod meter;
mod node;
mod ordering;
pub mod places;
mod plan;
pub mod plots;
mod pool;
mod prediction;
pub mod rows;
mod wires;
mod work;
mod world;

pub use costs::Costs;
pub use plan::{Load, Machines, Plan};
pub use prediction::{Limit, Prediction};

/// Runs a plan to its end. `None`: the plan's validators form no set (none, or more than 1024).
#[must_use]
pub fn predict(plan: &Plan) -> Option<Prediction> {
    world::World::new(plan).map(world::World::run)
}
