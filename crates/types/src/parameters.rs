//! Chain parameters: everything that affects agreement and is therefore state, not configuration.

use serde::{Deserialize, Serialize};

/// The parameters of an epoch. Settled at network creation (`hanse testnet --param name=value`). Every one
/// stands in the genesis: a default filled in while reading would make the chain id depend on the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Patience with a primary in its first view, in ms.
    pub view_timeout_ms: u64,
    /// Patience never grows beyond this, in ms.
    pub view_timeout_max_ms: u64,
    /// L: how many heights may be in flight above the stable checkpoint.
    pub window: u64,
    /// D: how many heights a change of the set waits; at least `window`.
    pub activation_delay: u64,
    /// Declared batch bytes per block.
    pub max_block_bytes: u64,
    /// Bytes of one encoded batch.
    pub max_batch_bytes: u32,
    /// How long an author lets a batch stay open, in ms.
    pub max_batch_delay_ms: u64,
    /// How long a batch can be proposed after its creation, in ms.
    pub batch_lifetime_ms: u64,
    /// W: batches of one author neither ordered nor expired that are acknowledged.
    pub batches_per_author: u32,
    /// Bytes of one whole signed transaction.
    pub max_transaction_bytes: u32,
    /// Signatures of one transaction.
    pub max_signatures: u32,
    /// Operations of one transaction.
    pub max_operations: u32,
    /// How far `valid_until` may lie ahead of block time without a long-lived slot, in ms.
    pub max_lifetime_ms: u64,
    /// How far it may lie ahead with one, in ms.
    pub max_long_lifetime_ms: u64,
    /// Long-lived transactions of one account that may be remembered at once.
    pub long_lived_slots: u32,
    /// How long an id is remembered past its expiry, in ms.
    pub expiry_grace_ms: u64,
    /// How far a fresh proposal's time may be ahead of a backup's clock, in ms.
    pub clock_drift_ms: u64,
    /// How far it may be behind, in ms; at least `view_timeout_max_ms`.
    pub clock_lag_ms: u64,
    /// The rules by which blocks are executed.
    pub rules: u32,
}

/// A parameter that would break the network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter {name} = {found}: {rule}")]
pub struct ParameterError {
    /// Which.
    pub name: &'static str,
    /// Its value.
    pub found: u64,
    /// What must hold.
    pub rule: &'static str,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            view_timeout_ms: 2_000,
            view_timeout_max_ms: 16_000,
            window: 64,
            activation_delay: 128,
            max_block_bytes: 4 << 20,
            max_batch_bytes: 512 << 10,
            max_batch_delay_ms: 5,
            batch_lifetime_ms: 600_000,
            batches_per_author: 256,
            max_transaction_bytes: 64 << 10,
            max_signatures: 32,
            max_operations: 64,
            max_lifetime_ms: 600_000,
            max_long_lifetime_ms: 30 * 24 * 3_600_000,
            long_lived_slots: 256,
            expiry_grace_ms: 60_000,
            clock_drift_ms: 2_000,
            clock_lag_ms: 20_000,
            rules: 1,
        }
    }
}

impl Parameters {
    /// Checks each value and the relations between them.
    ///
    /// # Errors
    /// All faults found, not only the first.
    pub fn check(&self) -> Result<(), Vec<ParameterError>> {
        let rules: [(&'static str, u64, bool, &'static str); 17] = [
            ("view_timeout_ms", self.view_timeout_ms, self.view_timeout_ms >= 10, "at least 10"),
            (
                "view_timeout_max_ms",
                self.view_timeout_max_ms,
                self.view_timeout_max_ms >= self.view_timeout_ms && self.view_timeout_max_ms <= 600_000,
                "at least view_timeout_ms, at most 600000",
            ),
            ("window", self.window, (2..=1024).contains(&self.window), "2 to 1024"),
            (
                "activation_delay",
                self.activation_delay,
                self.activation_delay >= self.window && self.activation_delay <= 1 << 20,
                "at least window, at most 1048576",
            ),
            (
                "max_transaction_bytes",
                u64::from(self.max_transaction_bytes),
                (1024..=1 << 20).contains(&self.max_transaction_bytes),
                "1024 to 1048576",
            ),
            (
                "max_batch_bytes",
                u64::from(self.max_batch_bytes),
                self.max_batch_bytes >= self.max_transaction_bytes.saturating_add(1024)
                    && self.max_batch_bytes <= 8 << 20,
                "at least max_transaction_bytes + 1024, at most 8388608",
            ),
            (
                "max_block_bytes",
                self.max_block_bytes,
                self.max_block_bytes >= u64::from(self.max_batch_bytes) && self.max_block_bytes <= 32 << 20,
                "at least max_batch_bytes, at most 33554432",
            ),
            (
                "max_batch_delay_ms",
                self.max_batch_delay_ms,
                (1..=10_000).contains(&self.max_batch_delay_ms),
                "1 to 10000",
            ),
            (
                "batch_lifetime_ms",
                self.batch_lifetime_ms,
                self.batch_lifetime_ms > self.clock_lag_ms && self.batch_lifetime_ms <= 86_400_000,
                "above clock_lag_ms, at most one day",
            ),
            (
                "batches_per_author",
                u64::from(self.batches_per_author),
                (1..=65_536).contains(&self.batches_per_author),
                "1 to 65536",
            ),
            (
                "max_signatures",
                u64::from(self.max_signatures),
                (1..=32).contains(&self.max_signatures),
                "1 to 32",
            ),
            (
                "max_operations",
                u64::from(self.max_operations),
                (1..=1024).contains(&self.max_operations),
                "1 to 1024",
            ),
            ("max_lifetime_ms", self.max_lifetime_ms, self.max_lifetime_ms >= 1_000, "at least 1000"),
            (
                "max_long_lifetime_ms",
                self.max_long_lifetime_ms,
                self.max_long_lifetime_ms >= self.max_lifetime_ms
                    && self.max_long_lifetime_ms <= 366 * 86_400_000,
                "at least max_lifetime_ms, at most 366 days",
            ),
            (
                "expiry_grace_ms",
                self.expiry_grace_ms,
                (1_000..=86_400_000).contains(&self.expiry_grace_ms),
                "1000 to one day",
            ),
            (
                "clock_drift_ms",
                self.clock_drift_ms,
                (10..=600_000).contains(&self.clock_drift_ms),
                "10 to 600000",
            ),
            (
                "clock_lag_ms",
                self.clock_lag_ms,
                self.clock_lag_ms >= self.view_timeout_max_ms && self.clock_lag_ms <= 3_600_000,
                "at least view_timeout_max_ms, at most one hour",
            ),
        ];
        let faults: Vec<_> = rules
            .into_iter()
            .filter(|(_, _, holds, _)| !holds)
            .map(|(name, found, _, rule)| ParameterError { name, found, rule })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
