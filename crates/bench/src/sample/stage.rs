//! What a thread of a node is for, by its name (`ARCHITECTURE.md`, threads of a node).

use serde::{Deserialize, Serialize};

/// A group of threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Client signatures, of own submissions and of peers' batches; signatures of consensus.
    Verify,
    /// Making, keeping and spreading batches.
    Mempool,
    /// The replica and what it owns: vote log, notes of batches, rejoin.
    Consensus,
    /// Execution, state tree and the block's write.
    Execute,
    /// Batches' disk, and RocksDB's own threads.
    Store,
    /// The mesh, gRPC and HTTP, which share their threads; blocks for those who are behind.
    NetworkApi,
    /// Threads without a known name, and those that ended.
    Other,
}

impl Stage {
    /// All, about in the order of a transaction's way.
    pub const ALL: [Self; 7] = [
        Self::NetworkApi,
        Self::Verify,
        Self::Mempool,
        Self::Consensus,
        Self::Execute,
        Self::Store,
        Self::Other,
    ];

    /// As in the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Mempool => "mempool",
            Self::Consensus => "consensus",
            Self::Execute => "execute",
            Self::Store => "store",
            Self::NetworkApi => "network_api",
            Self::Other => "other",
        }
    }

    /// The stage of a thread's name. The system keeps 15 bytes of it.
    #[must_use]
    pub fn of_thread(name: &str) -> Self {
        match name {
            "verify" | "pool-verify" | "pool-admission" => Self::Verify,
            "consensus" | "votes" | "batches" | "rejoin" => Self::Consensus,
            "executor" => Self::Execute,
            "pool-writer" | "jemalloc_bg_thd" => Self::Store,
            "sync" | "sync-serve" | "tokio" => Self::NetworkApi,
            name if name.starts_with("rocksdb") => Self::Store,
            name if name.starts_with("pool-") => Self::Mempool,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_of_a_node_has_its_stage() {
        let expected = [
            ("pool-verify", Stage::Verify),
            ("pool-admission", Stage::Verify),
            ("verify", Stage::Verify),
            ("pool-maker", Stage::Mempool),
            ("pool-server", Stage::Mempool),
            ("pool-writer", Stage::Store),
            ("rocksdb:low0", Stage::Store),
            ("votes", Stage::Consensus),
            ("executor", Stage::Execute),
            ("tokio", Stage::NetworkApi),
            ("sync-serve", Stage::NetworkApi),
            ("hanse", Stage::Other),
        ];
        for (name, stage) in expected {
            assert_eq!(Stage::of_thread(name), stage, "{name}");
        }
    }

    #[test]
    fn names_are_those_of_the_files() {
        for stage in Stage::ALL {
            let written = serde_json::to_value(stage).expect("writes");
            assert_eq!(written, stage.name());
        }
    }
}
