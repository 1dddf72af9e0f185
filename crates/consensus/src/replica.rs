//! The replica.

use types::{Height, View};

use crate::{
    config::ReplicaConfig,
    effect::Effect,
    input::{Clock, Input, Monotonic},
    record::{LogRecord, Recovery},
    status::ReplicaStatus,
    verify::Horizon,
};

/// One PBFT replica as a pure state machine.
#[derive(Debug)]
pub struct Replica {
    config: ReplicaConfig,
    clock: Clock,
}

impl Replica {
    /// Starts from what is durable.
    #[must_use]
    pub fn new(config: ReplicaConfig, _recovery: Recovery, clock: Clock) -> (Self, Vec<Effect>) {
        (Self { config, clock }, Vec::new())
    }

    /// Learns one thing; returns everything that is to be done, in order.
    pub fn step(&mut self, _input: Input) -> Vec<Effect> {
        Vec::new()
    }

    /// When it wants the next [`Input::Tick`] at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Monotonic> {
        Some(Monotonic(self.clock.monotonic.0 + self.config.parameters.view_timeout_ms / 4))
    }

    /// All records that must survive when the vote log is compacted.
    #[must_use]
    pub fn log_snapshot(&self) -> Vec<LogRecord> {
        Vec::new()
    }

    /// The hint for the verifier.
    #[must_use]
    pub fn horizon(&self) -> Horizon {
        Horizon { view: View::ZERO, low: Height::ZERO }
    }

    /// For operators.
    #[must_use]
    pub fn status(&self) -> ReplicaStatus {
        ReplicaStatus::default()
    }
}

impl std::fmt::Display for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status())
    }
}
