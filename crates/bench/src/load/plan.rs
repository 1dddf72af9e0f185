//! What load is to be made.

use std::time::Duration;

use tokio::time::Instant;
use types::{AccountId, Amount, AssetId, ChainId, SecretKey};

use super::Workload;

/// An account that pays, and its only key.
#[derive(Debug, Clone)]
pub struct Payer {
    /// The account.
    pub account: AccountId,
    /// Signs for it alone.
    pub key: SecretKey,
}

/// What load is to be made.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// gRPC URLs; each gets its share.
    pub targets: Vec<String>,
    /// Streams to each, at least 1.
    pub connections_per_target: usize,
    /// Transfers per second over all targets, above 0.
    pub rate: f64,
    /// The network.
    pub chain_id: ChainId,
    /// What is paid.
    pub asset: AssetId,
    /// How much each time.
    pub amount: Amount,
    /// What is asked for.
    pub workload: Workload,
    /// May issue the asset; [`Workload::Mixed`] wants one.
    pub issuer: Option<Payer>,
    /// Makes the choices; transactions of one seed and one clock are equal.
    pub seed: u64,
    /// When the first is due; `None`: now.
    pub start: Option<Instant>,
    /// What is due then or later is not sent; `None`: until stopped.
    pub until: Option<Instant>,
    /// Whether a connection that breaks goes to the next target.
    pub failover: bool,
    /// At least two; each pays the next in turn.
    pub payers: Vec<Payer>,
    /// How long a transfer may wait for its block.
    pub lifetime: Duration,
    /// Unanswered transfers of one connection; beyond it, due transfers are counted as not sent.
    pub in_flight_max: usize,
}

impl LoadPlan {
    /// The time between two transfers of one connection.
    pub(super) fn interval(&self) -> Duration {
        let connections = (self.targets.len() * self.connections_per_target).max(1);
        let rate = if self.rate.is_finite() && self.rate > 0.0 { self.rate } else { 1.0 };
        Duration::from_secs_f64((connections as f64 / rate).clamp(1e-6, 3600.0))
    }
}
